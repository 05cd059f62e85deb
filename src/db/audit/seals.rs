//! The chain over the audit log: the transaction that holds the lock appends seals, and they are read in
//! order. `waiting` decides which events may be sealed.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::schema::audit_seals,
    db::{Transaction, prepared::Prepare},
    domain::audit::chain::{Seal, Statement, StoredEvent},
};

/// A time as microseconds since 1970, for any time that can be stored.
macro_rules! micros {
    ($column:literal) => {
        concat!(
            "CASE WHEN isfinite(",
            $column,
            ") THEN (extract(epoch FROM ",
            $column,
            ") * 1000000)::bigint WHEN ",
            $column,
            " > 'epoch' THEN 9223372036854775807 ELSE -9223372036854775808 END"
        )
    };
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// Takes the sealer's lock until the end of the transaction; `false` if another sealer has it.
pub async fn try_lock(tx: &Transaction<'_>) -> QueryResult<bool> {
    let lock = "SELECT try_sealer_lock() AS answer";
    let locked: Answer = diesel::sql_query(lock)
        .prepared()
        .get_result(&mut tx.connection())
        .await?;
    Ok(locked.answer)
}

/// From here on, the transaction sees the database as it is now, and writes nothing.
pub async fn freeze(tx: &Transaction<'_>) -> QueryResult<()> {
    diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    at_micros: i64,
    #[diesel(sql_type = Text)]
    event: String,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    subject_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bytea>)]
    subject_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    ip_text: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Text)]
    detail_text: String,
}

impl From<EventRow> for StoredEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at_micros,
            event: row.event,
            level: row.level,
            actor_id: row.actor_id,
            subject_id: row.subject_id,
            subject_hash: row.subject_hash,
            session_id: row.session_id,
            ip: row.ip_text,
            user_agent: row.user_agent,
            detail: row.detail_text,
        }
    }
}

/// Up to `limit` events after one number and up to another, in order.
pub async fn events(
    mut conn: &AsyncPgConnection,
    after: i64,
    through: i64,
    limit: i64,
) -> QueryResult<Vec<StoredEvent>> {
    let query = concat!(
        "SELECT seq, ",
        micros!("at"),
        " AS at_micros, event, level, actor_id, subject_id, subject_hash, session_id,
            host(ip) || '/' || masklen(ip) AS ip_text, user_agent, detail::text AS detail_text
         FROM audit_events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3"
    );
    let rows: Vec<EventRow> = diesel::sql_query(query)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(through)
        .bind::<BigInt, _>(limit)
        .prepared()
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(StoredEvent::from).collect())
}

#[derive(QueryableByName)]
struct SealRow {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    sealed_micros: i64,
    #[diesel(sql_type = BigInt)]
    after_seq: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    events: i64,
    #[diesel(sql_type = Bytea)]
    digest: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    purged_through: Option<i64>,
    #[diesel(sql_type = Bytea)]
    previous: Vec<u8>,
    #[diesel(sql_type = Text)]
    key_id: String,
    #[diesel(sql_type = Bytea)]
    mac: Vec<u8>,
}

impl From<SealRow> for Seal {
    fn from(row: SealRow) -> Self {
        let says = Statement {
            number: row.number,
            sealed_at: row.sealed_micros,
            after_seq: row.after_seq,
            last_seq: row.last_seq,
            events: row.events,
            digest: row.digest,
            purged_through: row.purged_through,
            previous: row.previous,
            key_id: row.key_id,
        };
        Self { says, mac: row.mac }
    }
}

const SEALS: &str = concat!(
    "SELECT number, ",
    micros!("sealed_at"),
    " AS sealed_micros, after_seq, last_seq, events, digest, purged_through, previous, key_id, mac
     FROM audit_seals "
);

/// The last seal.
pub async fn last(mut conn: &AsyncPgConnection) -> QueryResult<Option<Seal>> {
    let row: Option<SealRow> = diesel::sql_query(format!("{SEALS} ORDER BY number DESC LIMIT 1"))
        .prepared()
        .get_result(&mut conn)
        .await
        .optional()?;
    Ok(row.map(Seal::from))
}

