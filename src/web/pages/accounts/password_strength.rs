//! `/password-strength`: asked by the script of the pages that take a new password, while one is typed.

use actix_web::{HttpResponse, http::header};
use serde::{Deserialize, Serialize};

use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        accounts::password_strength::{self, Input, Outcome},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{CsrfForm, MaybeUser, PageRequest},
    },
};

/// The script, and the calls it makes, beside what every page may have.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                   img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Allows a page the script that asks here.
pub(in crate::web::pages) fn may_ask(page: WebResult) -> WebResult {
    let mut page = page?;
    page.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(CSP),
    );
    Ok(page)
}

/// What is typed so far.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    password: SecretString,
    token: Option<SecretString>,
    email: Option<String>,
    #[serde(default)]
    display_name: String,
}

/// The verdict, as the script shows it.
#[derive(Serialize)]
struct Verdict {
    /// From 0 to 4.
    score: u8,
    /// Whether the form would accept it, the look-up of breached passwords aside.
    accepted: bool,
    /// The same words as below the form, or some that encourage.
    message: String,
}

/// `POST /password-strength`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let input = Input {
        password: form.password,
        token: form.token,
        email: form.email,
        display_name: form.display_name,
    };
    let user = who.as_ref().map(Authenticated::user);
    match password_strength::judge(request.services(), user, input, &request.client).await? {
        Outcome::Judged(strength) => Ok(HttpResponse::Ok().json(Verdict {
            score: strength.score,
            accepted: strength.refusal.is_none(),
            message: strength.refusal.map_or_else(
                || copy::strong(strength.score).to_owned(),
                |r| r.to_string(),
            ),
        })),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
