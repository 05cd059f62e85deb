//! The claims of a token, as they are minted and as they are read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Purpose, Refusal};
use crate::domain::clock::from_millis;

/// The claims of a token that was minted or accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// What the token is for.
    pub purpose: Purpose,
    /// The user (`sub`).
    pub user_id: Uuid,
    /// What names this token on the revocation list: its `jti`, else a digest of the token.
    pub token_id: String,
    /// The issue time, to the millisecond (`iat_ms`, else `iat`).
    pub issued_at: DateTime<Utc>,
    /// The expiry (`exp`).
    pub expires_at: DateTime<Utc>,
    /// The `revocation_id` of the user at the time of the proof (`rev`).
    pub rev: Option<i64>,
    /// The session (`sid`).
    pub session_id: Option<Uuid>,
    /// What only some purposes carry.
    pub extra: Extra,
}

/// Claims of single purposes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// The session's generation (`gen`), on refresh tokens.
    pub generation: Option<i64>,
    /// The canonical address that a `verify_email` token was mailed to (`email`).
    pub email: Option<String>,
}

/// The JSON of a minted token. The order of the fields is the order of the text, so that the same
/// claims always give the same token.
#[derive(Serialize)]
pub(super) struct Minted<'a> {
    pub(super) iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) aud: Option<&'a str>,
    pub(super) sub: Uuid,
    pub(super) jti: &'a str,
    pub(super) iat: i64,
    pub(super) iat_ms: i64,
    pub(super) exp: i64,
    pub(super) purpose: Purpose,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rev: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<Uuid>,
    #[serde(rename = "gen", skip_serializing_if = "Option::is_none")]
    pub(super) generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
}

/// The JSON of a token on its way in. A claim given twice is refused by serde.
///
/// `iss` and `aud` are judged by the JWT library.
#[derive(Deserialize)]
pub(super) struct Presented {
    sub: Uuid,
    iat: Value,
    exp: Value,
    purpose: Purpose,
    nbf: Option<Value>,
    jti: Option<String>,
    iat_ms: Option<Value>,
    rev: Option<i64>,
    sid: Option<Uuid>,
    #[serde(rename = "gen")]
    generation: Option<i64>,
    email: Option<String>,
}

impl Presented {
    /// Reads the claims; `digest` names the token where it carries no `jti`.
    pub(super) fn read(
        self,
        digest: impl FnOnce() -> String,
    ) -> Result<(Claims, Option<DateTime<Utc>>), Refusal> {
        let issued_at = match self.iat_ms.as_ref().and_then(millis) {
            Some(at) => {
                numeric_date(&self.iat)?;
                at
            }
            None => numeric_date(&self.iat)?,
        };
        let token_id = match self.jti {
            Some(jti) if (1..=64).contains(&jti.len()) => jti,
            Some(_) => return Err(Refusal::Malformed),
            None => digest(),
        };
        let refresh = self.purpose == Purpose::Refresh;
        if refresh && (self.sid.is_none() || self.generation.is_none()) {
            return Err(Refusal::Malformed);
        }
        let not_before = self.nbf.as_ref().map(numeric_date).transpose()?;
        let claims = Claims {
            purpose: self.purpose,
            user_id: self.sub,
            token_id,
            issued_at,
            expires_at: numeric_date(&self.exp)?,
            rev: self.rev,
            session_id: self.sid,
            extra: Extra {
                generation: self.generation,
                email: self.email,
            },
        };
        Ok((claims, not_before))
    }
}

/// The year 9999 in milliseconds: dates past it are mistakes.
const LAST_MILLI: i64 = 253_402_300_799_999;

/// A `NumericDate` (RFC 7519, section 2): seconds, whole or fractional, cut to milliseconds.
fn numeric_date(value: &Value) -> Result<DateTime<Utc>, Refusal> {
    let millis = match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds.checked_mul(1000),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range is checked right here"
        )]
        (None, Some(seconds)) if (0.0..=253_402_300_799.0).contains(&seconds) => {
            Some((seconds * 1000.0).floor() as i64)
        }
        _ => None,
    };
    millis
        .filter(|m| (0..=LAST_MILLI).contains(m))
        .map(from_millis)
        .ok_or(Refusal::Malformed)
}

/// `iat_ms` where it is well-formed.
fn millis(value: &Value) -> Option<DateTime<Utc>> {
    value
        .as_i64()
        .filter(|m| (0..=LAST_MILLI).contains(m))
        .map(from_millis)
}
