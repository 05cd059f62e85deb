//! A copy of everything that is held on the user.
//!
//! The password stands on the form itself where the last proof is too old: the answer is a file, behind which no other
//! page comes.

use askama::Template;
use serde::Deserialize;

use super::password_proof::{prove, session_ended};
use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        accounts::export::{self, Outcome},
        authenticators::proof,
        sessions::authenticate::Authenticated,
    },
    web::{
        download::{self, Kind},
        error::WebResult,
        extract::{CsrfForm, CurrentUser, PageRequest},
        pages::answer::Showing,
        view::{FieldErrors, Shell},
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
        Outcome::Overtaken => Err(session_ended(&request)),
        Outcome::Throttled(wait) => {
            let showing = Showing::throttled(wait);
            show(&request, &who, showing)
        }
    }
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
