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
#[path = "../support/gateway.rs"]
#[allow(dead_code, reason = "other tests make it fail")]
mod gateway;
mod harness;
mod list;
mod lost_factor;
mod mail;
mod other_origin;
mod passkeys;
mod phone;
mod pictures;
mod policy;
mod server;
mod small_things;
mod stolen_account;
mod story;
mod strength;
