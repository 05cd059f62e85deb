//! Passwords: which ones are accepted, and how they are hashed (NIST SP 800-63B-4, 3.1.1).

mod breach;
mod estimate;
mod guess;
mod hash;
mod own_words;
mod policy;
mod stored;

pub use breach::{BreachDigest, NotARange};
pub use guess::{Guess, WorkInUse};
pub use hash::{Argon2Settings, HashError, Hasher, Memory, Verdict};
pub use own_words::OwnWords;
pub use policy::{Password, PasswordPolicy, PasswordRefusal, Strength};
pub use stored::{MAX_TIME, NO_PASSWORD, Work};
