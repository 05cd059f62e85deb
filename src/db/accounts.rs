//! Users, invitations, changes of address, deletion by the owner, and undoing what someone else did.

pub mod credentials;
pub mod deletion;
pub mod email_changes;
pub mod freezes;
pub mod held;
pub mod invitations;
pub mod new_user;
pub mod undo_points;
pub mod users;
pub mod verification;
