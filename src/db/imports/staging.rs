//! The accounts of a running import: staged in chunks, and created by one statement. `leftovers` handles
//! the staged rows afterwards.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{
        Array, BigInt, Bool, Inet, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{
    Transaction,
    accounts::verification::NEVER_VERIFIED,
    audit::{NewEvent, Record},
};

/// Accounts to be staged, by column.
#[derive(Debug, Default)]
pub struct Staged<'a> {
    /// The number of each row in the file, from 0.
    pub numbers: Vec<i64>,
    /// The line on which each begins, from 1.
    pub lines: Vec<i64>,
    pub ids: Vec<Uuid>,
    /// Addresses as given.
    pub emails: Vec<&'a str>,
    /// Addresses in lower case.
    pub canonical: Vec<&'a str>,
    pub names: Vec<Option<&'a str>>,
    /// Hashes of any kind that can be verified, or the mark of an account without a password.
    pub hashes: Vec<&'a str>,
    pub roles: Vec<&'a str>,
    /// Whether the file declares the address verified.
    pub verified: Vec<bool>,
    /// When the accounts were created.
    pub created: Vec<DateTime<Utc>>,
}

/// Stages accounts of an import.
pub async fn stage(tx: &Transaction<'_>, import: Uuid, staged: &Staged<'_>) -> QueryResult<()> {
    sql_query(
        "INSERT INTO user_import_rows (import_id, number, line, id, email, email_canonical, display_name,
            password_hash, role, email_verified, created_at)
         SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<Array<BigInt>, _>(&staged.numbers)
    .bind::<Array<BigInt>, _>(&staged.lines)
    .bind::<Array<SqlUuid>, _>(&staged.ids)
    .bind::<Array<Text>, _>(&staged.emails)
    .bind::<Array<Text>, _>(&staged.canonical)
    .bind::<Array<Nullable<Text>>, _>(&staged.names)
    .bind::<Array<Text>, _>(&staged.hashes)
    .bind::<Array<Text>, _>(&staged.roles)
    .bind::<Array<Bool>, _>(&staged.verified)
    .bind::<Array<Timestamptz>, _>(&staged.created)
    .execute(&mut tx.connection())
    .await?;
    Ok(())
}

/// Records that the rows of a file are staged from `before` up to `now_staged`; `false` if the run is not
/// the current one any more. It belongs in the transaction that stages them.
pub async fn advance(
    tx: &Transaction<'_>,
    (id, run): (Uuid, i32),
    (before, now_staged): (i64, i64),
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = sql_query(
        "UPDATE user_imports SET rows_staged = $4, rows_done = $4, row_count = greatest(row_count, $4),
            staged_run = run, cleared_to = 0, seen_at = $5
         WHERE id = $1 AND run = $2 AND rows_staged = $3 AND (state = 'running' OR arriving)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(run)
    .bind::<BigInt, _>(before)
    .bind::<BigInt, _>(now_staged)
    .bind::<Timestamptz, _>(now)
    .execute(&mut tx.connection())
    .await?;
    Ok(rows == 1)
}

/// Updates the statistics of the staged rows, before Postgres plans statements over them.
pub async fn analyze(mut conn: &AsyncPgConnection) -> QueryResult<()> {
    sql_query("ANALYZE user_import_rows")
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Locks the staged rows of an import by locking the first one. Waits for another transaction that creates
/// their accounts.
pub async fn hold(mut conn: &AsyncPgConnection, import: Uuid) -> QueryResult<()> {
    sql_query(
        "SELECT FROM user_import_rows WHERE import_id = $1 ORDER BY number LIMIT 1 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(import)
    .execute(&mut conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Erases the accounts of staged addresses that were registered and never verified. Returns their ids. One
/// that is verified at the same moment stays.
pub async fn erase_never_verified(tx: &Transaction<'_>, import: Uuid) -> QueryResult<Vec<Uuid>> {
    // In the order in which every transaction locks several.
    let held: Vec<Id> = sql_query(format!(
        "SELECT users.id FROM users JOIN user_import_rows AS r USING (email_canonical)
         WHERE r.import_id = $1 AND {NEVER_VERIFIED} ORDER BY users.id FOR UPDATE OF users"
    ))
    .bind::<SqlUuid, _>(import)
    .load(&mut tx.connection())
    .await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let held: Vec<Uuid> = held.into_iter().map(|held| held.id).collect();
    let gone: Vec<Id> = sql_query(format!(
        "DELETE FROM users WHERE id = ANY($1) AND {NEVER_VERIFIED} RETURNING id"
    ))
    .bind::<Array<SqlUuid>, _>(held)
    .load(&mut tx.connection())
    .await?;
    Ok(gone.into_iter().map(|gone| gone.id).collect())
}

/// Creates accounts for the staged rows of a range whose address is free. Returns their number.
pub async fn make(
    tx: &Transaction<'_>,
    import: Uuid,
    (from, to): (i64, i64),
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    // In the order of their ids, so that most indexes are written in order.
    sql_query(
        "INSERT INTO users (id, email, email_canonical, display_name, password_hash, role,
            email_verified_at, created_at, import_id, verified_by_file, browsers_known_from)
         SELECT id, email, email_canonical, display_name, password_hash, role,
            CASE WHEN email_verified THEN $2 END, created_at, import_id, email_verified, $2
         FROM user_import_rows WHERE import_id = $1 AND number >= $3 AND number < $4 ORDER BY id
         ON CONFLICT (email_canonical) DO NOTHING",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .execute(&mut tx.connection())
    .await
}

/// Writes an event for each account created from a range, with the actor and client of `record`.
pub async fn audit_made(
    tx: &Transaction<'_>,
    import: Uuid,
    (from, to): (i64, i64),
    record: &Record<'_>,
) -> QueryResult<()> {
    let event = NewEvent::of(record);
    sql_query(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, session_id, ip, user_agent, detail)
         SELECT $2, $3, $4, $5, users.id, $6, $7, $8, $9 FROM user_import_rows AS r JOIN users USING (id)
         WHERE r.import_id = $1 AND r.number >= $10 AND r.number < $11 ORDER BY users.id",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<Timestamptz, _>(event.at)
    .bind::<Text, _>(event.event)
    .bind::<Text, _>(event.level)
    .bind::<Nullable<SqlUuid>, _>(event.actor_id)
    .bind::<Nullable<SqlUuid>, _>(event.session_id)
    .bind::<Inet, _>(event.ip)
    .bind::<Nullable<Text>, _>(event.user_agent)
    .bind::<Jsonb, _>(&event.detail)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .execute(&mut tx.connection())
    .await?;
    Ok(())
}
