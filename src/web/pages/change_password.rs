//! Changing the password while signed in.

use askama::Template;
use serde::Deserialize;

use super::answer::{ACCOUNT, LOGIN, Showing, field_errors, see_other_with};
use super::password_strength::may_ask;
use crate::{
    domain::{secret::SecretString, user::User},
    flows::change_password::{self, Input, Outcome},
    web::{
        cookies::SetCookies,
        copy,
        error::WebResult,
        extract::{ClientInfo, CsrfForm, PageShell, RestrictedUser},
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/account/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "change_password.html")]
pub struct ChangePasswordPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address, for password managers.
    pub email: String,
    /// True where nothing else can be done before the password is changed.
    pub must_change: bool,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `current_password` and `new_password`.
    pub errors: FieldErrors,
}

/// What is typed.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    current_password: SecretString,
    #[serde(default)]
    new_password: SecretString,
}

/// `GET /account/password`.
pub async fn get(RestrictedUser(who): RestrictedUser, state: State, shell: PageShell) -> WebResult {
    show(&state, shell, who.user(), Showing::first())
}

/// `POST /account/password`.
pub async fn post(
    RestrictedUser(who): RestrictedUser,
    CsrfForm(form): CsrfForm<Form>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let of_current = |message: String| FieldErrors::of_field("current_password", message);
    if form.current_password.is_empty() {
        let errors = of_current(copy::missing("your current password"));
        return show(&state, shell, who.user(), Showing::invalid(errors));
    }
    let input = Input {
        current_password: form.current_password,
        new_password: form.new_password,
    };
    let showing = match change_password::change(&state.services, &who, input, &client).await? {
        Outcome::Changed(pair) => {
            let flash = Flash::success(copy::PASSWORD_CHANGED);
            // An account knows no browser from before its password.
            let device = state.services.remembered(&client.device, &pair.user);
            return Ok(see_other_with(&session, ACCOUNT, &flash)
                .with_cookies(state.settings.pair_cookies(&pair))
                .with_cookies([state.settings.device_cookie(&device)]));
        }
        Outcome::ChangedAndSignedOut => {
            let flash = Flash::success(copy::PASSWORD_CHANGED_SIGN_IN);
            return Ok(see_other_with(&session, LOGIN, &flash));
        }
        Outcome::WrongPassword => Showing::rejected(of_current(copy::WRONG_PASSWORD.to_owned())),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_password"])),
        Outcome::Overtaken => Showing::overtaken(),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&state, shell, who.user(), showing)
}

fn show(state: &WebState, shell: PageShell, user: &User, showing: Showing) -> WebResult {
    may_ask(showing.answer(|errors| ChangePasswordPage {
        shell: shell.take(),
        email: user.email.clone(),
        must_change: user.password_must_change,
        password_min_length: state.services.policy.passwords.min_length,
        errors,
    }))
}
