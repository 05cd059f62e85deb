//! The audit log: reading, sealing, verifying and exporting it.

pub mod export;
pub mod log;
pub(super) mod pace;
pub(super) mod record;
pub mod seals;
pub mod verify;
pub mod waiting;
