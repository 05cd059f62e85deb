//! The secrets of users, as they are kept.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::harness::{Person, clock::HandClock, people::Phone};

/// A user with an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    id: Uuid,
    email: String,
    password: String,
    /// The secret of an authenticator app in Base32.
    totp: Option<String>,
    backup_codes: Vec<String>,
}

impl Kept {
    pub(super) fn of(person: &Person) -> Self {
        Self {
            id: person.id,
            email: person.email.clone(),
            password: person.password.clone(),
            totp: person.phone.as_ref().map(Phone::secret),
            backup_codes: person.backup_codes.clone(),
        }
    }

    pub(super) fn person(&self, clock: &HandClock) -> Person {
        Person {
            id: self.id,
            email: self.email.clone(),
            password: self.password.clone(),
            phone: self.totp.as_deref().map(|secret| Phone::new(secret, clock)),
            backup_codes: self.backup_codes.clone(),
        }
    }
}
