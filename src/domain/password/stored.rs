//! Stored hashes, ours and those that other systems made: which kinds can be verified, and how much
//! work one of them may ask for. How each is written stands in `read`.

mod read;
#[cfg(test)]
mod tests;

use argon2::{Algorithm, Params, Version};
use data_encoding::HEXLOWER;
use scrypt::Params as ScryptParams;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::hash::{Argon2Settings, HashError, Memory, compute};

/// What stands in the place of a hash where there is no password: the account is entered through a
/// reset. No text of a hash begins like it.
pub const NO_PASSWORD: &str = "!";

/// The most memory that one stored hash may ask for, in KiB. It holds libsodium's and Django's
/// defaults, scrypt at OWASP's first choice (128 MiB) and RFC 9106's second (64 MiB).
const MAX_MEMORY_KIB: u64 = 256 * 1024;
/// The most memory to walk through, in KiB times passes: about two seconds of a core.
const MAX_ARGON2_WORK: u64 = 8 * MAX_MEMORY_KIB;
/// The most of N times r times p: four times OWASP's choice.
const MAX_SCRYPT_WORK: u64 = 1 << 22;
/// The most iterations of PBKDF2: three times what Django does today.
const MAX_PBKDF2_ROUNDS: u32 = 4_000_000;
/// The most rounds of bcrypt, as a power of two: about two seconds of a core.
const MAX_BCRYPT_COST: u32 = 15;
/// What bcrypt sees of a password.
const BCRYPT_BYTES: usize = 72;

/// A stored hash that may be verified.
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
    /// Provos and Mazières; `sha256`: of the digest in hexadecimal, as Django does it.
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

/// The hash under PBKDF2's HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prf {
    Sha1,
    Sha256,
    Sha512,
}

impl StoredHash {
    /// Reads a hash, and refuses one that asks for more work than is sane before any of it is done.
    /// Parameters up to `own` are always sane: the operator chose them.
    pub(super) fn read(stored: &str, own: Argon2Settings) -> Result<Self, HashError> {
        let hash = read::read(stored)?;
        if hash.is_sane(own) {
            Ok(hash)
        } else {
            Err(HashError::TooDear)
        }
    }

    fn is_sane(&self, own: Argon2Settings) -> bool {
        match self {
            Self::Argon2 { params, .. } => {
                let (memory, passes) = (u64::from(params.m_cost()), u64::from(params.t_cost()));
                let as_own = params.m_cost() <= own.memory_kib && params.t_cost() <= own.iterations;
                as_own || (memory <= MAX_MEMORY_KIB && memory * passes <= MAX_ARGON2_WORK)
            }
            Self::Bcrypt { cost, .. } => *cost <= MAX_BCRYPT_COST,
            Self::Pbkdf2 { rounds, .. } => *rounds <= MAX_PBKDF2_ROUNDS,
            Self::Scrypt { log_n, r, p, .. } => scrypt_is_sane(*log_n, *r, *p),
        }
    }

    /// Whether it is Argon2id with just these costs, as new hashes are.
    pub(super) fn is_current(&self, current: &Params) -> bool {
        let costs = |p: &Params| (p.m_cost(), p.t_cost(), p.p_cost());
        matches!(self, Self::Argon2 { algorithm: Algorithm::Argon2id, params, .. }
            if costs(params) == costs(current))
    }

    /// Compares with the bytes of a password, in constant time once the hash is made.
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
                Ok(key.is_some_and(|key| {
                    same(&bcrypt::bcrypt(*cost, *salt, &key)[..output.len()], output)
                }))
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

fn scrypt_is_sane(log_n: u8, r: u32, p: u32) -> bool {
    let Some(n) = 1_u64.checked_shl(u32::from(log_n)) else {
        return false;
    };
    let product = |of: &[u64]| of.iter().try_fold(1_u64, |all, one| all.checked_mul(*one));
    let (r, p) = (u64::from(r), u64::from(p));
    let within = |what: Option<u64>, most: u64| what.is_some_and(|what| what <= most);
    n > 1
        && within(
            product(&[128, r, n.saturating_add(p)]),
            MAX_MEMORY_KIB * 1024,
        )
        && within(product(&[n, r, p]), MAX_SCRYPT_WORK)
}

/// What bcrypt hashes: the password with the zero byte that ends it in C, at most 72 bytes. A
/// password that holds a zero byte itself is one that no such system can have hashed whole.
fn bcrypt_key(password: &[u8]) -> Option<Vec<u8>> {
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(BCRYPT_BYTES);
    (!password.contains(&0)).then_some(key)
}
