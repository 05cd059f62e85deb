//! Files with accounts: what became of each. Their sealed pieces stand in `arrivals`.
//!
//! Every step from one state to the next is one conditional statement, so that of two who take it
//! at once one does.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{not, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_query,
    sql_types::{Bool, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::db::{
    Transaction,
    schema::{user_imports as imports, users},
};

/// A file to be kept.
#[derive(Debug, Insertable)]
#[diesel(table_name = imports)]
pub struct NewFile<'a> {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The admin who uploaded it; `None` at the command line.
    pub created_by: Option<Uuid>,
    pub file_name: &'a str,
    /// `uploaded`, or `done` where it is written by the same transaction.
    pub state: &'a str,
    /// Whether the rest of it is still to come.
    pub arriving: bool,
    pub row_count: i64,
    pub accounts_new: i64,
    /// Rows whose address has one.
    pub accounts_known: i64,
    /// Rows that cannot be used.
    pub rows_bad: i64,
    pub seen_at: DateTime<Utc>,
    /// Now, where it is done.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether the owners of the accounts are mailed.
    pub mails_owners: bool,
}

/// A file and what became of it.
#[derive(Debug, Clone, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg))]
pub struct FileRow {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub file_name: String,
    pub state: String,
    pub row_count: i64,
    pub rows_done: i64,
    pub accounts_new: i64,
    pub accounts_known: i64,
    pub rows_bad: i64,
    pub run: i32,
    pub seen_at: DateTime<Utc>,
    pub confirmed_by: Option<Uuid>,
    pub confirmed_session: Option<Uuid>,
    pub confirmed_ip: Option<IpNet>,
    pub confirmed_user_agent: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
    pub failure: Option<String>,
    pub rows_staged: i64,
    pub staged_run: i32,
}

/// Keeps a file, without its pieces.
pub async fn insert(mut conn: &AsyncPgConnection, new: &NewFile<'_>) -> QueryResult<()> {
    diesel::insert_into(imports::table)
        .values(new)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// How many files wait for a word.
pub async fn waiting(mut conn: &AsyncPgConnection) -> QueryResult<i64> {
    imports::table
        .filter(imports::finished_at.is_null())
        .filter(imports::state.eq("uploaded").and(not(imports::arriving)))
        .count()
        .get_result(&mut conn)
        .await
}

/// A file, and the address of the admin who uploaded it, if that account still exists.
pub type Listed = (FileRow, Option<String>);

/// The file of an id.
pub async fn find(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<Listed>> {
    imports::table
        .left_join(users::table.on(imports::created_by.eq(users::id.nullable())))
        .filter(imports::id.eq(id).and(not(imports::arriving)))
        .select((FileRow::as_select(), users::email.nullable()))
        .first(&mut conn)
        .await
        .optional()
}

/// The file of an id, locked until the transaction ends.
pub async fn hold(tx: &Transaction<'_>, id: Uuid) -> QueryResult<Option<FileRow>> {
    imports::table
        .find(id)
        .select(FileRow::as_select())
        .for_no_key_update()
        .first(&mut tx.connection())
        .await
        .optional()
}

/// Up to `limit` files, the newest first, those behind `after`.
pub async fn list(
    mut conn: &AsyncPgConnection,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let mut query = imports::table
        .left_join(users::table.on(imports::created_by.eq(users::id.nullable())))
        .filter(not(imports::arriving))
        .order((imports::created_at.desc(), imports::id.desc()))
        .limit(limit)
        .select((FileRow::as_select(), users::email.nullable()))
        .into_boxed();
    if let Some((at, id)) = after {
        let older = imports::created_at.lt(at);
        query = query.filter(older.or(imports::created_at.eq(at).and(imports::id.lt(id))));
    }
    query.load(&mut conn).await
}

/// Who confirmed an import, and from where.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = imports)]
#[expect(clippy::struct_field_names, reason = "they are named as their columns")]
pub struct Confirmed<'a> {
    pub confirmed_by: Uuid,
    pub confirmed_session: Option<Uuid>,
    pub confirmed_ip: IpNet,
    pub confirmed_user_agent: Option<&'a str>,
}

/// Lets a file without bad rows be imported; `false` where it is not there, or no more to be
/// confirmed.
pub async fn confirm(
    tx: &Transaction<'_>,
    id: Uuid,
    by: &Confirmed<'_>,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(imports::state.eq("uploaded").and(imports::rows_bad.eq(0)))
        .filter(not(imports::arriving))
        .set((
            by,
            imports::state.eq("running"),
            // What is forgotten after a day counts from here on.
            imports::seen_at.eq(now),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Forgets a file that is not imported; `false` where there is none.
pub async fn discard(tx: &Transaction<'_>, id: Uuid) -> QueryResult<bool> {
    let rows = diesel::delete(
        imports::table
            .find(id)
            .filter(imports::state.eq("uploaded").and(not(imports::arriving))),
    )
    .execute(&mut tx.connection())
    .await?;
    Ok(rows == 1)
}

/// Claims a confirmed import that has no worker, or whose worker's last heartbeat is
/// older than `unless_seen`. An earlier run stages nothing from here on.
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
         RETURNING *",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(unless_seen)
    .get_result(&mut conn)
    .await
    .optional()
}

/// Notes that a run goes on; `false` where it does not count any more.
pub async fn seen(
    mut conn: &AsyncPgConnection,
    (id, run): (Uuid, i32),
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(goes_on().and(imports::run.eq(run)))
        .set(imports::seen_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(rows == 1)
}

/// A file whose rows are being staged: one that an admin confirmed, or that an operator imports.
fn goes_on() -> SqlLiteral<Bool> {
    sql("(user_imports.state = 'running' OR user_imports.arriving)")
}

/// What the rows came to.
#[derive(Debug, Clone, Copy, AsChangeset)]
#[diesel(table_name = imports)]
pub struct Counts {
    pub row_count: i64,
    pub accounts_new: i64,
    /// Those whose address had one.
    pub accounts_known: i64,
}

/// Notes that the file is imported, by the transaction that did so; `false` where the run does not count any
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
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Ends an import that was confirmed and whose accounts are not made; `false` where there is none.
pub async fn cancel(
    tx: &Transaction<'_>,
    id: Uuid,
    why: &str,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(imports::state.eq("running"))
        .set((
            imports::state.eq("failed"),
            imports::failure.eq(why),
            imports::finished_at.eq(now),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that a run failed for good; `false` where it is no more the one that counts.
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
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that a held import was taken back.
pub async fn set_undone(tx: &Transaction<'_>, id: Uuid, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set((imports::state.eq("undone"), imports::undone_at.eq(at)))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
