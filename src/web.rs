//! What a browser or an API client meets: pages, their words and their files.
//!
//! The only home of actix. Nothing here decides; it translates between HTTP and the flows.

pub mod assets;
pub mod copy;
pub mod pages;
pub mod view;
