//! Admins' acts on one or many accounts, and the pages that show accounts to them.

pub mod act;
pub mod bulk;
mod credentials;
pub mod dashboard;
pub mod deletion;
mod disable;
pub mod list;
mod role;
mod session_acts;
pub(super) mod vouching;
