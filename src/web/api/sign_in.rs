//! Signing in, recovering the password, unlocking.

pub mod login;
pub mod recover;
pub mod unlock;
