//! Second factors and backup codes.

pub mod backup_codes;
pub mod passkeys;
pub mod phone_codes;
pub mod phones;
pub mod recoveries;
pub mod totp;
