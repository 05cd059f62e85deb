//! Accounts: registering, invitations, verification, overview, profile, activity, export, address, password, deletion,
//! and "this wasn't me".

pub mod activity;
pub mod change_email;
pub mod change_password;
pub mod confirm_email;
pub mod delete;
pub mod export;
pub mod invitation;
pub(super) mod mail_link;
pub mod not_me;
pub mod overview;
mod password_proof;
pub mod password_strength;
pub mod profile;
pub mod register;
pub mod resend_verification;
pub mod restore;
pub mod verify_email;
