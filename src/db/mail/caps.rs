//! Caps on mail: counted by one statement that lets a mail through in the same breath. Of any number
//! of requests at once, on any nodes, no more get through than the cap says.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Integer, Interval, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::Transaction;

/// A cap of one recipient or mailbox: `per` holds the whole burst, `each` one mail of it.
#[derive(Debug, Clone, Copy)]
pub struct Cap {
    pub key: Uuid,
    /// The time in which one mail is given back.
    pub each: TimeDelta,
    /// The time in which the whole burst is given back.
    pub per: TimeDelta,
}

#[derive(QueryableByName)]
struct Admitted {
    #[diesel(sql_type = Bool)]
    admitted: bool,
}

/// Counts a mail against two caps; `false` where one of them is reached. The second counts only what
/// the first lets through.
pub async fn admit(tx: &Transaction<'_>, caps: [Cap; 2], now: DateTime<Utc>) -> QueryResult<bool> {
    let [first, second] = caps;
    // A time further ahead than a whole burst is from a clock that was ahead.
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
    .get_result(&mut tx.connection())
    .await?;
    Ok(admitted.admitted)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// When the mail of an event that is mailed at most once in `period` may be sent: `None` is now. The
/// row stays locked until the transaction ends, so that events come one after the other.
pub async fn next_of_kind(
    tx: &Transaction<'_>,
    key: Uuid,
    now: DateTime<Utc>,
    period: TimeDelta,
) -> QueryResult<Option<DateTime<Utc>>> {
    let due: Due = diesel::sql_query(
        // What waited for `full_at` was sent then, and the next one comes a period later.
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
    .get_result(&mut tx.connection())
    .await?;
    Ok(due.at)
}

#[derive(QueryableByName)]
struct Replaced {
    #[diesel(sql_type = Integer)]
    merged: i32,
}

/// Takes the mail back that waits under this key, to write another one in its place; returns how many
/// events it reported. A mail that a worker has taken stays.
pub async fn take_back(tx: &Transaction<'_>, key: Uuid, now: DateTime<Utc>) -> QueryResult<i32> {
    let taken: Vec<Replaced> = diesel::sql_query(
        "DELETE FROM mails WHERE merge_key = $1 AND sealed IS NOT NULL AND dropped_at IS NULL
             AND attempts = 0 AND next_attempt_at > $2 RETURNING merged",
    )
    .bind::<SqlUuid, _>(key)
    .bind::<Timestamptz, _>(now)
    .load(&mut tx.connection())
    .await?;
    Ok(taken.iter().map(|one| one.merged).sum())
}
