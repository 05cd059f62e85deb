//! Comparing a password with a stored hash of any kind, in the Unicode forms that may have been hashed.

use argon2::{Algorithm, Version};
use zeroize::Zeroizing;

use super::{
    Password,
    hash::{HashError, Hasher, Memory, Verdict, compute},
    stored::{NO_PASSWORD, StoredHash, Work},
};

/// The salt of the hash that is computed for unknown addresses.
const DUMMY_SALT: [u8; 16] = *b"nobody lives her";

/// A password, and the hash to compare it with.
pub struct Guess {
    password: Password,
    against: Against,
}

enum Against {
    /// No hash: the address is unknown, or has no password.
    Nothing,
    /// A hash of the kind that is made today, from NFC.
    Current(StoredHash),
    /// A hash of another system or of earlier settings.
    Other {
        hash: StoredHash,
        /// The forms of the password, in the order in which they are tried.
        forms: Vec<Zeroizing<String>>,
    },
}

impl Guess {
    /// The work for one form, and the number of forms; `None` if the hash is of today's kind.
    pub fn work(&self) -> Option<(Work, usize)> {
        match &self.against {
            Against::Other { hash, forms } => Some((hash.work(), forms.len())),
            Against::Nothing | Against::Current(_) => None,
        }
    }
}

/// The work that stored hashes of one kind require.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkInUse {
    /// For one form of a password.
    pub work: Work,
    /// The largest number of forms that are tried.
    pub most_forms: usize,
}

impl Hasher {
    /// Whether a stored hash has a kind, a format and a cost that can be verified.
    pub fn can_verify(&self, stored: &str) -> Result<(), HashError> {
        StoredHash::read(stored, self.settings).map(|_| ())
    }

    /// Reads a stored hash for comparing a password with it. Nothing is computed yet.
    pub fn guess(&self, password: Password, stored: Option<&str>) -> Result<Guess, HashError> {
        let stored = stored.filter(|stored| *stored != NO_PASSWORD);
        let stored = stored.map(|stored| StoredHash::read(stored, self.settings));
        let against = match stored.transpose()? {
            None => Against::Nothing,
            Some(hash) if hash.is_current(&self.params) => Against::Current(hash),
            Some(hash) => {
                let mut forms = password.forms();
                forms.truncate(hash.work().most_forms(self.settings));
                Against::Other { hash, forms }
            }
        };
        Ok(Guess { password, against })
    }

    /// Whether a guess takes more time or memory than a hash of today's kind.
    pub fn is_dear(&self, guess: &Guess) -> bool {
        let work = guess.work();
        work.is_some_and(|(work, forms)| work.is_dear(forms, self.settings))
    }

    /// Compares. Without a stored hash, a dummy hash is computed, so that an unknown address takes as long
    /// as a known one.
    pub fn check(&self, guess: &Guess, memory: &mut Memory) -> Result<Verdict, HashError> {
        let password = guess.password.expose();
        let (matches, rehash) = match &guess.against {
            Against::Nothing => {
                let (kind, version) = (Algorithm::Argon2id, Version::V0x13);
                compute(&self.params, kind, version, password, &DUMMY_SALT, memory)?;
                (false, false)
            }
            Against::Current(hash) => (hash.matches(password, memory)?, false),
            Against::Other { hash, forms } => {
                let mut matches = false;
                for form in forms {
                    matches = matches || hash.matches(form.as_bytes(), memory)?;
                }
                (matches, true)
            }
        };
        Ok(if matches {
            Verdict::Match { rehash }
        } else {
            Verdict::Mismatch
        })
    }

    /// Reads a stored hash and compares a password with it.
    pub fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
        memory: &mut Memory,
    ) -> Result<Verdict, HashError> {
        self.check(&self.guess(password.clone(), stored)?, memory)
    }

    /// The work of a hash of today's kind.
    pub fn own_work(&self) -> Work {
        Work::own(self.settings)
    }

    /// The work that a stored hash requires. `None` if it takes the same as an unknown address: it is of
    /// today's kind, or cannot be verified.
    pub fn work_of(&self, stored: &str) -> Option<WorkInUse> {
        let hash = StoredHash::read(stored, self.settings).ok()?;
        let work = hash.work();
        (!hash.is_current(&self.params)).then(|| WorkInUse {
            work,
            most_forms: work.most_forms(self.settings),
        })
    }

    /// Whether this number of forms requires more time or memory than a hash of today's kind.
    pub fn is_dear_work(&self, work: Work, forms: usize) -> bool {
        work.is_dear(forms, self.settings)
    }
}
