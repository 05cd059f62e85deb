//! The service over HTTP, pages and JSON API alike, with a database for each test.
//!
//! A test reads as a story: users with browsers, mails that arrive, a clock that is moved. `harness` has
//! the helpers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it must be"
)]

mod account;
mod admin;
mod answers;
#[path = "../attacks/mod.rs"]
mod attacks;
mod audit_chain;
mod bad_input;
mod branding;
mod breached;
mod change_email;
mod clock_set_back;
mod cors;
mod defences;
mod deletion;
mod factors;
mod foreign_hashes;
#[path = "../support/gateway.rs"]
mod gateway;
mod harness;
mod interop;
mod limits;
mod lost_factor;
mod mail_caps;
mod new_device;
mod new_passwords;
mod next_steps;
mod nodes;
mod not_me;
mod openapi;
mod outside;
mod passkeys;
mod pending_resets;
mod phone;
mod phone_delivery;
mod races;
mod recovery;
mod sealing_keys;
mod second_factor;
mod sessions;
mod signing_keys;
mod step_up;
mod story_api;
mod story_pages;
mod throttles;
mod traces;
mod trusted_devices;
mod verification;
