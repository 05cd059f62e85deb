//! What the calls for passkeys have in common.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::texts::Token;
use crate::{
    domain::secrets::secret::SecretString,
    flows::authenticators::passkeys::challenge::Challenge,
    web::{
        error::WebResult,
        fields::{self, Field},
    },
};

/// Options for `navigator.credentials`, with binary members in base64url.
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyOptions)]
pub(super) struct Options {
    /// Sent back with the browser's answer. It works once, within 5 minutes.
    challenge_token: String,
    /// For `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of `PublicKeyCredential`.
    #[serde(rename = "publicKey")]
    #[schema(value_type = Object)]
    public_key: Value,
}

impl From<Challenge> for Options {
    fn from(challenge: Challenge) -> Self {
        Self {
            challenge_token: challenge.token.expose().to_owned(),
            public_key: challenge.public_key,
        }
    }
}

/// A browser's answer to options.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyAnswer)]
pub(super) struct Answer {
    #[schema(value_type = Token)]
    challenge_token: Field,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    #[schema(value_type = Object)]
    credential: Value,
}

impl Answer {
    /// The token and the browser's answer.
    pub(super) fn read(self) -> WebResult<(SecretString, Value)> {
        read(self.challenge_token, self.credential)
    }
}

/// The two fields of an answer.
pub(super) fn read(token: Field, credential: Value) -> WebResult<(SecretString, Value)> {
    fields::read(|r| {
        let token = r.secret("challenge_token", token);
        (token, r.object("credential", credential))
    })
}
