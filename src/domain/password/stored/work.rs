//! How much work a stored hash requires. The rates were measured with the release build on two cores of a
//! virtual AMD EPYC, each in its slowest case (the largest memory, the smallest blocks). `docs/limits.md`
//! has the resulting limits.

use std::time::Duration;

use super::Prf;
use crate::domain::password::hash::Argon2Settings;

/// The longest time of one guess, in all forms of the password together, at the rates below. Half a second
/// remains of two for the rest of a sign-in and for a busy machine.
pub const MAX_TIME: Duration = Duration::from_millis(1500);
/// The most memory that one stored hash may require, in KiB. scrypt with OWASP's first choice takes 128
/// MiB, RFC 9106's second choice of Argon2 64 MiB, libsodium's "moderate" 256 MiB.
pub(super) const MAX_MEMORY_KIB: u64 = 256 * 1024;

/// Nanoseconds of Argon2 for each pass over a KiB of memory, and for first touching the KiB.
const ARGON2_PASS: u64 = 1_350;
const ARGON2_TOUCH: u64 = 750;
/// The cost of a lane in each pass in addition to its memory, in KiB.
const ARGON2_LANE: u64 = 4;
/// Nanoseconds of one of bcrypt's 2^cost rounds.
const BCRYPT_ROUND: u64 = 85_000;
/// Nanoseconds of a round of PBKDF2 for one block of output.
const SHA1_ROUND: u64 = 125;
const SHA256_ROUND: u64 = 150;
const SHA512_ROUND: u64 = 670;
/// Nanoseconds of scrypt for each of N times r times p, and for each of r times p.
const SCRYPT_MIX: u64 = 345;
const SCRYPT_BLOCK: u64 = 1_700;

/// The cost of a hash: its kind and its parameters, without salt and output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// Memory in KiB, passes and lanes.
    Argon2 {
        /// KiB.
        memory: u32,
        passes: u32,
        /// Lanes, which are computed one after the other.
        lanes: u32,
    },
    /// The number of its rounds as a power of two.
    Bcrypt(u32),
    /// Rounds for each block of output.
    Pbkdf2 {
        /// The hash under the HMAC.
        prf: Prf,
        rounds: u32,
        blocks: u32,
    },
    /// RFC 7914's N (as its power of two), r and p.
    Scrypt(u8, u32, u32),
}

impl Work {
    /// The work of a hash under our own settings.
    pub(in crate::domain::password) fn own(settings: Argon2Settings) -> Self {
        Self::Argon2 {
            memory: settings.memory_kib,
            passes: settings.iterations,
            lanes: settings.parallelism,
        }
    }

    /// The time that it takes at the rates above; the maximum if it overflows.
    pub fn estimate(self) -> Duration {
        self.nanoseconds()
            .map_or(Duration::MAX, Duration::from_nanos)
    }

    fn nanoseconds(self) -> Option<u64> {
        match self {
            Self::Argon2 {
                memory,
                passes,
                lanes,
            } => {
                let (memory, lanes) = (u64::from(memory), u64::from(lanes));
                let pass = (memory + ARGON2_LANE * lanes) * ARGON2_PASS;
                pass.checked_mul(u64::from(passes))?
                    .checked_add(memory * ARGON2_TOUCH)
            }
            Self::Bcrypt(cost) => 1_u64.checked_shl(cost)?.checked_mul(BCRYPT_ROUND),
            Self::Pbkdf2 {
                prf,
                rounds,
                blocks,
            } => {
                let round = match prf {
                    Prf::Sha1 => SHA1_ROUND,
                    Prf::Sha256 => SHA256_ROUND,
                    Prf::Sha512 => SHA512_ROUND,
                };
                (u64::from(rounds) * u64::from(blocks)).checked_mul(round)
            }
            Self::Scrypt(log_n, r, p) => {
                let lanes = u64::from(r) * u64::from(p);
                let mix = 1_u64
                    .checked_shl(u32::from(log_n))?
                    .checked_mul(SCRYPT_MIX)?;
                lanes.checked_mul(mix.checked_add(SCRYPT_BLOCK)?)
            }
        }
    }

    /// The memory that it takes, in KiB; the maximum if it overflows.
    pub(super) fn memory_kib(self) -> u64 {
        match self {
            Self::Argon2 { memory, .. } => memory.into(),
            Self::Bcrypt(_) | Self::Pbkdf2 { .. } => 0,
            Self::Scrypt(log_n, r, p) => 1_u64
                .checked_shl(log_n.into())
                .and_then(|n| n.checked_add(p.into()))
                .and_then(|blocks| blocks.checked_mul(128 * u64::from(r)))
                .map_or(u64::MAX, |bytes| bytes.div_ceil(1024)),
        }
    }

    /// Whether a hash may require as much. The cost of the operator's own settings is always allowed.
    pub(super) fn is_sane(self, own: Argon2Settings) -> bool {
        let is_possible = match self {
            Self::Scrypt(log_n, r, p) => log_n > 0 && r > 0 && p > 0,
            _ => true,
        };
        let is_bounded = self.estimate() <= MAX_TIME && self.memory_kib() <= MAX_MEMORY_KIB;
        self.is_within(own) || is_possible && is_bounded
    }

    fn is_within(self, own: Argon2Settings) -> bool {
        matches!(self, Self::Argon2 { memory, passes, .. }
            if memory <= own.memory_kib && passes <= own.iterations)
    }

    /// How many forms of a password are tried within [`MAX_TIME`]; at least one. A hash within our own
    /// settings may be ours, which needs NFC, so at least NFC and the form as typed are tried.
    pub(in crate::domain::password) fn most_forms(self, own: Argon2Settings) -> usize {
        let least = if self.is_within(own) { 2 } else { 1 };
        let fit = MAX_TIME.as_nanos() / self.estimate().as_nanos().max(1);
        usize::try_from(fit).unwrap_or(usize::MAX).max(least)
    }

    /// Whether `forms` of it require more than one hash of our own. Such a guess must not delay those.
    pub(in crate::domain::password) fn is_dear(self, forms: usize, own: Argon2Settings) -> bool {
        let forms = u32::try_from(forms).unwrap_or(u32::MAX);
        self.memory_kib() > own.memory_kib.into()
            || self.estimate().saturating_mul(forms) > Self::own(own).estimate()
    }
}
