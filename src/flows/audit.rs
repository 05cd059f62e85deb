//! The audit log: reading, sealing, verifying and exporting it.

pub mod export;
pub mod log;
pub(in crate::flows) mod pace;
pub(in crate::flows) mod record;
pub mod seals;
pub mod verify;
pub mod waiting;
