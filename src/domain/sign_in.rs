//! How guesses are slowed down, and how browsers are recognised.

pub mod attempts;
pub mod device;
