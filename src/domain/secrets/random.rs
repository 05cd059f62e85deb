//! The random source, and the identifiers that are made with it.

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

/// A source of unpredictable bytes. Tests replace it with a fixed sequence.
pub trait Random: Send + Sync {
    /// Fills `bytes` completely.
    fn fill(&self, bytes: &mut [u8]);
}

pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// A version 4 UUID (RFC 9562), the form of every id here.
pub fn id(random: &dyn Random) -> Uuid {
    uuid::Builder::from_random_bytes(bytes(random)).into_uuid()
}

/// A `jti` (RFC 7519, 4.1.7): 128 random bits in 22 characters.
pub fn token_id(random: &dyn Random) -> String {
    BASE64URL_NOPAD.encode(&bytes::<16>(random))
}
