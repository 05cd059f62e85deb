//! Accounts: registering, invitations, verification, passwords, the overview.

pub mod accept_invitation;
pub mod change_password;
pub mod create_user;
pub mod invitations;
pub(in crate::flows) mod new_password;
pub mod overview;
pub mod password_strength;
pub mod register;
pub(in crate::flows) mod set_password;
pub mod unverified;
pub mod verify_email;
