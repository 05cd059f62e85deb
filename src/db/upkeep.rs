//! Purging expired rows, sealing with a new key, and examining the database.

pub mod examine;
pub mod purge;
pub mod sealed;
