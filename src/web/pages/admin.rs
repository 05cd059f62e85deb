//! Users, acts, invitations and the dashboard.

pub mod act;
pub mod bulk;
pub mod chip;
pub mod dashboard;
pub mod invitations;
pub mod user;
pub mod users;
