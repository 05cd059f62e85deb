//! Invitations: their lifetime, the secret of the link, and the reasons why one cannot be accepted.

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

/// The bytes of a secret.
const SECRET: usize = 32;

/// An invitation that was neither accepted nor revoked.
///
/// There is no user yet whom a token could name, so the link contains a secret instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: Uuid,
    /// The address as the admin typed it.
    pub email: String,
    /// The address in lower case.
    pub email_canonical: String,
    /// The role of the account.
    pub role: Role,
    /// The admin who sent it last, unless that account has been erased.
    pub invited_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// When the link was last sent.
    pub sent_at: DateTime<Utc>,
    /// The end of its validity.
    pub expires_at: DateTime<Utc>,
}

/// A new secret of 256 bits in 43 URL-safe characters, and its hash.
pub fn secret(random: &dyn Random) -> (SecretString, [u8; 32]) {
    let secret = SecretString::from(BASE64URL_NOPAD.encode(&random::bytes::<SECRET>(random)));
    let hash = hash(&secret);
    (secret, hash)
}

/// SHA-256 of a link's secret. The secret has too many bits to be guessed, so no slower hash is needed.
pub fn hash(secret: &SecretString) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}

/// Whether an open invitation can be accepted, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// It has expired.
    Expired,
    /// Its sender is no longer an admin.
    InviterGone,
    /// The address has got an account in another way.
    AddressTaken,
}

impl State {
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::Expired,
        Self::InviterGone,
        Self::AddressTaken,
    ];

    /// The name in the API.
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
