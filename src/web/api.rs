//! JSON endpoints over the same flows as the pages, by room. `docs/api.md` describes every call.
//!
//! A handler reads its fields, runs its flow and translates the outcome; it decides nothing.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod authenticators;
pub mod description;
mod dto;
mod schemas;
pub mod sessions;
pub mod sign_in;
mod texts;
