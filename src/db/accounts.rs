//! Users and invitations.

pub mod credentials;
pub mod held;
pub mod invitations;
pub mod new_user;
pub mod users;
pub mod verification;
