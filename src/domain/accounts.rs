//! Users, and what they are called, found and invited by.

pub mod display_name;
pub mod email;
pub mod invitation;
pub mod reason;
pub mod user;
pub mod user_search;
