//! The profile: the name that its owner is called by.

use askama::Template;
use serde::Deserialize;

use crate::{
    domain::accounts::user::User,
    flows::accounts::profile::{self, Outcome},
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{CsrfForm, CurrentUser, PageRequest},
        pages::answer::{Showing, field_errors, see_other_with},
        view::{FieldErrors, Flash, Shell},
    },
};

const PROFILE: &str = "/account/profile";

/// `/account/profile`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/profile.html")]
pub struct ProfilePage {
    pub shell: Shell,
    /// The name as it is, or as it was typed.
    pub display_name: String,
    /// What is wrong, by `display_name`.
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    display_name: String,
}

/// `GET /account/profile`.
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    let User { display_name, .. } = who.user().clone();
    show(&request, display_name.unwrap_or_default(), Showing::first())
}

/// `POST /account/profile`.
pub async fn post(
    CurrentUser(who): CurrentUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let typed = form.display_name;
    let showing = match profile::rename(request.services(), &who, &typed, &request.client).await? {
        Outcome::Saved(user) => {
            let flash = Flash::success(if user.display_name.is_some() {
                copy::NAME_SAVED
            } else {
                copy::NAME_REMOVED
            });
            return Ok(see_other_with(&request.session, PROFILE, &flash));
        }
        Outcome::Overtaken => {
            request
                .session
                .leave_flash(&Flash::info(copy::SESSION_ENDED));
            return Err(WebError::SignInRequired(None));
        }
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["display_name"])),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, typed, showing)
}

fn show(request: &PageRequest, display_name: String, showing: Showing) -> WebResult {
    showing.answer(|errors| ProfilePage {
        shell: request.shell(),
        display_name,
        errors,
    })
}
