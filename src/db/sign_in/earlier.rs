//! Whether a user signed in before.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName, sql_query,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare};

/// A session that has just begun.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    pub user_id: Uuid,
    pub session_id: Uuid,
    pub user_agent: Option<&'a str>,
}

/// What there was before it.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Earlier {
    /// An earlier sign-in, as far as the audit log reaches back.
    #[diesel(sql_type = Bool)]
    pub sign_in: bool,
    /// Another session of the same user agent that was used at `since` or later.
    #[diesel(sql_type = Bool)]
    pub same_user_agent: bool,
}

/// What there was before a session. Sessions of the same user agent are looked for where `since` is given.
pub async fn find(
    tx: &Transaction<'_>,
    begun: Begun<'_>,
    since: Option<DateTime<Utc>>,
) -> QueryResult<Earlier> {
    sql_query(
        "SELECT EXISTS (SELECT FROM audit_events WHERE subject_id = $1 AND event = 'signed_in'
             AND session_id IS DISTINCT FROM $2) AS sign_in,
         $4 IS NOT NULL AND EXISTS (SELECT FROM sessions WHERE user_id = $1 AND id <> $2
             AND user_agent IS NOT DISTINCT FROM $3 AND last_seen_at >= $4) AS same_user_agent",
    )
    .bind::<SqlUuid, _>(begun.user_id)
    .bind::<SqlUuid, _>(begun.session_id)
    .bind::<Nullable<Text>, _>(begun.user_agent)
    .bind::<Nullable<Timestamptz>, _>(since)
    .prepared()
    .get_result(&mut tx.connection())
    .await
}
