//! Users, invitations, changes of address, deletion by the owner.

pub mod credentials;
pub mod deletion;
pub mod email_changes;
pub mod held;
pub mod invitations;
pub mod new_user;
pub mod users;
pub mod verification;
