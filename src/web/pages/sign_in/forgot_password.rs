//! Asking for a link that resets the password. The answer is the same for every address.

use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::{
    flows::{
        mail::requested::RequestOutcome,
        sign_in::recover::{self},
    },
    web::{
        error::WebResult,
        extract::{ClientInfo, CsrfForm, PageShell},
        pages::answer::{Showing, field_errors, page},
        state::State,
        view::{FieldErrors, Shell},
    },
};

/// `/forgot-password`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/forgot_password.html")]
pub struct ForgotPasswordPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// What is wrong, by `email`.
    pub errors: FieldErrors,
}

/// The answer to a request for a link.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/forgot_password_sent.html")]
pub struct ForgotPasswordSentPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
}

/// Where the link should go.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
}

/// `GET /forgot-password`.
pub async fn get(shell: PageShell) -> WebResult {
    show(shell, String::new(), Showing::first())
}

/// `POST /forgot-password`.
pub async fn post(
    CsrfForm(Form { email }): CsrfForm<Form>,
    state: State,
    ClientInfo(client): ClientInfo,
    shell: PageShell,
) -> WebResult {
    match recover::request(&state.services, &email, &client).await? {
        RequestOutcome::Accepted => page(
            StatusCode::OK,
            ForgotPasswordSentPage {
                shell: shell.take(),
                email,
            },
        ),
        RequestOutcome::Invalid(faults) => {
            let errors = field_errors(&faults, &["email"]);
            show(shell, email, Showing::invalid(errors))
        }
        RequestOutcome::Throttled(wait) => show(shell, email, Showing::throttled(wait)),
    }
}

fn show(shell: PageShell, email: String, showing: Showing) -> WebResult {
    showing.answer(|errors| ForgotPasswordPage {
        shell: shell.take(),
        email,
        errors,
    })
}
