//! Keys, random values, and values that are sealed or never shown.

pub mod keys;
pub mod random;
pub mod sealing;
pub mod secret;
