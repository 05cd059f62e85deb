//! Values and rules of Vestibule, and nothing else.
//!
//! There is no framework, database, environment or clock here: time and randomness are passed in, so that
//! every rule can be tested to the millisecond.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod authenticators;
pub mod branding;
pub mod clock;
pub mod dashboard;
pub mod import;
pub mod limits;
pub mod local_path;
pub mod network;
pub mod password;
pub mod policy;
pub mod secrets;
pub mod session;
pub mod sign_in;
pub mod text;
pub mod token;
pub mod user_agent;
