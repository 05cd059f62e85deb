//! Second factors, backup codes, and reauthentication.

pub mod backup_codes;
pub mod code_field;
pub mod lost_factor;
pub mod passkey_request;
pub mod passkeys;
pub mod phone;
pub mod reauthenticate;
pub mod recover;
pub mod two_factor;
