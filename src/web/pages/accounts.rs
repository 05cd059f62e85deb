//! Accounts: registering, invitations, verification, overview, password.

pub(in crate::web::pages) mod activity;
pub mod change_password;
pub mod invitation;
pub(in crate::web::pages) mod mail_link;
pub mod overview;
pub mod password_strength;
pub mod register;
pub mod resend_verification;
pub mod verify_email;
