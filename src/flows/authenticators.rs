//! Second factors, and reauthentication.

pub(super) mod backup_codes;
pub(super) mod contradiction;
pub mod factors;
pub mod passkeys;
pub(super) mod password;
pub mod phone;
pub(super) mod phone_code;
pub mod proof;
pub mod recovery;
pub mod send_code;
pub mod totp;
pub mod totp_code;
