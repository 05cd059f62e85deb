//! The JSON twins of the pages: the same flows, other clothes. `docs/api.md` describes every call.
//!
//! A handler reads its fields, runs its flow and translates the outcome; it decides nothing.

pub mod accounts;
pub mod admin_acts;
pub mod admin_bulk;
mod admin_bulk_filter;
pub mod admin_users;
pub mod audit;
pub mod authenticators;
pub mod dashboard;
pub mod description;
mod dto;
pub mod invitations;
mod schemas;
pub mod sessions;
pub mod sign_in;
mod texts;

use super::{fields, refusals};
