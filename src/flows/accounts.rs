//! Accounts: registering, invitations, verification, addresses, passwords, deletion, the overview, the profile, the
//! activity, the export, and undoing what someone else did.

pub mod accept_invitation;
pub mod activity;
pub mod change_email;
pub mod change_password;
pub mod confirm_email;
pub mod create_user;
pub mod deletion;
pub mod export;
pub mod invitations;
pub(super) mod new_password;
pub mod not_me;
pub mod overview;
pub mod password_strength;
pub mod profile;
pub mod register;
pub(super) mod set_password;
pub(super) mod undo_points;
pub mod unverified;
pub mod verify_email;
