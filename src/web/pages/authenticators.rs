//! The second factor, backup codes, and the recent proof of who acts.

pub mod backup_codes;
pub mod reauthenticate;
pub mod two_factor;
