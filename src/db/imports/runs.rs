//! Runs of an import: a run claims a file, keeps its heartbeat, and finishes or fails.
//!
//! A run is the current one until another run claims the file.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_query,
    sql_types::{Bool, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::files::FileRow;
use crate::db::{Transaction, prepared::Prepare, schema::user_imports as imports};

/// Claims a confirmed import that has no worker, or whose worker's last heartbeat is older than
/// `unless_seen`. An earlier run stages no further rows.
pub async fn take(
    mut conn: &AsyncPgConnection,
    now: DateTime<Utc>,
    unless_seen: DateTime<Utc>,
) -> QueryResult<Option<FileRow>> {
    sql_query(
        "UPDATE user_imports SET run = run + 1, rows_done = rows_staged, seen_at = $1
         WHERE id = ANY(ARRAY(
            SELECT id FROM user_imports
            WHERE finished_at IS NULL AND state = 'running' AND (run = 0 OR seen_at < $2)
            ORDER BY seen_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED))
         RETURNING id, created_at, file_name, state, row_count, rows_done, accounts_new, accounts_known,
            rows_bad, run, seen_at, confirmed_by, confirmed_session, confirmed_ip, confirmed_user_agent,
            finished_at, undone_at, failure, rows_staged, staged_run",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(unless_seen)
    .prepared()
    .get_result(&mut conn)
    .await
    .optional()
}

/// The heartbeat of a run; `false` if the run is not the current one any more.
pub async fn seen(
    mut conn: &AsyncPgConnection,
    (id, run): (Uuid, i32),
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(goes_on().and(imports::run.eq(run)))
        .set(imports::seen_at.eq(now))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(rows == 1)
}

/// A file whose rows are being staged: one that an admin confirmed, or that an operator imports.
fn goes_on() -> SqlLiteral<Bool> {
    sql("(user_imports.state = 'running' OR user_imports.arriving)")
}

/// The counts of a file's rows.
#[derive(Debug, Clone, Copy, AsChangeset)]
#[diesel(table_name = imports)]
pub struct Counts {
    pub row_count: i64,
    pub accounts_new: i64,
    /// Rows whose address had an account.
    pub accounts_known: i64,
}

/// Marks the file as imported, in the same transaction; `false` if the run is not the current one any
/// more.
pub async fn finish(
    tx: &Transaction<'_>,
    (id, run): (Uuid, i32),
    counts: Counts,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(goes_on().and(imports::run.eq(run)))
        .set((
            counts,
            imports::rows_done.eq(counts.row_count),
            imports::rows_bad.eq(0),
            imports::arriving.eq(false),
            imports::state.eq("done"),
            imports::finished_at.eq(now),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Marks a run as failed for good; `false` if it is not the current one any more.
pub async fn fail(
    tx: &Transaction<'_>,
    (id, run): (Uuid, i32),
    why: &str,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(imports::state.eq("running").and(imports::run.eq(run)))
        .set((
            imports::state.eq("failed"),
            imports::failure.eq(why),
            imports::finished_at.eq(now),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
