//! The audit log: rows are inserted, and never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_events;
use crate::domain::audit::{Client, Event, Subject};

/// An event with who, whom, where and when.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// What happened.
    pub event: Event,
    /// Who acted, where somebody was signed in.
    pub actor: Option<Uuid>,
    /// Whom it concerns.
    pub subject: Subject,
    /// In which session.
    pub session_id: Option<Uuid>,
    /// From where.
    pub client: &'a Client,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes an event. It belongs into the transaction of what it tells about.
pub async fn insert(mut conn: &AsyncPgConnection, record: &Record<'_>) -> QueryResult<()> {
    let (subject_id, subject_hash) = match &record.subject {
        Subject::User(id) => (Some(*id), None),
        Subject::UnknownAddress(hash) => (None, Some(hash.as_slice())),
        Subject::Service => (None, None),
    };
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::at.eq(record.at),
            audit_events::event.eq(record.event.name()),
            audit_events::level.eq(record.event.level().as_str()),
            audit_events::actor_id.eq(record.actor),
            audit_events::subject_id.eq(subject_id),
            audit_events::subject_hash.eq(subject_hash),
            audit_events::session_id.eq(record.session_id),
            audit_events::ip.eq(IpNet::from(record.client.ip)),
            audit_events::user_agent.eq(record.client.user_agent.as_deref()),
            audit_events::detail.eq(record.event.detail()),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// An event as its subject may see it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct EventRow {
    /// When.
    pub at: DateTime<Utc>,
    /// What, by name.
    pub event: String,
    /// What the event adds.
    pub detail: Value,
    /// From what address.
    pub ip: Option<IpNet>,
    /// With what browser.
    pub user_agent: Option<String>,
}

/// The latest events that concern a user, newest first.
pub async fn latest_of(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    limit: i64,
) -> QueryResult<Vec<EventRow>> {
    audit_events::table
        .filter(audit_events::subject_id.eq(user_id))
        .order(audit_events::seq.desc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(&mut conn)
        .await
}
