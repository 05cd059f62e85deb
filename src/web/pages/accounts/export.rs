//! A copy of everything that is held on the user.
//!
//! The password stands on the form itself where the last proof is too old: the answer is a file, behind which no other
//! page comes.

use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        accounts::export::{self, Outcome},
        authenticators::proof::{self, Presented, Proven},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        download::{self, Kind},
        error::{WebError, WebResult},
        extract::{CsrfForm, CurrentUser, PageRequest},
        pages::answer::Showing,
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/account/export`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/export.html")]
pub struct ExportPage {
    pub shell: Shell,
    /// The address, for password managers, where the password is asked for; else empty.
    pub prove_as: String,
    /// What is wrong, by `password`.
    pub errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    password: SecretString,
}

/// `GET /account/export`.
pub async fn get(CurrentUser(who): CurrentUser, request: PageRequest) -> WebResult {
    show(&request, &who, Showing::first())
}

/// `POST /account/export`. It answers the file.
pub async fn post(
    CurrentUser(who): CurrentUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let proven = match prove(&request, &who, form.password).await? {
        Ok(proven) => proven,
        Err(showing) => return show(&request, &who, showing),
    };
    match export::begin(request.services(), &proven, &request.client).await? {
        Outcome::Begun(file) => Ok(download::send(request.state, Kind::DATA, *file)),
        Outcome::Overtaken => Err(signed_out(&request)),
        Outcome::Throttled(wait) => {
            let showing = Showing::throttled(wait);
            show(&request, &who, showing)
        }
    }
}

/// The proof that stands, or the one that the form brings.
async fn prove(
    request: &PageRequest,
    who: &Authenticated,
    password: SecretString,
) -> WebResult<Result<Proven, Showing>> {
    if let Some(proven) = proof::recent(request.services(), who) {
        return Ok(Ok(proven));
    }
    let at_field = |why: String| FieldErrors::of_field("password", why);
    if password.is_empty() {
        let errors = at_field(copy::missing("your password"));
        return Ok(Err(Showing::again(
            StatusCode::UNPROCESSABLE_ENTITY,
            errors,
        )));
    }
    let password = Presented::Password(password);
    let outcome = proof::present(request.services(), who, &password, &request.client).await?;
    Ok(match outcome {
        proof::Outcome::Proven(proven) => Ok(*proven),
        proof::Outcome::Throttled(wait) => Err(Showing::throttled(wait)),
        proof::Outcome::Overtaken => return Err(signed_out(request)),
        proof::Outcome::WrongPassword
        | proof::Outcome::WrongCode(_)
        | proof::Outcome::NoSecondFactor => {
            Err(Showing::rejected(at_field(copy::WRONG_PASSWORD.to_owned())))
        }
    })
}

fn signed_out(request: &PageRequest) -> WebError {
    let flash = Flash::info(copy::SESSION_ENDED);
    request.session.leave_flash(&flash);
    WebError::SignInRequired(None)
}

fn show(request: &PageRequest, who: &Authenticated, showing: Showing) -> WebResult {
    let is_proven = proof::recent(request.services(), who).is_some();
    showing.answer(|errors| ExportPage {
        shell: request.shell(),
        prove_as: if is_proven {
            String::new()
        } else {
            who.user().email.clone()
        },
        errors,
    })
}
