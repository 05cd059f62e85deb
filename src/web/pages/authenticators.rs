//! The second factor, backup codes, and reauthentication.

pub mod backup_codes;
pub mod reauthenticate;
pub mod two_factor;
