//! Secrets at rest: an AEAD whose associated data names the place of the value.
//!
//! A sealed value can be unsealed only for the table, row and column that it was sealed for, so
//! ciphertexts that are moved between rows are useless. The ring supports key rotation: the first key
//! seals, and all keys unseal.

use std::fmt;

use chacha20poly1305::{
    Key as AeadKey, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    keys,
    random::{self, Random},
    secret::Key,
};

/// The first byte of every sealed value, which identifies the layout below.
///
/// `1 | length of key id | key id | nonce (24) | ciphertext and tag`
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// The place of a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub table: &'static str,
    /// The primary key of the row.
    pub row: Uuid,
    pub column: &'static str,
}

impl Place {
    fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        let mut data = header.to_vec();
        data.extend_from_slice(self.table.as_bytes());
        data.push(0);
        data.extend_from_slice(self.column.as_bytes());
        data.push(0);
        data.extend_from_slice(self.row.as_bytes());
        data
    }
}

/// Why a sealed value cannot be unsealed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// The bytes do not have the layout above.
    #[error("the sealed value is malformed")]
    Malformed,
    /// The ring lacks the key.
    #[error(
        "no sealing key has the id {0:?}: SEALING_KEYS must keep every key that still seals something"
    )]
    UnknownKey(String),
    /// The key or the place is wrong, or the bytes were changed.
    #[error("the sealed value does not open here")]
    Refused,
}

/// The keys of `SEALING_KEYS`, in order.
#[derive(Clone)]
pub struct SealingRing {
    keys: Vec<(String, Key)>,
}

impl fmt::Debug for SealingRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(id, _)| id))
            .finish()
    }
}

impl SealingRing {
    /// A ring with a first key, which seals, and further keys, which only unseal. Ids have 1 to 255 bytes.
    pub fn new(first: (String, Key), others: Vec<(String, Key)>) -> Self {
        let mut keys = vec![first];
        keys.extend(others);
        Self { keys }
    }

    /// Seals `plain` for one place.
    pub fn seal(
        &self,
        random: &dyn Random,
        place: Place,
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let (_, key) = &self.keys[0];
        let mut sealed = self.header()?;
        let aad = place.associated_data(&sealed);
        let nonce = random::bytes::<NONCE_BYTES>(random);
        let text = cipher(key)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| SealError::Refused)?;
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Unseals a value that was sealed for this place.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (&[version, id_length], rest) = sealed
            .split_first_chunk::<2>()
            .ok_or(SealError::Malformed)?;
        let (id, rest) = rest
            .split_at_checked(id_length.into())
            .ok_or(SealError::Malformed)?;
        let (nonce, text) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealError::Malformed)?;
        let id = std::str::from_utf8(id).map_err(|_| SealError::Malformed)?;
        if version != VERSION {
            return Err(SealError::Malformed);
        }
        let aad = place.associated_data(&sealed[..2 + usize::from(id_length)]);
        cipher(self.key(id)?)
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: text,
                    aad: &aad,
                },
            )
            .map_err(|_| SealError::Refused)
    }

    /// Seals the same value with the first key, for the same place.
    pub fn reseal(
        &self,
        random: &dyn Random,
        place: Place,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let plain = Zeroizing::new(self.open(place, sealed)?);
        self.seal(random, place, &plain)
    }

    /// The first bytes of every value that is sealed with the first key.
    pub fn header(&self) -> Result<Vec<u8>, SealError> {
        let (id, _) = &self.keys[0];
        let id_length = u8::try_from(id.len()).map_err(|_| SealError::Malformed)?;
        let mut header = vec![VERSION, id_length];
        header.extend_from_slice(id.as_bytes());
        Ok(header)
    }

    /// Whether the ring has a key with this id.
    pub fn has(&self, id: &str) -> bool {
        self.ids().any(|known| known == id)
    }

    /// Every key with its id, the sealing key first.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.keys.iter().map(|(id, key)| (id.as_str(), key))
    }

    /// The id of every key, the sealing key first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// The id of the key that seals.
    pub fn current_id(&self) -> &str {
        &self.keys[0].0
    }

    /// HMAC-SHA256 of `message` under the key `id`, derived for `info`.
    pub fn mac(&self, id: &str, info: &str, message: &[u8]) -> Result<[u8; 32], SealError> {
        let key = keys::derive(self.key(id)?.expose(), info);
        Ok(hmac_sha256(&key, message))
    }

    fn key(&self, id: &str) -> Result<&Key, SealError> {
        let found = self.keys.iter().find(|(known, _)| known == id);
        found
            .map(|(_, key)| key)
            .ok_or_else(|| SealError::UnknownKey(id.to_owned()))
    }
}

