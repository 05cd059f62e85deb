//! The events that no seal covers yet, and whether all events up to a number are committed.
//!
//! An event gets its number in a transaction that has locked `audit_events`. So once every transaction
//! that held that lock when a [`Mark`] was made has ended, no further event can appear up to the mark.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use chrono::{DateTime, Utc};

use crate::{db::prepared::Prepare, domain::clock::from_micros};

/// The most waiting events that are counted.
pub const BOUND: i64 = 20_000;
/// Transactions that may have written events. Transactions of roles that may not write events are not
/// waited for: any role can have `audit_events` locked like this for as long as it likes, by preparing a
/// statement that it has no right to execute. A prepared transaction has no process.
const WRITERS: &str = "SELECT l.virtualtransaction FROM pg_locks AS l
    JOIN pg_class AS c ON c.oid = l.relation AND c.oid = 'audit_events'::regclass
    LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND (a.usesysid IS NULL OR has_table_privilege(a.usesysid, c.oid, 'INSERT')
           OR pg_has_role(a.usesysid, c.relowner, 'MEMBER'))";

/// A position in the log, and the transactions that may still write before it.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The last number given out so far.
    pub seq: i64,
    writers: Vec<String>,
}

/// Events without a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Their number, counted up to [`BOUND`].
    pub events: i64,
    /// The lowest of their numbers.
    pub first_seq: i64,
    /// The time of the oldest of them.
    pub since: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// Whether there is an event that no seal covers yet.
pub async fn some_wait(mut conn: &AsyncPgConnection) -> QueryResult<bool> {
    let waits = "SELECT EXISTS (SELECT FROM audit_events WHERE seq > coalesce(
        (SELECT last_seq FROM audit_seals ORDER BY number DESC LIMIT 1), 0)) AS answer";
    let waits: Answer = diesel::sql_query(waits)
        .prepared()
        .get_result(&mut conn)
        .await?;
    Ok(waits.answer)
}

/// The events that no seal covers yet; `None` if there are none.
pub async fn waiting(mut conn: &AsyncPgConnection) -> QueryResult<Option<Waiting>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        events: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        first_seq: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        since: Option<i64>,
    }
    // An infinite time, which only tampering writes, counts as none.
    let query = format!(
        "SELECT count(*) AS events, min(seq) AS first_seq,
            (extract(epoch FROM min(at) FILTER (WHERE isfinite(at))) * 1000000)::bigint AS since
         FROM (SELECT seq, at FROM audit_events WHERE seq > coalesce(
            (SELECT last_seq FROM audit_seals ORDER BY number DESC LIMIT 1), 0)
            ORDER BY seq LIMIT {BOUND}) AS waiting"
    );
    let row: Row = diesel::sql_query(query)
        .prepared()
        .get_result(&mut conn)
        .await?;
    Ok(row.first_seq.map(|first_seq| Waiting {
        events: row.events,
        first_seq,
        since: row.since.map_or(DateTime::<Utc>::MIN_UTC, from_micros),
    }))
}

/// Marks the current end of the log. Outside a transaction: the number must be read before the locks are.
pub async fn mark(mut conn: &AsyncPgConnection) -> QueryResult<Mark> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = BigInt)]
        seq: i64,
    }
    #[derive(QueryableByName)]
    struct Writers {
        #[diesel(sql_type = Array<Text>)]
        writers: Vec<String>,
    }
    let last = "SELECT last_value AS seq FROM audit_events_seq_seq";
    let last: Last = diesel::sql_query(last)
        .prepared()
        .get_result(&mut conn)
        .await?;
    let writers = format!("SELECT ARRAY({WRITERS}) AS writers");
    let writers: Writers = diesel::sql_query(writers)
        .prepared()
        .get_result(&mut conn)
        .await?;
    Ok(Mark {
        seq: last.seq,
        writers: writers.writers,
    })
}

/// Whether every event up to the mark is committed or rolled back.
pub async fn is_settled(mut conn: &AsyncPgConnection, mark: &Mark) -> QueryResult<bool> {
    if mark.writers.is_empty() {
        return Ok(true);
    }
    let settled = format!("SELECT NOT ($1 && ARRAY({WRITERS})) AS answer");
    let settled: Answer = diesel::sql_query(settled)
        .bind::<Array<Text>, _>(&mark.writers)
        .prepared()
        .get_result(&mut conn)
        .await?;
    Ok(settled.answer)
}
