//! The outbox as operators see it: unsent mails, and sending them again.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{prepared::Prepare, schema::mails};

/// An unsent mail as operators see it: without its text and its recipient.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails, check_for_backend(diesel::pg::Pg))]
pub struct QueuedMail {
    pub id: Uuid,
    /// The user it concerns, if the account still exists.
    pub user_id: Option<Uuid>,
    pub kind: String,
    pub created_at: DateTime<Utc>,
    /// When it is tried next, unless it has failed.
    pub next_attempt_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempts: i32,
    /// When it failed for good.
    pub dropped_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// Unsent mails, the oldest first, at most `most`; if a time and an id are given, those after that
/// position.
pub async fn queue(
    mut conn: &AsyncPgConnection,
    behind: Option<(DateTime<Utc>, Uuid)>,
    most: i64,
) -> QueryResult<Vec<QueuedMail>> {
    let mut query = mails::table
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .order((mails::created_at, mails::id))
        .limit(most)
        .select(QueuedMail::as_select())
        .into_boxed();
    if let Some((at, id)) = behind {
        let at_once = mails::created_at.eq(at).and(mails::id.gt(id));
        query = query.filter(mails::created_at.gt(at).or(at_once));
    }
    query.load(&mut conn).await
}

/// One unsent mail.
pub async fn queued(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<QueuedMail>> {
    mails::table
        .find(id)
        .filter(mails::sealed.is_not_null().and(mails::decoy.eq(false)))
        .select(QueuedMail::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The numbers of unsent mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct QueueCounts {
    /// Not tried yet.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Tried, and to be tried again.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// Failed for good.
    #[diesel(sql_type = BigInt)]
    pub dead: i64,
    /// Held back by a cap in the last day.
    #[diesel(sql_type = BigInt)]
    pub capped: i64,
}

/// Counts the unsent mails.
pub async fn count_queue(
    mut conn: &AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<QueueCounts> {
    diesel::sql_query(
        "SELECT count(*) FILTER (WHERE dropped_at IS NULL AND attempts = 0) AS waiting,
                count(*) FILTER (WHERE dropped_at IS NULL AND attempts > 0) AS failed,
                count(*) FILTER (WHERE dropped_at IS NOT NULL) AS dead,
                (SELECT count(*) FROM mails WHERE capped AND created_at > $1) AS capped
         FROM mails WHERE sealed IS NOT NULL AND NOT decoy",
    )
    .bind::<Timestamptz, _>(now - TimeDelta::days(1))
    .prepared()
    .get_result(&mut conn)
    .await
}

/// Makes one mail or all mails due now: those that wait for their next attempt, and those that failed,
/// whose attempts then count from zero. Mails that are due before `soon` are left alone, since a worker
/// may be sending them, and so are expired ones. Returns the number of changed mails.
pub async fn make_due(
    mut conn: &AsyncPgConnection,
    id: Option<Uuid>,
    now: DateTime<Utc>,
    soon: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE mails SET next_attempt_at = $1, dropped_at = NULL,
                attempts = CASE WHEN dropped_at IS NULL THEN attempts ELSE 0 END
         WHERE sealed IS NOT NULL AND NOT decoy AND ($3 IS NULL OR id = $3)
           AND (dropped_at IS NOT NULL OR next_attempt_at > $2)
           AND (expires_at IS NULL OR expires_at > $1)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(soon)
    .bind::<Nullable<SqlUuid>, _>(id)
    .prepared()
    .execute(&mut conn)
    .await
}
