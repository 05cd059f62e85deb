//! What admins do and see.

pub mod acts;
pub mod bulk;
pub(in crate::web::api) mod bulk_filter;
pub mod dashboard;
pub mod invitations;
pub mod users;
