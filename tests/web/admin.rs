//! Admins: the list of users, the page of one user, and every act on page and API with its audit event and
//! its mail. `tests/attacks/matrix.rs` checks who may use these routes, `tests/nodes` the races.

mod acts;
mod audit_pages;
mod bulk;
mod bulk_filter;
mod bulk_whole;
mod dashboard;
mod guards;
pub(crate) mod imports;
mod invitations;
#[path = "../kept/mod.rs"]
mod kept;
mod list;
mod list_exact;
mod list_pager;
mod list_search;
mod pages;
mod proven;
mod uploads;

use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Api, Person, TestApp};

/// An admin, and an API client with the admin's session.
async fn admin(app: &TestApp) -> (Person, Api) {
    let admin = app.person().admin().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&admin).await);
    (admin, api)
}

/// The last event about a user that an admin caused: its name, its detail, and its actor.
async fn last_act(app: &TestApp, subject: Uuid) -> (String, Value, Option<Uuid>) {
    let last = "SELECT event, detail::text, actor_id::text FROM audit_events
        WHERE subject_id::text = $1 AND (event LIKE 'user\\_%' OR event = 'sign_in_unblocked') ORDER BY seq DESC LIMIT 1";
    let rows = app.sql(last, &[&subject.to_string()]).await;
    let detail: String = rows[0].get(1);
    let detail = serde_json::from_str(&detail).unwrap();
    let actor: Option<String> = rows[0].get(2);
    (rows[0].get(0), detail, actor.map(|id| id.parse().unwrap()))
}

/// The number of audit events of acts on users.
async fn acts(app: &TestApp) -> usize {
    let events = app.audit().await;
    events.iter().filter(|e| e.starts_with("user_")).count()
}
