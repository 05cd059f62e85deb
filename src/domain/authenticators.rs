//! Second factors: their kinds, passkeys, codes of authenticator apps and of phones, and backup codes.

pub mod backup_code;
pub mod factors;
pub mod passkey;
pub mod phone;
pub mod recovery;
pub mod totp;
pub(in crate::domain) mod typed_code;
