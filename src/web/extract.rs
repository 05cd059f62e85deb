//! Extractors: what a handler may rely on stands in its signature.

mod body;
mod client;
mod shell;
mod user;

pub use body::{ApiJson, CsrfForm};
pub use client::ClientInfo;
pub use shell::PageShell;
pub use user::{ApiUser, CurrentUser, Identity, MaybeUser, Via};
