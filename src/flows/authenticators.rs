//! Second factors, and reauthentication.

pub(super) mod contradiction;
pub(super) mod password;
pub mod proof;
pub mod totp;
pub mod totp_code;
