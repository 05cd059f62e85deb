//! The calls for admins.

mod acts;
mod bulk;
mod bulk_filter;
mod dashboard;
pub(super) mod invitations;
mod left_out;
mod managed;
mod rename;
mod user;
mod users;

use super::call::Call;

pub(super) fn calls() -> Vec<Call> {
    let mut calls = vec![
        dashboard::call(),
        users::call(),
        user::call(),
        rename::call(),
    ];
    calls.extend(acts::calls());
    calls.push(bulk::call());
    calls
}
