//! The answers of browsers, checked.

use serde::Deserialize;
use serde_json::Value;
use webauthn_rs_core::{
    error::WebauthnError,
    proto::{
        AuthenticationState, PublicKeyCredential, RegisterPublicKeyCredential, RegistrationState,
    },
};

use super::{Credential, Webauthn, WebauthnFault};
use crate::domain::authenticators::passkey::MAX_CREDENTIAL_ID;

/// The most bytes of a stored key: one of RSA with 4096 bits has 800, and no larger one is verified.
const MAX_KEY: usize = 2048;

/// Why an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the answer of a browser, its signature is wrong, or it answers another challenge.
    Invalid,
    /// It was made for another site, or on a page of another origin.
    WrongSite,
    /// Its user was not present, or not verified by PIN, fingerprint or face.
    NotVerified,
    /// Its signature counter is not above the last one: there may be a copy of the authenticator.
    CounterFellBack,
    /// It is right, but the account is frozen, and the passkey was made shortly before.
    Suspect,
}

impl Refusal {
    /// The name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::WrongSite => "wrong_site",
            Self::NotVerified => "not_verified",
            Self::CounterFellBack => "counter_fell_back",
            Self::Suspect => "suspect",
        }
    }
}

impl From<WebauthnError> for Refusal {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::InvalidRPOrigin
            | WebauthnError::InvalidRPIDHash
            | WebauthnError::CredentialCrossOrigin => Self::WrongSite,
            WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::CounterFellBack,
            _ => Self::Invalid,
        }
    }
}

/// A passkey's answer to a request, as a browser sends it (`PublicKeyCredential.toJSON()`), unchecked.
#[derive(Debug)]
pub struct Assertion(PublicKeyCredential);

/// What a right answer says about its passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The signature counter; 0 if the authenticator has none.
    pub counter: u32,
    /// Whether the passkey has been copied to other devices.
    pub synced: bool,
}

impl Assertion {
    /// `None` if the JSON has another form.
    pub fn read(answer: &Value) -> Option<Self> {
        let read = PublicKeyCredential::deserialize(answer).ok()?;
        (read.raw_id.len() <= MAX_CREDENTIAL_ID).then_some(Self(read))
    }

    /// The id of the credential that claims to have answered.
    pub fn credential_id(&self) -> &[u8] {
        &self.0.raw_id
    }

    /// The user handle that the authenticator keeps beside the credential.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }

    /// Whether the page that asked was in a frame of another site. The library checks this for new passkeys only.
    fn is_cross_origin(&self) -> bool {
        #[derive(Deserialize)]
        struct ClientData {
            #[serde(rename = "crossOrigin", default)]
            cross_origin: Option<bool>,
            #[serde(rename = "topOrigin", default)]
            top_origin: Option<Value>,
        }
        serde_json::from_slice::<ClientData>(&self.0.response.client_data_json)
            .is_ok_and(|data| data.cross_origin == Some(true) || data.top_origin.is_some())
    }
}

impl Webauthn {
    /// Checks the answer to [`Webauthn::creation`]. Returns the new credential.
    pub fn made(
        &self,
        state: &Value,
        answer: &Value,
    ) -> Result<Result<Credential, Refusal>, WebauthnFault> {
        let state = RegistrationState::deserialize(state)?;
        let Ok(answer) = RegisterPublicKeyCredential::deserialize(answer) else {
            return Ok(Err(Refusal::Invalid));
        };
        let made = match self.core.register_credential(&answer, &state, None) {
            Ok(made) => Credential::of_library(made, answer.response.transports.as_deref())?,
            Err(error) => return Ok(Err(error.into())),
        };
        let fits = made.id.len() <= MAX_CREDENTIAL_ID && made.key.to_string().len() <= MAX_KEY;
        Ok(fits.then_some(made).ok_or(Refusal::Invalid))
    }

    /// Checks the answer to [`Webauthn::request`] by this credential.
    pub fn checked(
        &self,
        state: &Value,
        answer: &Assertion,
        credential: &Credential,
    ) -> Result<Result<Used, Refusal>, WebauthnFault> {
        let state = AuthenticationState::deserialize(state)?;
        if answer.is_cross_origin() {
            return Ok(Err(Refusal::WrongSite));
        }
        let credential = credential.for_library()?;
        let checked = self
            .core
            .authenticate_single_credential(&answer.0, &state, &credential);
        Ok(match checked {
            Ok(result) => Ok(Used {
                counter: result.counter(),
                synced: result.backup_state(),
            }),
            Err(error) => Err(error.into()),
        })
    }
}
