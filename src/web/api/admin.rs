//! What admins do and see.

pub mod acts;
pub mod bulk;
pub mod dashboard;
pub mod invitations;
pub mod users;
