//! Secrets of links in mails that are no tokens: the database has only their hash.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{
    random::{self, Random},
    secret::SecretString,
};

/// The bytes of a secret.
const SECRET: usize = 32;

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