/// Up to `limit` seals after a number, in order.
pub async fn seals(mut conn: &AsyncPgConnection, after: i64, limit: i64) -> QueryResult<Vec<Seal>> {
    let query = format!("{SEALS} WHERE number > $1 ORDER BY number LIMIT $2");
    let rows: Vec<SealRow> = diesel::sql_query(query)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .prepared()
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(Seal::from).collect())
}

/// The events that a seal covers, with their hashes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_seals, check_for_backend(diesel::pg::Pg))]
pub struct Segment {
    /// The number of its seal.
    pub number: i64,
    /// The events after this number,
    pub after_seq: i64,
    /// up to this one.
    pub last_seq: i64,
    /// The list of hashes; `None` once purged.
    pub row_hashes: Option<Vec<u8>>,
    /// SHA-256 of the list.
    pub digest: Vec<u8>,
}

/// Up to `limit` segments after a number, in order.
pub async fn segments(
    mut conn: &AsyncPgConnection,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<Segment>> {
    audit_seals::table
        .filter(audit_seals::number.gt(after))
        .order(audit_seals::number)
        .limit(limit)
        .select(Segment::as_select())
        .load(&mut conn)
        .await
}

/// Appends a seal with its list.
pub async fn append(
    tx: &Transaction<'_>,
    seal: &Seal,
    sealed_at: DateTime<Utc>,
    row_hashes: &[u8],
) -> QueryResult<()> {
    let says = &seal.says;
    diesel::insert_into(audit_seals::table)
        .values((
            audit_seals::number.eq(says.number),
            audit_seals::sealed_at.eq(sealed_at),
            audit_seals::after_seq.eq(says.after_seq),
            audit_seals::last_seq.eq(says.last_seq),
            audit_seals::events.eq(says.events),
            audit_seals::row_hashes.eq(Some(row_hashes)),
            audit_seals::digest.eq(&says.digest),
            audit_seals::purged_through.eq(says.purged_through),
            audit_seals::previous.eq(&says.previous),
            audit_seals::key_id.eq(&says.key_id),
            audit_seals::mac.eq(&seal.mac),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The oldest segments, all sealed before a given time.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Old {
    /// The first of them, by the number of its seal.
    #[diesel(sql_type = BigInt)]
    pub from: i64,
    /// The last of them, by the number of its seal.
    #[diesel(sql_type = BigInt)]
    pub through: i64,
    /// The last event that they cover.
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
    #[diesel(sql_type = BigInt)]
    pub events: i64,
}

/// The oldest of at most `limit` segments that are not purged yet and were sealed before `cutoff`.
pub async fn old(
    tx: &Transaction<'_>,
    cutoff: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Option<Old>> {
    let query = "WITH oldest AS (
            SELECT number, sealed_at, last_seq, events FROM audit_seals
            WHERE number > coalesce((SELECT max(purged_through) FROM audit_seals), 0)
            ORDER BY number LIMIT $2),
        kept AS (SELECT min(number) AS number FROM oldest WHERE sealed_at >= $1)
        SELECT min(number) AS \"from\", max(number) AS through, max(last_seq) AS last_seq, sum(events)::bigint AS events
        FROM oldest WHERE number < coalesce((SELECT number FROM kept), 9223372036854775807)
        HAVING sum(events) > 0";
    diesel::sql_query(query)
        .bind::<Timestamptz, _>(cutoff)
        .bind::<BigInt, _>(limit)
        .prepared()
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Deletes the events of old segments and their hashes. The seal that records this must be appended in the
/// same transaction, or the database refuses.
pub async fn purge(tx: &Transaction<'_>, old: Old) -> QueryResult<usize> {
    let events = diesel::sql_query("DELETE FROM audit_events WHERE seq <= $1")
        .bind::<BigInt, _>(old.last_seq)
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    let forget = "UPDATE audit_seals SET row_hashes = NULL
        WHERE number BETWEEN $1 AND $2 AND row_hashes IS NOT NULL";
    diesel::sql_query(forget)
        .bind::<BigInt, _>(old.from)
        .bind::<BigInt, _>(old.through)
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(events)
}
