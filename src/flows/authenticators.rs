//! Second factors, and the proof that the person at the browser is the account's owner.

pub(in crate::flows) mod contradiction;
pub(in crate::flows) mod password;
pub mod proof;
pub mod totp;
pub mod totp_code;
