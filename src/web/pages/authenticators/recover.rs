//! Removing a lost second factor through the link in a mail, and cancelling that before.

use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::secrets::secret::SecretString,
    flows::authenticators::recovery::{self, Cancelled, Outcome},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest, RecentlyAuthenticated},
        pages::{
            accounts::{mail_link::LinkToken, password_strength::may_ask},
            answer::{Showing, field_errors, see_other, see_other_with, signed_in},
        },
        paths::ACCOUNT,
        problem::codes,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/recover?token=` with a valid link.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/recover.html")]
pub struct RecoverPage {
    pub shell: Shell,
    pub token: String,
    /// The address of the account, so that users and password managers recognise it.
    pub email: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// Faults, by `new_password`.
    pub errors: FieldErrors,
}

/// `/recover` with a link that has expired, was used, or is invalid.
#[derive(Clone, Debug, Template)]
#[template(path = "authenticators/recover_link_invalid.html")]
pub struct RecoverLinkInvalidPage {
    pub shell: Shell,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    #[serde(default)]
    new_password: SecretString,
}

/// `GET /recover?token=`. Changes nothing, because mail scanners open links.
pub async fn get(Query(LinkToken { token }): Query<LinkToken>, request: PageRequest) -> WebResult {
    show(&request, &token, Showing::first()).await
}

/// `POST /recover`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let (token, new_password) = (&form.token, &form.new_password);
    let held = who.and_then(|who| who.held_session());
    let (services, client) = (request.services(), &request.client);
    let outcome = recovery::complete(services, token, new_password, held, client).await?;
    let showing = match outcome {
        Outcome::SignedIn(pair) => {
            let answer = signed_in(&request, &pair, &request.client.device, None);
            let flash = Flash::success(copy::SECOND_FACTOR_REMOVED);
            request.session.leave_flash(&flash);
            return Ok(answer);
        }
        Outcome::LinkDead => Showing::invalid(FieldErrors::default()),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_password"])),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, token, showing).await
}

/// The form, if the link is valid.
async fn show(request: &PageRequest, token: &SecretString, showing: Showing) -> WebResult {
    if request.services().policy.recovery_delay.is_none() {
        return Err(codes::NOT_FOUND.into());
    }
    let Some(user) = recovery::inspect(request.services(), token).await? else {
        return showing.of_dead_link().answer(|_| RecoverLinkInvalidPage {
            shell: request.shell(),
        });
    };
    may_ask(showing.answer(|errors| RecoverPage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        email: user.email,
        password_min_length: request.state.services.policy.passwords.min_length,
        errors,
    }))
}

#[derive(Deserialize)]
pub struct NoFields {}

/// `POST /account/recovery/cancel`.
pub async fn cancel(
    RecentlyAuthenticated { proven, .. }: RecentlyAuthenticated<NoFields>,
    request: PageRequest,
) -> WebResult {
    let flash = match recovery::cancel(request.services(), &proven, &request.client).await? {
        Cancelled::Done => Flash::success(copy::RECOVERY_CANCELLED),
        Cancelled::NothingToDo => Flash::info(copy::NO_RECOVERY),
        Cancelled::Overtaken => Flash::error(copy::OVERTAKEN),
    };
    Ok(see_other_with(&request.session, ACCOUNT, &flash))
}

/// `GET` of a path that takes a form only.
pub async fn back() -> HttpResponse {
    see_other(ACCOUNT)
}
