//! Codes of authenticator apps and backup codes.

pub mod backup_code;
pub mod totp;
pub(in crate::domain) mod typed_code;
