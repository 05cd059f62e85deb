//! The audit log: reading, sealing, verifying and exporting it.

pub mod export;
pub mod log;
pub mod seals;
pub mod verify;
pub mod waiting;
