//! Keys derived from the configured secrets, one for each use (RFC 5869).

use hkdf::Hkdf;
use sha2::Sha256;

use super::secret::Key;

/// Derives a 256-bit key by HKDF-SHA256 without salt.
///
/// `info` names the use. Keys of different uses are independent of each other.
pub fn derive(input_key: &[u8], info: &str) -> Key {
    let mut key = [0; 32];
    let expanded = Hkdf::<Sha256>::new(None, input_key).expand(info.as_bytes(), &mut key);
    debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's limit");
    Key::new(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_do_not_share_keys() {
        let a = derive(b"secret", "vestibule/jwt/access");
        let b = derive(b"secret", "vestibule/jwt/refresh");
        assert_ne!(a.expose(), b.expose());
        assert_eq!(
            a.expose(),
            derive(b"secret", "vestibule/jwt/access").expose()
        );
    }
}
