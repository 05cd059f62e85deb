//! Caps on mail. One statement checks and counts a mail, so concurrent requests on any nodes never exceed
//! a cap.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Integer, Interval, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare};

/// A cap of one recipient or mailbox. The whole burst recovers in `per`, one mail of it in `each`.
#[derive(Debug, Clone, Copy)]
pub struct Cap {
    pub key: Uuid,
    /// The time in which one mail recovers.
    pub each: TimeDelta,
    /// The time in which the whole burst recovers.
    pub per: TimeDelta,
}

#[derive(QueryableByName)]
struct Admitted {
    #[diesel(sql_type = Bool)]
    admitted: bool,
}

/// Counts a mail against two caps; `false` if one of them is reached. The second counts only mails that
/// the first allows.
pub async fn admit(tx: &Transaction<'_>, caps: [Cap; 2], now: DateTime<Utc>) -> QueryResult<bool> {
    let [first, second] = caps;
    // A time further ahead than a whole burst was set by a fast clock.
    let admitted: Admitted = diesel::sql_query(
        "WITH first AS (
             INSERT INTO mail_caps AS c (key, full_at, held) VALUES ($1, $7 + $2, false)
             ON CONFLICT (key) DO UPDATE SET full_at = greatest(least(c.full_at, $7 + $3), $7) + $2
             WHERE greatest(least(c.full_at, $7 + $3), $7) + $2 <= $7 + $3
             RETURNING key),
         second AS (
             INSERT INTO mail_caps AS c (key, full_at, held) SELECT $4, $7 + $5, false FROM first
             ON CONFLICT (key) DO UPDATE SET full_at = greatest(least(c.full_at, $7 + $6), $7) + $5
             WHERE greatest(least(c.full_at, $7 + $6), $7) + $5 <= $7 + $6
             RETURNING key)
         SELECT EXISTS (SELECT FROM second) AS admitted",
    )
    .bind::<SqlUuid, _>(first.key)
    .bind::<Interval, _>(first.each)
    .bind::<Interval, _>(first.per)
    .bind::<SqlUuid, _>(second.key)
    .bind::<Interval, _>(second.each)
    .bind::<Interval, _>(second.per)
    .bind::<Timestamptz, _>(now)
    .prepared()
    .get_result(&mut tx.connection())
    .await?;
    Ok(admitted.admitted)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// When the mail of an event may be sent that is mailed at most once in `period`: `None` is now. The row
/// stays locked until the transaction ends, so that events are handled one after the other.
pub async fn next_of_kind(
    tx: &Transaction<'_>,
    key: Uuid,
    now: DateTime<Utc>,
    period: TimeDelta,
) -> QueryResult<Option<DateTime<Utc>>> {
    let due: Due = diesel::sql_query(
        // The mail that waited for `full_at` was sent then, and the next one follows a period later.
        "INSERT INTO mail_caps AS c (key, full_at, held) VALUES ($1, $2 + $3, false)
         ON CONFLICT (key) DO UPDATE SET (full_at, held) = (
             SELECT CASE WHEN next.at <= $2 THEN $2 + $3 ELSE next.at END, next.at > $2
             FROM (SELECT least($2 + $3, c.full_at + CASE WHEN c.held AND c.full_at <= $2
                                                          THEN $3 ELSE '0' END) AS at) AS next)
         RETURNING CASE WHEN held THEN full_at END AS at",
    )
    .bind::<SqlUuid, _>(key)
    .bind::<Timestamptz, _>(now)
    .bind::<Interval, _>(period)
    .prepared()
    .get_result(&mut tx.connection())
    .await?;
    Ok(due.at)
}

/// A mail that another one replaces.
#[derive(Debug, QueryableByName)]
pub struct Replaced {
    /// How many events it reported.
    #[diesel(sql_type = Integer)]
    pub merged: i32,
    /// The undo point of its link.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub undo_id: Option<Uuid>,
}

/// Removes the unsent mail with this key, so that another one can replace it. A mail that a worker has taken
/// stays.
pub async fn take_back(
    tx: &Transaction<'_>,
    key: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Replaced>> {
    diesel::sql_query(
        "DELETE FROM mails WHERE merge_key = $1 AND sealed IS NOT NULL AND dropped_at IS NULL
             AND attempts = 0 AND next_attempt_at > $2 RETURNING merged, undo_id",
    )
    .bind::<SqlUuid, _>(key)
    .bind::<Timestamptz, _>(now)
    .prepared()
    .load(&mut tx.connection())
    .await
}
