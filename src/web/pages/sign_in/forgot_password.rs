//! Requesting a link that resets the password. The answer is the same for every address.

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
        extract::{CsrfForm, PageRequest},
        pages::answer::{Showing, field_errors, page},
        view::{FieldErrors, Shell},
    },
};

/// `/forgot-password`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/forgot_password.html")]
pub struct ForgotPasswordPage {
    pub shell: Shell,
    pub email: String,
    /// Faults, by `email`.
    pub errors: FieldErrors,
}

/// The answer to a request for a link.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/forgot_password_sent.html")]
pub struct ForgotPasswordSentPage {
    pub shell: Shell,
    pub email: String,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
}

/// `GET /forgot-password`.
pub async fn get(request: PageRequest) -> WebResult {
    show(&request, String::new(), Showing::first())
}

/// `POST /forgot-password`.
pub async fn post(CsrfForm(Form { email }): CsrfForm<Form>, request: PageRequest) -> WebResult {
    match recover::request(request.services(), &email, &request.client).await? {
        RequestOutcome::Accepted => page(
            StatusCode::OK,
            ForgotPasswordSentPage {
                shell: request.shell(),
                email,
            },
        ),
        RequestOutcome::Invalid(faults) => {
            let errors = field_errors(&faults, &["email"]);
            show(&request, email, Showing::invalid(errors))
        }
        RequestOutcome::Throttled(wait) => show(&request, email, Showing::throttled(wait)),
    }
}

fn show(request: &PageRequest, email: String, showing: Showing) -> WebResult {
    showing.answer(|errors| ForgotPasswordPage {
        shell: request.shell(),
        email,
        errors,
    })
}
