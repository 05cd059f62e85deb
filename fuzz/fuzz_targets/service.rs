//! A service with a public key and a fixed clock.
#![allow(dead_code, reason = "each target uses some of it")]

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use vestibule::internals::domain::{
    clock::from_millis,
    secrets::{keys, sealing::hmac_sha256},
    token::{Purpose, TokenCodec, TokenPolicy},
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

pub fn now() -> DateTime<Utc> {
    from_millis(1_800_000_000_123)
}

pub fn codec() -> TokenCodec {
    let policy = TokenPolicy {
        issuer: "https://auth.example.org".into(),
        audience: None,
        access_leeway: TimeDelta::seconds(60),
        access_lifetime: TimeDelta::minutes(30),
        refresh_lifetime: TimeDelta::days(7),
    };
    TokenCodec::new(SECRET, &[], policy)
}

/// A token of these bytes under the key of a purpose.
pub fn signed(purpose: Purpose, header: &[u8], claims: &[u8]) -> String {
    let key = keys::derive(SECRET, &format!("vestibule/jwt/{}", purpose.as_str()));
    let (header, claims) = (
        BASE64URL_NOPAD.encode(header),
        BASE64URL_NOPAD.encode(claims),
    );
    let message = format!("{header}.{claims}");
    let signature = BASE64URL_NOPAD.encode(&hmac_sha256(&key, message.as_bytes()));
    format!("{message}.{signature}")
}

/// The token of the corpus.
pub fn genuine() -> String {
    let claims = br#"{"iss":"https://auth.example.org","sub":"00000000-0000-0000-0000-000000000001","iat":1800000000,"exp":1800000300,"purpose":"access"}"#;
    signed(Purpose::Access, br#"{"alg":"HS256"}"#, claims)
}
