//! `/password-strength`: called by the script on pages with a new password, while it is typed.

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

/// Allows the script and its calls, in addition to what every page may load.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
                   img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Allows a page the script that calls this.
pub(in crate::web::pages) fn may_ask(page: WebResult) -> WebResult {
    let mut page = page?;
    page.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(CSP),
    );
    Ok(page)
}

/// The input so far.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    password: SecretString,
    token: Option<SecretString>,
    email: Option<String>,
    #[serde(default)]
    display_name: String,
}

/// The verdict that the script shows.
#[derive(Serialize)]
struct Verdict {
    /// From 0 to 4.
    score: u8,
    /// Whether the form would accept it, without the look-up of breached passwords.
    accepted: bool,
    /// The same text as the form would show, or an encouraging one.
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
