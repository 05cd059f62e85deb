//! JSON endpoints over the same flows as the pages, by room. `docs/api.md` describes every call.
//!
//! A handler reads its fields, runs its flow and translates the outcome. It decides nothing.

mod accounts;
mod admin;
mod audit;
mod authenticators;
mod call;
pub mod description;
mod dto;
mod passkey;
mod schemas;
mod sessions;
mod sign_in;
mod tag;
mod texts;

use super::parts::Parts;
use call::Call;

/// Every call of a site with these parts, in the order of the document, which groups them by tag.
pub(super) fn calls(parts: Parts) -> Vec<Call> {
    let rooms = [
        sign_in::calls(),
        accounts::calls(),
        sessions::calls(),
        authenticators::calls(),
        admin::calls(),
        vec![audit::call()],
        admin::invitations::calls(),
    ];
    let calls = rooms.into_iter().flatten();
    let mut calls: Vec<Call> = calls.filter_map(|call| call.on(parts)).collect();
    calls.sort_by_key(|call| call.tag as usize);
    calls
}
