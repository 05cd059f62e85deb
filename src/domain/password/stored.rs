//! Stored hashes, ours and those of other systems: which kinds can be verified, and how much work each
//! requires (`work`). `read` parses their formats.

mod read;
#[cfg(test)]
mod tests;
mod work;

use argon2::{Algorithm, Params, Version};
use data_encoding::HEXLOWER;
use scrypt::Params as ScryptParams;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

pub use work::{MAX_TIME, Work};

use super::hash::{Argon2Settings, HashError, Memory, compute};

/// The text in place of a hash for an account without a password, which its owner sets by a reset. No hash
/// begins with it.
pub const NO_PASSWORD: &str = "!";

/// How many bytes of a password bcrypt uses.
const BCRYPT_BYTES: usize = 72;

/// A stored hash that can be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredHash {
    /// RFC 9106, and its predecessors.
    Argon2 {
        algorithm: Algorithm,
        version: Version,
        params: Params,
        salt: Vec<u8>,
        output: Vec<u8>,
    },
    /// Provos and Mazières. `sha256`: over the hexadecimal digest, as Django does it.
    Bcrypt {
        sha256: bool,
        cost: u32,
        salt: [u8; 16],
        output: [u8; 23],
    },
    /// RFC 8018.
    Pbkdf2 {
        prf: Prf,
        rounds: u32,
        salt: Vec<u8>,
        output: Vec<u8>,
    },
    /// RFC 7914.
    Scrypt {
        log_n: u8,
        r: u32,
        p: u32,
        salt: Vec<u8>,
        output: Vec<u8>,
    },
}

/// The hash function of PBKDF2's HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prf {
    /// 20 bytes a block.
    Sha1,
    /// 32 bytes a block.
    Sha256,
    /// 64 bytes a block.
    Sha512,
}

impl Prf {
    fn block_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl StoredHash {
    /// Parses a hash. One that requires more work than is allowed is refused before any work is done.
    /// Parameters up to `own` are always allowed, because the operator chose them.
    pub(super) fn read(stored: &str, own: Argon2Settings) -> Result<Self, HashError> {
        let hash = read::read(stored)?;
        if hash.work().is_sane(own) {
            Ok(hash)
        } else {
            Err(HashError::TooExpensive)
        }
    }

    pub(super) fn work(&self) -> Work {
        match self {
            Self::Argon2 { params, .. } => Work::Argon2 {
                memory: params.m_cost(),
                passes: params.t_cost(),
                lanes: params.p_cost(),
            },
            Self::Bcrypt { cost, .. } => Work::Bcrypt(*cost),
            Self::Pbkdf2 {
                prf,
                rounds,
                output,
                ..
            } => Work::Pbkdf2 {
                prf: *prf,
                rounds: *rounds,
                // An output has at most 64 bytes.
                blocks: u32::try_from(output.len().div_ceil(prf.block_bytes())).unwrap_or(u32::MAX),
            },
            Self::Scrypt { log_n, r, p, .. } => Work::Scrypt(*log_n, *r, *p),
        }
    }

    /// Whether it is Argon2id with exactly these costs, as new hashes are.
    pub(super) fn is_current(&self, current: &Params) -> bool {
        let costs = |p: &Params| (p.m_cost(), p.t_cost(), p.p_cost());
        matches!(self, Self::Argon2 { algorithm: Algorithm::Argon2id, params, .. }
            if costs(params) == costs(current))
    }

    /// Compares with the bytes of a password. The comparison takes constant time after the hash is
    /// computed.
    pub(super) fn matches(&self, password: &[u8], memory: &mut Memory) -> Result<bool, HashError> {
        let same = |made: &[u8], stored: &[u8]| bool::from(made.ct_eq(stored));
        match self {
            Self::Argon2 {
                algorithm,
                version,
                params,
                salt,
                output,
            } => {
                let made = compute(params, *algorithm, *version, password, salt, memory)?;
                Ok(same(&made, output))
            }
            Self::Bcrypt {
                sha256,
                cost,
                salt,
                output,
            } => {
                let key = if *sha256 {
                    bcrypt_key(HEXLOWER.encode(&Sha256::digest(password)).as_bytes())
                } else {
                    bcrypt_key(password)
                };
                let made = bcrypt::bcrypt(*cost, *salt, &key);
                // A password with a zero byte takes as long, but such systems did not hash it completely.
                let whole = *sha256 || !password.contains(&0);
                Ok(same(&made[..output.len()], output) && whole)
            }
            Self::Pbkdf2 {
                prf,
                rounds,
                salt,
                output,
            } => {
                let mut made = vec![0; output.len()];
                let derive = match prf {
                    Prf::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
                    Prf::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
                    Prf::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
                };
                derive(password, salt, *rounds, &mut made);
                Ok(same(&made, output))
            }
            Self::Scrypt {
                log_n,
                r,
                p,
                salt,
                output,
            } => {
                let params = ScryptParams::new(*log_n, *r, *p).map_err(|_| HashError::Malformed)?;
                let mut made = vec![0; output.len()];
                scrypt::scrypt(password, salt, &params, &mut made)
                    .map_err(|_| HashError::Malformed)?;
                Ok(same(&made, output))
            }
        }
    }
}

/// The input of bcrypt: the password with the zero byte that ends it in C, at most 72 bytes.
fn bcrypt_key(password: &[u8]) -> Vec<u8> {
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(BCRYPT_BYTES);
    key
}
