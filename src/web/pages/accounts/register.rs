//! Creating an account, and the page that sends the person to their mailbox.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::password_strength::may_ask;
use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        Registration,
        accounts::register::{self, Input, Outcome},
    },
    web::{
        copy,
        error::WebResult,
        extract::{ClientInfo, CsrfForm, MaybeUser, PageShell},
        pages::answer::{Showing, field_errors, page, see_other, see_other_with, signed_in},
        paths::{ACCOUNT, LOGIN},
        session::BrowserSession,
        state::{State, WebState},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/register`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/register.html")]
pub struct RegisterPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// The name as typed.
    pub display_name: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `email`, `password` and `display_name`.
    pub errors: FieldErrors,
}

/// The answer where the next step waits in the mailbox. It reads alike for every address.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/check_mail.html")]
pub struct CheckMailPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// What the person did to come here.
    pub reason: CheckMailReason,
}

/// What led to a [`CheckMailPage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckMailReason {
    /// Registered where an address must be verified first.
    Registered,
    /// Asked for another link, at this time: a second request reads otherwise than the first.
    LinkRequested(DateTime<Utc>),
}

/// What is typed.
#[derive(Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    display_name: String,
}

/// `GET /register`. Whoever is signed in has an account.
pub async fn get(
    MaybeUser(who): MaybeUser,
    state: State,
    session: BrowserSession,
    shell: PageShell,
) -> WebResult {
    if who.is_some() {
        return Ok(see_other(ACCOUNT));
    }
    let registration = state.services.policy.registration;
    if registration != Registration::Open {
        let flash = Flash::info(copy::registration_closed(registration));
        return Ok(see_other_with(&session, LOGIN, &flash));
    }
    show(&state, shell, Form::default(), Showing::first())
}

/// `POST /register`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    state: State,
    session: BrowserSession,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    let input = Input {
        email: form.email.clone(),
        password: form.password.clone(),
        display_name: form.display_name.clone(),
        replaces: who.and_then(|who| who.held_session()),
    };
    let showing = match register::register(&state.services, input, &client).await? {
        Outcome::SignedIn(pair) => {
            let answer = signed_in(&state, &session, &pair, &client.device, None);
            session.leave_flash(&Flash::success(copy::REGISTERED));
            return Ok(answer);
        }
        Outcome::VerificationSent => {
            return check_mail(shell, form.email, CheckMailReason::Registered);
        }
        Outcome::EmailTaken => Showing::again(
            StatusCode::CONFLICT,
            FieldErrors::of_field("email", copy::EMAIL_TAKEN),
        ),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(
            &faults,
            &["email", "password", "display_name"],
        )),
        Outcome::Closed => Showing::again(
            StatusCode::FORBIDDEN,
            FieldErrors::of_form(copy::registration_closed(
                state.services.policy.registration,
            )),
        ),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&state, shell, form, showing)
}

fn show(state: &WebState, shell: PageShell, form: Form, showing: Showing) -> WebResult {
    may_ask(showing.answer(|errors| RegisterPage {
        shell: shell.take(),
        email: form.email,
        display_name: form.display_name,
        password_min_length: state.services.policy.passwords.min_length,
        errors,
    }))
}

/// The page that sends the person to their mailbox.
pub(in crate::web::pages) fn check_mail(
    shell: PageShell,
    email: String,
    reason: CheckMailReason,
) -> WebResult {
    page(
        StatusCode::OK,
        CheckMailPage {
            shell: shell.take(),
            email,
            reason,
        },
    )
}
