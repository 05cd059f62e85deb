//! Comparing a password with a stored hash of any kind, in the forms in which it may have been hashed.

use argon2::{Algorithm, Version};
use zeroize::Zeroizing;

use super::{
    Password,
    hash::{HashError, Hasher, Memory, Verdict, compute},
    stored::{NO_PASSWORD, StoredHash, Work},
};

/// The salt of the hash that is computed for unknown addresses.
const DUMMY_SALT: [u8; 16] = *b"nobody lives her";

/// A password, and what it is compared with.
pub struct Guess {
    password: Password,
    against: Against,
}

enum Against {
    /// Nothing: the address is unknown, or has no password.
    Nothing,
    /// A hash as new ones are made, which are made from NFC.
    Current(StoredHash),
    /// A hash of another system or of earlier settings.
    Other {
        hash: StoredHash,
        /// In the order in which they are tried.
        forms: Vec<Zeroizing<String>>,
    },
}

impl Guess {
    /// The work of one form and how many forms there are, where the hash is not as new ones are made.
    pub fn work(&self) -> Option<(Work, usize)> {
        match &self.against {
            Against::Other { hash, forms } => Some((hash.work(), forms.len())),
            Against::Nothing | Against::Current(_) => None,
        }
    }
}

/// What stored hashes of a kind ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkInUse {
    /// For one form of a password.
    pub work: Work,
    /// The most forms that are tried.
    pub most_forms: usize,
}

impl Hasher {
    /// Whether a stored hash is of a kind, a form and a cost that can be verified.
    pub fn can_verify(&self, stored: &str) -> Result<(), HashError> {
        StoredHash::read(stored, self.settings).map(|_| ())
    }

    /// Reads a stored hash to compare a password with. Nothing is computed yet.
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

    /// Whether a guess takes more time or memory than a hash of our own.
    pub fn is_dear(&self, guess: &Guess) -> bool {
        let work = guess.work();
        work.is_some_and(|(work, forms)| work.is_dear(forms, self.settings))
    }

    /// Compares. Without a stored hash, the work of a hash is done for nothing, so that an unknown address
    /// takes as long as a known one.
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

    /// The work of a hash as new ones are made.
    pub fn own_work(&self) -> Work {
        Work::own(self.settings)
    }

    /// What a stored hash asks for. `None` where a guess at it is one at any address: it is as new ones are
    /// made, or cannot be verified.
    pub fn work_of(&self, stored: &str) -> Option<WorkInUse> {
        let hash = StoredHash::read(stored, self.settings).ok()?;
        let work = hash.work();
        (!hash.is_current(&self.params)).then(|| WorkInUse {
            work,
            most_forms: work.most_forms(self.settings),
        })
    }

    /// Whether so many forms ask for more time or memory than a hash of our own.
    pub fn is_dear_work(&self, work: Work, forms: usize) -> bool {
        work.is_dear(forms, self.settings)
    }
}
