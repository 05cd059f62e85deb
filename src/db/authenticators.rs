//! Second factors and backup codes.

pub mod backup_codes;
pub mod totp;
