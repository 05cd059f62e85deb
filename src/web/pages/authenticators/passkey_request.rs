//! A request for a passkey within a page, which the script passes to the browser.

use crate::{
    domain::secrets::secret::SecretString,
    flows::{authenticators::passkeys::challenge::Challenge, sign_in::passkey},
    web::{error::WebResult, extract::PageRequest},
};

/// Options for the browser, and the token that is sent with its answer.
#[derive(Clone, Debug)]
pub struct PasskeyRequest {
    pub challenge_token: String,
    /// JSON for `navigator.credentials`.
    pub options: String,
    /// The id of a passkey that was just refused, as no account has it; the browser may forget it.
    pub unknown: Option<String>,
}

impl From<Challenge> for PasskeyRequest {
    fn from(challenge: Challenge) -> Self {
        Self {
            challenge_token: challenge.token.expose().to_owned(),
            options: challenge.public_key.to_string(),
            unknown: None,
        }
    }
}

/// What a page of the sign-in asks the browser for: any passkey of this site, or with a pending sign-in one of its
/// user. `None` where there is none.
pub(in crate::web::pages) async fn to_sign_in(
    request: &PageRequest,
    pending: Option<&SecretString>,
) -> WebResult<Option<PasskeyRequest>> {
    let services = request.services();
    if services.webauthn.is_none() {
        return Ok(None);
    }
    let challenge = passkey::within_page(services, pending).await?;
    let fits = |challenge: &Challenge| {
        let own = challenge.public_key["allowCredentials"].as_array();
        pending.is_none() || own.is_some_and(|own| !own.is_empty())
    };
    Ok(challenge.filter(fits).map(PasskeyRequest::from))
}
