//! Unlocking sign-in with a mailed link after too many failed attempts. Opening the page changes nothing;
//! its button does.

use actix_web::web::Query;
use askama::Template;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sign_in::{
        known_browser::renew_known_browser,
        unlock::{self, Outcome},
    },
    web::{
        cookies::SetCookies,
        copy,
        error::WebResult,
        extract::{CsrfForm, PageRequest},
        pages::{
            accounts::mail_link::LinkToken,
            answer::{Showing, see_other_with},
        },
        paths::LOGIN,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/unlock?token=` with a valid link.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/unlock.html")]
pub struct UnlockPage {
    pub shell: Shell,
    pub token: String,
    pub email: String,
    /// Faults of the form.
    pub errors: FieldErrors,
}

/// `/unlock` with a link that has expired, was used, or is invalid.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/unlock_link_invalid.html")]
pub struct UnlockLinkInvalidPage {
    pub shell: Shell,
}

/// `GET /unlock?token=`. Changes nothing, because mail scanners open links.
pub async fn get(Query(LinkToken { token }): Query<LinkToken>, request: PageRequest) -> WebResult {
    show(&request, &token, Showing::first()).await
}

/// `POST /unlock`. The account then knows the browser, so that further guesses do not block it again.
pub async fn post(
    CsrfForm(LinkToken { token }): CsrfForm<LinkToken>,
    request: PageRequest,
) -> WebResult {
    match unlock::by_mail(request.services(), &token, &request.client).await? {
        Outcome::Unlocked(user) => {
            let device = renew_known_browser(request.services(), &request.client.device, &user);
            let answer = see_other_with(&request.session, LOGIN, &Flash::success(copy::UNLOCKED));
            Ok(answer.with_cookies([request.state.settings.device_cookie(&device)]))
        }
        Outcome::LinkDead => dead(&request, Showing::invalid(FieldErrors::default())),
        Outcome::Throttled(wait) => show(&request, &token, Showing::throttled(wait)).await,
    }
}

/// The form, while the link is good.
async fn show(request: &PageRequest, token: &SecretString, showing: Showing) -> WebResult {
    let Some(user) = unlock::inspect(request.services(), token).await? else {
        return dead(request, showing);
    };
    showing.answer(|errors| UnlockPage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        email: user.email,
        errors,
    })
}

fn dead(request: &PageRequest, showing: Showing) -> WebResult {
    showing.of_dead_link().answer(|_| UnlockLinkInvalidPage {
        shell: request.shell(),
    })
}
