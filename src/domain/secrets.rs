//! Keys, random values, sealed values, and values that are never shown.

pub mod keys;
pub mod link;
pub mod random;
pub mod sealing;
pub mod secret;
