//! Makes secrets. The random source is passed in, so that tests can fix it.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// The names that every start needs.
pub(super) const NEEDED: [&str; 3] = ["JWT_SECRET_KEY", "COOKIE_KEY", "SEALING_KEYS"];

/// New secrets, as the text that stands in a file.
pub struct FreshSecrets {
    jwt_secret_key: Zeroizing<String>,
    cookie_key: Zeroizing<String>,
    sealing_keys: Zeroizing<String>,
}

impl FreshSecrets {
    /// The text for that setting, where it is one of the secrets.
    pub fn text(&self, name: &str) -> Option<&str> {
        match name {
            "JWT_SECRET_KEY" => Some(&self.jwt_secret_key),
            "COOKIE_KEY" => Some(&self.cookie_key),
            "SEALING_KEYS" => Some(&self.sealing_keys),
            _ => None,
        }
    }

    /// `NAME=value` lines of all of them.
    pub(super) fn lines(&self) -> Zeroizing<String> {
        let line = |name: &str| format!("{name}={}\n", self.text(name).unwrap_or_default());
        Zeroizing::new(NEEDED.into_iter().map(line).collect())
    }
}

/// Makes one of each secret from 32 random bytes that `fill` provides.
pub fn fresh_secrets(fill: &dyn Fn(&mut [u8])) -> FreshSecrets {
    let key = || {
        let mut bytes = Zeroizing::new([0; 32]);
        fill(bytes.as_mut());
        BASE64.encode(bytes.as_ref())
    };
    FreshSecrets {
        jwt_secret_key: Zeroizing::new(key()),
        cookie_key: Zeroizing::new(key()),
        sealing_keys: Zeroizing::new(format!("k1:{}", key())),
    }
}

/// Fills a buffer from the random source of the operating system.
pub fn fill_from_system(bytes: &mut [u8]) {
    use rand::Rng;
    rand::rand_core::UnwrapErr(rand::rngs::SysRng).fill_bytes(bytes);
}
