//! Moving the account to another address: the form, and the change that waits for its link.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{
    db::accounts::email_changes::EmailChange,
    domain::user_agent::short_name,
    flows::{
        accounts::change_email::{self, Outcome},
        authenticators::proof::FactorProven,
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, CurrentUser, PageRequest, RecentlyAuthenticated},
        pages::answer::{Showing, field_errors, see_other, see_other_with},
        paths::EMAIL,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/account/email`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/change_email.html")]
pub struct ChangeEmailPage {
    pub shell: Shell,
    /// The address of now.
    pub email: String,
    /// The change that waits for its link.
    pub pending: Option<PendingChange>,
    /// Whether the session of this request asked for it.
    pub asked_here: bool,
    /// As typed before.
    pub new_email: String,
    /// What is wrong, by `new_email`.
    pub errors: FieldErrors,
}

/// A change of address that is not confirmed yet.
#[derive(Clone, Debug)]
pub struct PendingChange {
    pub new_email: String,
    /// Browser and system of the session that asked, as text, if that is known.
    pub device: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl From<EmailChange> for PendingChange {
    fn from(change: EmailChange) -> Self {
        Self {
            new_email: change.new_email,
            device: change
                .session_id
                .map(|_| short_name(&change.user_agent.unwrap_or_default())),
            requested_at: change.requested_at,
            expires_at: change.expires_at,
        }
    }
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    new_email: String,
}

/// `GET /account/email`.
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, String::new(), Showing::first()).await
}

/// `POST /account/email`.
pub async fn post(
    RecentlyAuthenticated { proven, form }: RecentlyAuthenticated<Form, FactorProven>,
    request: PageRequest,
) -> WebResult {
    let new_email = form.new_email;
    let outcome =
        change_email::request(request.services(), &proven, &new_email, &request.client).await?;
    let showing = match outcome {
        Outcome::Requested(new) => {
            let flash = Flash::success(copy::confirm_new_address(new.as_str()));
            return Ok(see_other_with(&request.session, EMAIL, &flash));
        }
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_email"])),
        Outcome::Overtaken => Showing::overtaken(),
        Outcome::Frozen(until) => Showing::frozen(&until),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, proven.who(), new_email, showing).await
}

#[derive(Deserialize)]
pub struct NoFields {}

/// `POST /account/email/cancel`.
pub async fn cancel(
    CurrentUser(who): CurrentUser,
    CsrfForm(NoFields {}): CsrfForm<NoFields>,
    request: PageRequest,
) -> WebResult {
    let is_cancelled = change_email::cancel(request.services(), &who, &request.client).await?;
    let flash = if is_cancelled {
        Flash::success(copy::EMAIL_CHANGE_CANCELLED)
    } else {
        Flash::info(copy::NO_EMAIL_CHANGE)
    };
    Ok(see_other_with(&request.session, EMAIL, &flash))
}

/// `GET` of a path that takes a form only.
pub async fn back() -> HttpResponse {
    see_other(EMAIL)
}

async fn show(
    request: &PageRequest,
    who: &Authenticated,
    new_email: String,
    showing: Showing,
) -> WebResult {
    let user = who.user();
    let pending = change_email::pending(request.services(), user).await?;
    let asked_by = pending.as_ref().and_then(|change| change.session_id);
    showing.answer(|errors| ChangeEmailPage {
        shell: request.shell(),
        email: user.email.clone(),
        asked_here: asked_by.is_some() && asked_by == who.session_id,
        pending: pending.map(PendingChange::from),
        new_email,
        errors,
    })
}
