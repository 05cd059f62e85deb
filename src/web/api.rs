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
mod schemas;
mod sessions;
mod sign_in;
mod tag;
mod texts;

use call::Call;

/// Every call, in the order of the document, which groups them by tag.
pub(super) fn calls() -> Vec<Call> {
    let rooms = [
        sign_in::calls(),
        accounts::calls(),
        sessions::calls(),
        authenticators::calls(),
        admin::calls(),
        vec![audit::call()],
        admin::invitations::calls(),
    ];
    let mut calls: Vec<Call> = rooms.into_iter().flatten().collect();
    calls.sort_by_key(|call| call.tag as usize);
    calls
}
