//! The audit log: rows are inserted, and never changed.

pub mod log;
pub mod seals;
pub mod waiting;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_events;
use crate::db::{Transaction, prepared::Prepare};
use crate::domain::audit::{Client, Event, Subject};

/// An event with its actor, its subject, the client and the time.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    pub event: Event,
    /// The actor, if one was signed in.
    pub actor: Option<Uuid>,
    pub subject: Subject,
    pub session_id: Option<Uuid>,
    /// The client that caused it.
    pub client: &'a Client,
    pub at: DateTime<Utc>,
}

/// The columns of an event to be written.
#[derive(Insertable)]
#[diesel(table_name = audit_events)]
pub(super) struct NewEvent<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) event: &'static str,
    pub(super) level: &'static str,
    pub(super) actor_id: Option<Uuid>,
    pub(super) subject_id: Option<Uuid>,
    pub(super) subject_hash: Option<&'a [u8]>,
    pub(super) session_id: Option<Uuid>,
    pub(super) ip: IpNet,
    pub(super) user_agent: Option<&'a str>,
    pub(super) detail: Value,
}

impl<'a> NewEvent<'a> {
    pub(super) fn of(record: &'a Record<'_>) -> Self {
        let (subject_id, subject_hash) = match &record.subject {
            Subject::User(id) => (Some(*id), None),
            Subject::UnknownAddress(hash) => (None, Some(hash.as_slice())),
            Subject::Service => (None, None),
        };
        let kind = record.event.kind();
        Self {
            at: record.at,
            event: kind.name,
            level: kind.level.as_str(),
            actor_id: record.actor,
            subject_id,
            subject_hash,
            session_id: record.session_id,
            ip: IpNet::from(record.client.ip),
            user_agent: record.client.user_agent.as_deref(),
            detail: detail(record),
        }
    }
}

/// The detail of the event, with the kind of access unless it was a request.
fn detail(record: &Record<'_>) -> Value {
    let mut detail = record.event.detail();
    if let (Some(word), Some(object)) = (record.client.origin.word(), detail.as_object_mut()) {
        object.insert("origin".to_owned(), word.into());
    }
    detail
}

/// Writes an event. It belongs in the transaction that it reports.
pub async fn insert(tx: &Transaction<'_>, record: &Record<'_>) -> QueryResult<()> {
    diesel::insert_into(audit_events::table)
        .values(NewEvent::of(record))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Writes events, at most 6,000: each has ten values, and a statement may have 65,535.
pub async fn insert_all(tx: &Transaction<'_>, records: &[Record<'_>]) -> QueryResult<()> {
    let events: Vec<_> = records.iter().map(NewEvent::of).collect();
    diesel::insert_into(audit_events::table)
        .values(events)
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// When the `n`-th latest event of a name about a user happened, counted from one; `None` if there are fewer.
pub async fn nth_latest(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    event: &str,
    n: i64,
) -> QueryResult<Option<DateTime<Utc>>> {
    audit_events::table
        .filter(audit_events::subject_id.eq(user_id))
        .filter(audit_events::event.eq(event))
        .order(audit_events::seq.desc())
        .offset(n - 1)
        .limit(1)
        .select(audit_events::at)
        .first(&mut conn)
        .await
        .optional()
}

/// An event as its subject may see it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct EventRow {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub event: String,
    pub actor_id: Option<Uuid>,
    pub detail: Value,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
}

/// The latest events that concern a user, newest first; if a number is given, those before that event.
pub async fn latest_of(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<EventRow>> {
    audit_events::table
        .filter(audit_events::subject_id.eq(user_id))
        .filter(audit_events::seq.lt(before.unwrap_or(i64::MAX)))
        .order(audit_events::seq.desc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(&mut conn)
        .await
}
