//! Users: their names and addresses, the search for them, and invitations.

pub mod display_name;
pub mod email;
pub mod invitation;
pub mod reason;
pub mod undo;
pub mod user;
pub mod user_search;
