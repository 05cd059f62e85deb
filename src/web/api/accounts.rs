//! Registering, accepting an invitation, verifying an address, changing the password.

pub mod accept_invitation;
pub mod change_password;
pub mod register;
pub mod verify_email;
