//! Accounts: registering, invitations, verification, overview, profile, activity, export, password.

pub mod activity;
pub mod change_password;
pub mod export;
pub mod invitation;
pub(in crate::web::pages) mod mail_link;
pub mod overview;
pub mod password_strength;
pub mod profile;
pub mod register;
pub mod resend_verification;
pub mod verify_email;
