//! A user's story in headless Chromium, against the built binary: on the embedded Postgres, with mail
//! through a real SMTP server that requires STARTTLS and a password, the QR code read from a screenshot,
//! and codes computed by an independent program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on the way what happened"
)]

mod account;
mod admin;
mod authenticator;
mod branding;
mod browser;
mod cors;
mod driver;
mod folder;
mod harness;
mod list;
mod lost_factor;
mod mail;
mod other_origin;
mod passkeys;
mod pictures;
mod policy;
mod server;
mod small_things;
mod stolen_account;
mod story;
mod strength;