/// HMAC-SHA256 (RFC 2104).
pub fn hmac_sha256(key: &Key, message: &[u8]) -> [u8; 32] {
    // HMAC pads a shorter key with zeros to the block; padding it here needs no fallible constructor.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key.expose());
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&AeadKey::from(*key.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(5);
        }
    }

    fn key(id: &str, byte: u8) -> (String, Key) {
        (id.to_owned(), Key::new([byte; 32]))
    }

    fn place(row: u128) -> Place {
        Place {
            table: "totp_authenticators",
            row: Uuid::from_u128(row),
            column: "secret",
        }
    }

    #[test]
    fn a_value_is_unsealed_only_in_its_own_place() {
        let ring = SealingRing::new(key("a", 1), vec![]);
        let sealed = ring.seal(&Fixed, place(1), b"secret").unwrap();
        assert_eq!(ring.open(place(1), &sealed).unwrap(), b"secret");
        assert_eq!(ring.open(place(2), &sealed), Err(SealError::Refused));
        assert_eq!(
            ring.open(
                Place {
                    column: "other",
                    ..place(1)
                },
                &sealed
            ),
            Err(SealError::Refused)
        );
        assert_eq!(
            ring.open(
                Place {
                    table: "mails",
                    ..place(1)
                },
                &sealed
            ),
            Err(SealError::Refused)
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let ring = SealingRing::new(key("a", 1), vec![]);
        let sealed = ring.seal(&Fixed, place(1), b"secret").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(ring.open(place(1), &changed).is_err(), "byte {index}");
            assert!(
                ring.open(place(1), &sealed[..index]).is_err(),
                "cut at {index}"
            );
        }
    }

    #[test]
    fn the_first_key_seals_and_all_unseal() {
        let old = SealingRing::new(key("a", 1), vec![]);
        let new = SealingRing::new(key("b", 2), vec![key("a", 1)]);
        let sealed = old.seal(&Fixed, place(1), b"secret").unwrap();
        assert_eq!(new.open(place(1), &sealed).unwrap(), b"secret");
        let sealed = new.seal(&Fixed, place(1), b"secret").unwrap();
        assert_eq!(
            old.open(place(1), &sealed),
            Err(SealError::UnknownKey("b".to_owned()))
        );
    }

    #[test]
    fn a_resealed_value_needs_only_the_first_key() {
        let old = SealingRing::new(key("a", 1), vec![]);
        let both = SealingRing::new(key("b", 2), vec![key("a", 1)]);
        let new = SealingRing::new(key("b", 2), vec![]);
        let sealed = old.seal(&Fixed, place(1), b"secret").unwrap();
        let again = both.reseal(&Fixed, place(1), &sealed).unwrap();
        assert!(again.starts_with(&both.header().unwrap()));
        assert_eq!(new.open(place(1), &again).unwrap(), b"secret");
        let moved = both.reseal(&Fixed, place(2), &sealed);
        assert_eq!(moved, Err(SealError::Refused));
        assert_eq!(both.ids().collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn mac_agrees_with_rfc_4231() {
        // Test case 2 has a 4-byte key; ours have 32 bytes, so the key is padded as HMAC does.
        let mut padded = [0; 32];
        padded[..4].copy_from_slice(b"Jefe");
        let mac = hmac_sha256(&Key::new(padded), b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(data_encoding::HEXLOWER.encode(&mac), expected);
    }
}
