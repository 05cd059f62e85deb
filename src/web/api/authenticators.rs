//! Second factors, and the recent proof of who acts.

pub mod reauthenticate;
pub mod totp;
