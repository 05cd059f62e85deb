//! Changing the password while signed in.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use super::password_strength::may_ask;
use crate::{
    domain::{accounts::user::User, local_path::LocalPath, secrets::secret::SecretString},
    flows::{
        accounts::change_password::{self, Input, Outcome},
        sign_in::known_browser::remember_browser,
    },
    web::{
        cookies::SetCookies,
        copy,
        error::{WebResult, way_over},
        extract::{CsrfForm, PageRequest, RestrictedUser},
        pages::answer::{Showing, field_errors, see_other_with},
        paths::{ACCOUNT, CHANGE_PASSWORD, LOGIN},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/account/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/change_password.html")]
pub struct ChangePasswordPage {
    pub shell: Shell,
    /// The address, for password managers.
    pub email: String,
    /// Whether nothing else is allowed before the password is changed.
    pub must_change: bool,
    /// Where to go afterwards, already checked; empty for the account page.
    pub next: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// Faults, by `current_password` and `new_password`.
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    current_password: SecretString,
    #[serde(default)]
    new_password: SecretString,
    #[serde(default)]
    next: String,
}

/// The page to return to.
fn local(next: &str) -> Option<LocalPath> {
    LocalPath::parse(next).filter(|next| !next.as_str().starts_with(CHANGE_PASSWORD))
}

/// `GET /account/password`.
pub async fn get(
    RestrictedUser(who): RestrictedUser,
    Query(NextQuery { next }): Query<NextQuery>,
    request: PageRequest,
) -> WebResult {
    let next = local(&next);
    show(&request, who.user(), next.as_ref(), Showing::first())
}

/// `POST /account/password`.
pub async fn post(
    RestrictedUser(who): RestrictedUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let next = local(&form.next);
    let of_current = |message: String| FieldErrors::of_field("current_password", message);
    if form.current_password.is_empty() {
        let errors = of_current(copy::missing("your current password"));
        return show(
            &request,
            who.user(),
            next.as_ref(),
            Showing::invalid(errors),
        );
    }
    let input = Input {
        current_password: form.current_password,
        new_password: form.new_password,
    };
    let showing = match change_password::change(request.services(), &who, input, &request.client)
        .await?
    {
        Outcome::Changed(pair) => {
            let flash = Flash::success(copy::PASSWORD_CHANGED);
            // An account knows no browser from before its current password.
            let device = remember_browser(request.services(), &request.client.device, &pair.user);
            let path = next.as_ref().map_or(ACCOUNT, LocalPath::as_str);
            return Ok(see_other_with(&request.session, path, &flash)
                .with_cookies(request.state.settings.pair_cookies(&pair))
                .with_cookies([request.state.settings.device_cookie(&device)]));
        }
        Outcome::ChangedAndSignedOut => {
            let flash = Flash::success(copy::PASSWORD_CHANGED_SIGN_IN);
            let path = way_over(LOGIN, next.as_ref());
            return Ok(see_other_with(&request.session, &path, &flash));
        }
        Outcome::WrongPassword => Showing::rejected(of_current(copy::WRONG_PASSWORD.to_owned())),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_password"])),
        Outcome::Overtaken => Showing::overtaken(),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, who.user(), next.as_ref(), showing)
}

fn show(
    request: &PageRequest,
    user: &User,
    next: Option<&LocalPath>,
    showing: Showing,
) -> WebResult {
    may_ask(showing.answer(|errors| ChangePasswordPage {
        shell: request.shell(),
        email: user.email.clone(),
        must_change: user.password_must_change,
        next: next.map_or_else(String::new, ToString::to_string),
        password_min_length: request.state.services.policy.passwords.min_length,
        errors,
    }))
}
