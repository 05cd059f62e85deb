//! The data that admins view and change.

pub mod admins;
pub mod bulk_selections;
pub mod dashboard;
pub mod list;
pub mod managed;
