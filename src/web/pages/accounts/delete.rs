//! Deleting one's own account.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;

use super::password_proof::prove;
use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        accounts::deletion::{self, Outcome},
        authenticators::proof,
        sessions::authenticate::Authenticated,
    },
    web::{
        cookies::{CLEAR_SITE_DATA, SetCookies},
        copy,
        error::WebResult,
        extract::{CsrfForm, CurrentUser, PageRequest},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::LOGIN,
        view::{FieldErrors, Flash, Shell, moment},
    },
};

/// `/account/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/delete.html")]
pub struct DeletePage {
    pub shell: Shell,
    pub email: String,
    /// For how many days the account can be restored.
    pub grace_days: i64,
    /// Whether the password has to be entered.
    pub asks_password: bool,
    /// As typed before.
    pub confirm_email: String,
    /// What is wrong, by `password` and `confirm_email`.
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    confirm_email: String,
}

/// `GET /account/delete`.
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, String::new(), Showing::first())
}

/// `POST /account/delete`.
pub async fn post(
    CurrentUser(who): CurrentUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let proven = match prove(&request, &who, form.password).await? {
        Ok(proven) => proven,
        Err(showing) => return show(&request, &who, form.confirm_email, showing),
    };
    let services = request.services();
    let outcome = deletion::delete(services, &proven, &form.confirm_email, &request.client).await?;
    let showing = match outcome {
        Outcome::Deleted(erased_at) => {
            return Ok(gone(&request, &copy::account_deleted(&moment(&erased_at))));
        }
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["confirm_email"])),
        Outcome::LastAdmin => {
            Showing::again(StatusCode::CONFLICT, FieldErrors::of_form(copy::LAST_ADMIN))
        }
        Outcome::Overtaken => Showing::overtaken(),
        Outcome::Frozen(until) => Showing::frozen(&until),
    };
    show(&request, &who, form.confirm_email, showing)
}

/// The browser forgets the account.
fn gone(request: &PageRequest, message: &str) -> HttpResponse {
    request.session.renew();
    let flash = Flash::success(message);
    let mut answer = see_other_with(&request.session, LOGIN, &flash);
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    answer.with_cookies(request.state.settings.cleared_cookies())
}

fn show(
    request: &PageRequest,
    who: &Authenticated,
    confirm_email: String,
    showing: Showing,
) -> WebResult {
    let services = request.services();
    showing.answer(|errors| DeletePage {
        shell: request.shell(),
        email: who.user().email.clone(),
        grace_days: services.policy.deletion_grace.num_days(),
        asks_password: proof::recent(services, who).is_none(),
        confirm_email,
        errors,
    })
}
