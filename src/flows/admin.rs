//! Admins' acts on one or many accounts, and the pages that show accounts to them.

pub mod act;
pub mod bulk;
pub(in crate::flows) mod credentials;
pub mod dashboard;
pub mod deletion;
pub(in crate::flows) mod disable;
pub mod list;
pub(in crate::flows) mod role;
pub(in crate::flows) mod session_acts;
pub(in crate::flows) mod vouching;
