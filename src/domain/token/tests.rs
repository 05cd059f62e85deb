//! Both checks with a fixed clock: the result for each kind of token, as tables.

mod cutoff;
mod inspect;
mod issuer;
mod keys;
mod names;
mod properties;
mod purposes;
mod signature;
mod status;
mod times;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Claims, Extra, Purpose, Refusal, TokenCodec, TokenPolicy};
use crate::domain::{
    clock::from_millis,
    secrets::{keys as derived, sealing::hmac_sha256},
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const OTHER_SECRET: &[u8] = b"another secret of thirty-two bytes!";
const NOW_MS: i64 = 1_800_000_000_123;
/// The same time for `iat`.
const NOW: i64 = NOW_MS / 1000;
const HEADER: &str = r#"{"alg":"HS256"}"#;

fn now() -> DateTime<Utc> {
    from_millis(NOW_MS)
}

fn policy() -> TokenPolicy {
    TokenPolicy {
        issuer: "https://auth.example.org".into(),
        audience: None,
        access_leeway: TimeDelta::seconds(60),
        access_lifetime: TimeDelta::minutes(30),
        refresh_lifetime: TimeDelta::days(7),
    }
}

fn codec() -> TokenCodec {
    TokenCodec::new(SECRET, &[], policy())
}

/// The codec after a rotation: another key signs, and the key of [`codec`] still verifies.
fn rotated_codec() -> TokenCodec {
    TokenCodec::new(OTHER_SECRET, &[SECRET.to_vec()], policy())
}

/// Claims as the service issues them.
fn claims(purpose: Purpose) -> Claims {
    let bound = matches!(purpose, Purpose::Access | Purpose::Refresh);
    Claims {
        purpose,
        user_id: Uuid::from_u128(1),
        token_id: "abc".into(),
        issued_at: now(),
        expires_at: from_millis(1_800_000_300_000),
        rev: Some(3),
        session_id: bound.then(|| Uuid::from_u128(2)),
        extra: Extra {
            generation: (purpose == Purpose::Refresh).then_some(4),
            ..Extra::default()
        },
    }
}

/// A token that the service issued.
fn minted(purpose: Purpose) -> String {
    let token = codec().encode(&claims(purpose)).unwrap();
    token.expose().to_owned()
}

/// The minimal claims of a token of this purpose.
fn least(purpose: Purpose) -> Value {
    let mut claims = json!({
        "iss": "https://auth.example.org", "sub": Uuid::from_u128(1), "iat": NOW, "exp": NOW + 300,
        "purpose": purpose.as_str(),
    });
    if purpose == Purpose::Refresh {
        claims["sid"] = json!(Uuid::from_u128(2));
        claims["gen"] = json!(0);
    }
    claims
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// The text of a token with any header and claims, signed with the service's key for the purpose.
fn signed_text(purpose: Purpose, header: &str, claims: &str) -> String {
    signed_under(SECRET, purpose, header, claims)
}

fn signed_under(secret: &[u8], purpose: Purpose, header: &str, claims: &str) -> String {
    let key = derived::derive(secret, &format!("vestibule/jwt/{}", purpose.as_str()));
    let base64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let message = format!(
        "{}.{}",
        base64(header.as_bytes()),
        base64(claims.as_bytes())
    );
    let signature = base64(&hmac_sha256(&key, message.as_bytes()));
    format!("{message}.{signature}")
}

fn signed(purpose: Purpose, claims: &Value) -> String {
    signed_text(purpose, HEADER, &claims.to_string())
}

/// The codec's result for these claims, signed as an access token.
fn decoded_by(codec: &TokenCodec, claims: &Value) -> Result<Claims, Refusal> {
    codec.decode(Purpose::Access, &signed(Purpose::Access, claims), now())
}

fn decoded(claims: &Value) -> Result<Claims, Refusal> {
    decoded_by(&codec(), claims)
}

/// The result for an access token with this text.
fn verdict(token: &str) -> Result<(), Refusal> {
    codec().decode(Purpose::Access, token, now()).map(|_| ())
}
