//! Signing in, the second step, recovering the password, unlocking.

pub mod forgot_password;
pub mod login;
pub mod login_passkey;
pub mod login_verify;
pub mod reset_password;
pub mod unlock;
