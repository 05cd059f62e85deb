//! Users and invitations.

pub mod invitations;
pub mod users;
