//! The use cases, a file each, in the rooms of `docs/architecture.md`.
//!
//! A flow takes [`Services`] and a plain input, and returns an outcome, which pages and the API each
//! translate into their own answer. `Err` is a fault of the service. A flow writes its rows, its audit
//! event and its mail in one transaction.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod authenticators;
pub mod download;
mod error;
mod flood_limits;
pub mod imports;
mod input;
pub mod mail;
pub mod paged;
mod services;
pub mod sessions;
pub mod sign_in;
pub mod upkeep;

pub use crate::domain::policy::{EmailVerification, Registration};
pub use error::FlowError;
use error::Undone;
pub use input::InputFaults;
pub use services::{Services, Site};
pub use sessions::tokens::{PendingSignIn, TokenPair};

pub type Result<T, E = FlowError> = std::result::Result<T, E>;
