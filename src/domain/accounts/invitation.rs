//! Invitations: how long one holds, the secret of its link, and what can be in its way.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::user::Role;
use crate::domain::secrets::{
    random::{self, Random},
    secret::SecretString,
};

/// How long an invitation can be accepted after it was sent.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// Bytes of a secret.
const SECRET: usize = 32;

/// An invitation that was neither accepted nor revoked.
///
/// There is no user yet for a token to name, so the link carries a secret of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: Uuid,
    /// The address as it was given.
    pub email: String,
    /// The address in lower case.
    pub email_canonical: String,
    /// What the account will be.
    pub role: Role,
    /// The admin who sent it last, where that account has not been erased.
    pub invited_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// When the link was sent last.
    pub sent_at: DateTime<Utc>,
    /// From when on it cannot be accepted.
    pub expires_at: DateTime<Utc>,
}

/// A fresh secret of 256 bits in 43 URL-safe characters, and its hash.
pub fn secret(random: &dyn Random) -> (SecretString, [u8; 32]) {
    let secret = SecretString::from(BASE64URL_NOPAD.encode(&random::bytes::<SECRET>(random)));
    let hash = hash(&secret);
    (secret, hash)
}

/// SHA-256 of what a link carries. It has too many bits to be guessed, so nothing slower is needed.
pub fn hash(secret: &SecretString) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}

/// What an open invitation is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// It was not accepted in time.
    Expired,
    /// Its sender is no longer an admin.
    InviterGone,
    /// The address got an account otherwise.
    AddressTaken,
}

impl State {
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::Expired,
        Self::InviterGone,
        Self::AddressTaken,
    ];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::InviterGone => "inviter_gone",
            Self::AddressTaken => "address_taken",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_secret_is_url_safe_and_known_by_its_hash() {
        let (secret, hashed) = secret(&Sevens);
        assert_eq!(secret.expose().len(), 43);
        assert!(
            secret
                .expose()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(hash(&secret), hashed);
        assert_ne!(hash(&SecretString::from("")), hashed);
    }
}
