//! The second factor, backup codes, and reauthentication.

pub mod backup_codes;
pub mod code_field;
pub mod reauthenticate;
pub mod two_factor;
