//! Argon2id (RFC 9106) with buffers that the caller owns and reuses. `guess` compares passwords.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use thiserror::Error;

use super::Password;

/// The cost of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory, in KiB.
    pub memory_kib: u32,
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// A hash that cannot be made or read. The user's input is never the cause.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HashError {
    /// Argon2 does not allow these parameters.
    #[error("Argon2 refuses these parameters: {0}")]
    Parameters(argon2::Error),
    /// The stored text is not of a known kind.
    #[error(
        "this kind of password hash is not known; known are Argon2, bcrypt, scrypt and PBKDF2, as PHC strings or as Django writes them"
    )]
    UnknownKind,
    /// The stored text is of a known kind, but damaged.
    #[error("the password hash is damaged")]
    Malformed,
    /// The stored hash requires more memory or time than is allowed.
    #[error("the password hash asks for too much memory or time to be verified, or is too long")]
    TooExpensive,
}

impl From<argon2::Error> for HashError {
    fn from(error: argon2::Error) -> Self {
        Self::Parameters(error)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Match {
        /// The hash was made with other parameters than today's and should be replaced.
        rehash: bool,
    },
    /// The password is wrong, or there is no account to compare with.
    Mismatch,
}

/// The working memory for one hash at a time. Reusing it is faster than allocating, and huge pages make it faster
/// again (docs/performance.md).
#[derive(Default)]
pub struct Memory(Vec<Block>);

/// The blocks of a huge page of 2 MiB, a block being 1 KiB.
const HUGE_PAGE: usize = 2048;

impl Memory {
    fn at_least(&mut self, blocks: usize) -> &mut [Block] {
        if self.0.len() < blocks {
            // Whole huge pages, with what the allocator adds. Linux (since 6.7) places such memory at the beginning of
            // a huge page; the two ends of other memory are in small ones.
            let whole = (blocks + 1).next_multiple_of(HUGE_PAGE) - 1;
            self.0.reserve_exact(whole - self.0.len());
            self.0.resize(blocks, Block::new());
        }
        &mut self.0[..blocks]
    }
}

/// Hashes and compares with fixed parameters.
#[derive(Debug, Clone)]
pub struct Hasher {
    pub(super) settings: Argon2Settings,
    pub(super) params: Params,
}

const OUTPUT_BYTES: usize = 32;

impl Hasher {
    /// A hasher for these costs.
    pub fn new(settings: Argon2Settings) -> Result<Self, HashError> {
        let Argon2Settings {
            memory_kib,
            iterations,
            parallelism,
        } = settings;
        let params = Params::new(memory_kib, iterations, parallelism, Some(OUTPUT_BYTES))?;
        Ok(Self { settings, params })
    }

    /// Hashes a password into a PHC string.
    pub fn hash(
        &self,
        password: &Password,
        salt: [u8; 16],
        memory: &mut Memory,
    ) -> Result<String, HashError> {
        let output = compute(
            &self.params,
            Algorithm::Argon2id,
            Version::V0x13,
            password.expose(),
            &salt,
            memory,
        )?;
        let phc = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_| HashError::Malformed)?,
            salt: Some(Salt::new(&salt).map_err(|_| HashError::Malformed)?),
            hash: Some(Output::new(&output).map_err(|_| HashError::Malformed)?),
        };
        Ok(phc.to_string())
    }
}

/// One run of Argon2, for as long as its parameters require.
pub(super) fn compute(
    params: &Params,
    algorithm: Algorithm,
    version: Version,
    password: &[u8],
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Vec<u8>, HashError> {
    let argon2 = Argon2::new(algorithm, version, params.clone());
    let mut output = vec![0; params.output_len().unwrap_or(OUTPUT_BYTES)];
    let blocks = memory.at_least(params.block_count());
    argon2.hash_password_into_with_memory(password, salt, &mut output, blocks)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Argon2Settings = Argon2Settings {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    };

    fn password(text: &str) -> Password {
        Password::parse(&text.into()).unwrap()
    }

    #[test]
    fn matches_the_password_and_no_other() {
        let (hasher, mut memory) = (Hasher::new(CHEAP).unwrap(), Memory::default());
        let stored = hasher
            .hash(&password("right"), [7; 16], &mut memory)
            .unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{stored}"
        );
        let mut verify =
            |text, stored| hasher.verify(&password(text), stored, &mut memory).unwrap();
        assert_eq!(
            verify("right", Some(stored.as_str())),
            Verdict::Match { rehash: false }
        );
        assert_eq!(verify("wrong", Some(stored.as_str())), Verdict::Mismatch);
        assert_eq!(verify("right", None), Verdict::Mismatch);
    }

    #[test]
    fn memory_fills_whole_huge_pages() {
        let mut memory = Memory::default();
        for (blocks, whole) in [(64, 1), (64, 1), (2_048, 2), (19_456, 10), (64, 10)] {
            assert_eq!(memory.at_least(blocks).len(), blocks);
            assert_eq!(memory.0.capacity(), whole * HUGE_PAGE - 1, "{blocks}");
        }
    }

    #[test]
    fn requests_a_new_hash_when_the_costs_changed() {
        let mut memory = Memory::default();
        let stored = Hasher::new(CHEAP)
            .unwrap()
            .hash(&password("right"), [7; 16], &mut memory)
            .unwrap();
        let dearer = Hasher::new(Argon2Settings {
            iterations: 2,
            ..CHEAP
        })
        .unwrap();
        let verdict = dearer
            .verify(&password("right"), Some(&stored), &mut memory)
            .unwrap();
        assert_eq!(verdict, Verdict::Match { rehash: true });
    }

    #[test]
    fn agrees_with_the_crate_that_made_the_format() {
        use argon2::{PasswordVerifier, password_hash::PasswordHasher};
        let hasher = Hasher::new(CHEAP).unwrap();
        let mut memory = Memory::default();
        let ours = hasher
            .hash(&password("right"), [9; 16], &mut memory)
            .unwrap();
        let theirs = Argon2::from(hasher.params.clone());
        assert!(theirs.verify_password(b"right", ours.as_str()).is_ok());
        let made: PasswordHash = theirs.hash_password_with_salt(b"right", &[9; 16]).unwrap();
        assert_eq!(made.to_string(), ours);
    }
}
