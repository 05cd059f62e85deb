//! The device cookie: the secrets that a browser is known by, one for each user who trusts it.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{
    random::{self, Random},
    secret::SecretString,
};

/// The most users who can trust one browser. Past that, the one who did first is asked for a code.
const MOST_SECRETS: usize = 4;

/// What a browser's device cookie holds: secrets of 256 random bits, the latest first. The database
/// keeps their hashes, each for one user.
#[derive(Debug, Clone, Default)]
pub struct DeviceCookie(Vec<SecretString>);

impl DeviceCookie {
    /// Reads a cookie. What we would never have set is skipped.
    pub fn parse(text: &str) -> Self {
        let ours = |secret: &&str| {
            BASE64URL_NOPAD
                .decode(secret.as_bytes())
                .is_ok_and(|bytes| bytes.len() == 32)
        };
        let secrets = text.split('.').filter(ours).take(MOST_SECRETS);
        Self(secrets.map(SecretString::from).collect())
    }

    /// SHA-256 of each. The secrets have too many bits to be guessed, so nothing slower is needed.
    pub fn hashes(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(hash).collect()
    }

    /// The same without the secrets of these hashes, and with a fresh one, whose hash comes along.
    #[must_use]
    pub fn renewed(&self, dropped: &[Vec<u8>], random: &dyn Random) -> (Self, Vec<u8>) {
        let fresh = SecretString::from(BASE64URL_NOPAD.encode(&random::bytes::<32>(random)));
        let fresh_hash = hash(&fresh);
        let others = self.0.iter().filter(|one| !dropped.contains(&hash(one)));
        let secrets = [fresh].into_iter().chain(others.cloned());
        (Self(secrets.take(MOST_SECRETS).collect()), fresh_hash)
    }

    /// The value on the wire.
    pub fn value(&self) -> String {
        let secrets: Vec<&str> = self.0.iter().map(SecretString::expose).collect();
        secrets.join(".")
    }
}

fn hash(secret: &SecretString) -> Vec<u8> {
    Sha256::digest(secret.expose().as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);
    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn each_user_has_a_secret_and_the_oldest_goes() {
        let random = Counting(AtomicU8::new(0));
        let (one, first) = DeviceCookie::default().renewed(&[], &random);
        assert_eq!(one.value().len(), 43);
        assert_eq!(DeviceCookie::parse(&one.value()).hashes(), one.hashes());
        let (two, second) = one.renewed(&[], &random);
        assert_eq!(two.hashes(), [second.clone(), first.clone()]);
        let (again, third) = two.renewed(&[first], &random);
        assert_eq!(again.hashes(), [third, second.clone()]);
        let many = (0..3).fold(again, |cookie, _| cookie.renewed(&[], &random).0);
        assert_eq!(many.hashes().len(), MOST_SECRETS);
        assert!(!many.hashes().contains(&second));
    }

    #[test]
    fn only_what_we_would_set_is_read() {
        let secret = "A".repeat(43);
        for odd in ["", ".", "a", "!", "AAAA", &"A".repeat(44), &"A".repeat(42)] {
            assert!(DeviceCookie::parse(odd).hashes().is_empty(), "{odd}");
            let mixed = DeviceCookie::parse(&format!("{odd}.{secret}"));
            assert_eq!(mixed.hashes().len(), 1, "{odd}");
        }
        let many = vec![secret; 40].join(".");
        assert_eq!(DeviceCookie::parse(&many).hashes().len(), MOST_SECRETS);
    }
}
