//! Second factors, and reauthentication.

pub(in crate::flows) mod contradiction;
pub(in crate::flows) mod password;
pub mod proof;
pub mod totp;
pub mod totp_code;
