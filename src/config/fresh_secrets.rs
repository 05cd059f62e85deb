//! Creates secrets. The random source is passed in, so that tests can fix it.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{setting::Preset, settings::secrets::NEEDED};

/// New secrets: the name of each setting, and its value as text.
pub struct FreshSecrets(Vec<(&'static str, Zeroizing<String>)>);

impl FreshSecrets {
    /// The text for that setting, if it is a secret.
    pub fn text(&self, name: &str) -> Option<&str> {
        let secret = self.0.iter().find(|(known, _)| *known == name);
        secret.map(|(_, text)| text.as_str())
    }

    /// The `NAME=value` lines of all secrets.
    pub(super) fn lines(&self) -> Zeroizing<String> {
        let line = |(name, text): &(&str, Zeroizing<String>)| format!("{name}={}\n", text.as_str());
        Zeroizing::new(self.0.iter().map(line).collect())
    }
}

/// Creates one of each secret from 32 random bytes that `fill` provides.
pub fn fresh_secrets(fill: &dyn Fn(&mut [u8])) -> FreshSecrets {
    let fresh = |prefix: &str| {
        let mut bytes = Zeroizing::new([0; 32]);
        fill(bytes.as_mut());
        Zeroizing::new(format!("{prefix}{}", BASE64.encode(bytes.as_ref())))
    };
    let secrets = NEEDED.into_iter().filter_map(|secret| {
        let row = secret.row();
        match row.preset {
            Preset::Secret { prefix, .. } => Some((row.name, fresh(prefix))),
            Preset::Fixed(_) | Preset::Computed { .. } | Preset::Unset { .. } => None,
        }
    });
    FreshSecrets(secrets.collect())
}

/// Fills a buffer from the random source of the operating system.
pub fn fill_from_system(bytes: &mut [u8]) {
    use rand::Rng;
    rand::rand_core::UnwrapErr(rand::rngs::SysRng).fill_bytes(bytes);
}
