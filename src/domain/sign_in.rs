//! How guesses are slowed down, and what a browser is known by.

pub mod attempts;
pub mod device;
