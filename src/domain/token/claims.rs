//! The claims of a token, for encoding and decoding.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Purpose, Refusal};
use crate::domain::clock::from_millis;

/// The claims of a token that is to be encoded, or that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// What the token is for.
    pub purpose: Purpose,
    /// The user (`sub`).
    pub user_id: Uuid,
    /// The name of this token on the revocation list: its `jti`, else a digest of the token.
    pub token_id: String,
    /// The issue time, to the millisecond (`iat_ms`, else `iat`).
    pub issued_at: DateTime<Utc>,
    /// The expiry (`exp`).
    pub expires_at: DateTime<Utc>,
    /// The user's `revocation_id` at the time of the sign-in or reissue (`rev`).
    pub rev: Option<i64>,
    /// The session (`sid`).
    pub session_id: Option<Uuid>,
    /// Claims of some purposes only.
    pub extra: Extra,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// The session's generation (`gen`), on refresh tokens.
    pub generation: Option<i64>,
    /// The canonical address that a `verify_email`, `email_change` or `undo` token was mailed to (`email`).
    pub email: Option<String>,
    /// The undo point of the event that an `undo` token is about (`event`).
    pub event: Option<Uuid>,
    /// The sealed new password that a `login_mfa` token sets once its code is right (`reset`).
    pub reset: Option<String>,
}

/// The JSON of an encoded token. The order of the fields is the order in the text, so that equal claims
/// always give the same token.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<Uuid>,
}

/// The JSON of a received token. serde refuses a repeated claim; `null` counts as absent.
///
/// The JWT library checks `aud`, which may be an array (RFC 7519, 4.1.3).
#[derive(Deserialize)]
pub(super) struct Presented {
    /// A single text: the library would also accept a list of issuers.
    iss: String,
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
    reset: Option<String>,
    event: Option<Uuid>,
}

impl Presented {
    /// Whether this service issued the token.
    pub(super) fn is_from(&self, issuer: &str) -> bool {
        self.iss == issuer
    }

    /// Reads the claims. `digest` is used for a token without `jti`.
    pub(super) fn read(self, digest: impl FnOnce() -> String) -> Result<Read, Refusal> {
        let issued = numeric_date(&self.iat)?;
        let issued_at = self.iat_ms.as_ref().and_then(millis).unwrap_or(issued);
        let token_id = match self.jti {
            Some(jti) if is_token_id(&jti) => jti,
            Some(_) => return Err(Refusal::Malformed),
            None => digest(),
        };
        let refresh = self.purpose == Purpose::Refresh;
        if refresh && (self.sid.is_none() || self.generation.is_none()) {
            return Err(Refusal::Malformed);
        }
        let not_before = self.nbf.as_ref().map(numeric_date).transpose()?;
        // For other libraries, `iat` repeats `issued_at` in seconds. With more precision it counts as a
        // separate date.
        let valid_from = not_before.max(Some(issued).filter(|issued| *issued > issued_at));
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
                reset: self.reset,
                event: self.event,
            },
        };
        Ok(Read { claims, valid_from })
    }
}

/// The well-formed claims of a received token.
pub(super) struct Read {
    pub(super) claims: Claims,
    /// The later of `nbf` and an `iat` after `issued_at`: the token is not valid much before either of
    /// them.
    pub(super) valid_from: Option<DateTime<Utc>>,
}

/// Any text of 1 to 64 bytes without NUL, which a text column cannot contain.
fn is_token_id(jti: &str) -> bool {
    (1..=64).contains(&jti.len()) && !jti.contains('\0')
}

/// The year 9999 in milliseconds. Later dates are refused as malformed.
const LAST_MILLI: i64 = 253_402_300_799_999;

/// A `NumericDate` (RFC 7519, section 2): seconds, whole or fractional, cut to milliseconds.
///
/// A double differs from the written value by far less than a microsecond: a fraction of whole
/// milliseconds is rounded back to them, and any other is cut.
pub(super) fn numeric_date(value: &Value) -> Result<DateTime<Utc>, Refusal> {
    let millis = match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds.checked_mul(1000),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range is checked right here"
        )]
        (None, Some(seconds)) if (0.0..=253_402_300_799.0).contains(&seconds) => {
            Some(((seconds * 1_000_000.0).round() / 1000.0).floor() as i64)
        }
        _ => None,
    };
    millis
        .filter(|m| (0..=LAST_MILLI).contains(m))
        .map(from_millis)
        .ok_or(Refusal::Malformed)
}

/// `iat_ms` if it is well-formed.
pub(super) fn millis(value: &Value) -> Option<DateTime<Utc>> {
    value
        .as_i64()
        .filter(|m| (0..=LAST_MILLI).contains(m))
        .map(from_millis)
}
