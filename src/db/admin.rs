//! What admins look at and act on.

pub mod admins;
pub mod bulk_selections;
pub mod dashboard;
pub mod list;
pub mod managed;
