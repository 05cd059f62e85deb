//! Files of accounts and their states. Their sealed parts are in `arrivals`.
//!
//! Every transition from one state to the next is one conditional statement, so that of concurrent
//! transitions one succeeds.

use chrono::{DateTime, Utc};
use diesel::{dsl::not, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use uuid::Uuid;

use crate::db::{
    Transaction,
    schema::{user_imports as imports, users},
};

/// A file to be stored.
#[derive(Debug, Insertable)]
#[diesel(table_name = imports)]
pub struct NewFile<'a> {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The admin who uploaded it; `None` on the command line.
    pub created_by: Option<Uuid>,
    pub file_name: &'a str,
    /// `uploaded`, or `done` if the same transaction imports it.
    pub state: &'a str,
    /// Whether the upload is unfinished.
    pub arriving: bool,
    pub row_count: i64,
    pub accounts_new: i64,
    /// Rows whose address has an account.
    pub accounts_known: i64,
    /// Rows that cannot be used.
    pub rows_bad: i64,
    pub seen_at: DateTime<Utc>,
    /// The current time, if it is done.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether the owners of the accounts are mailed.
    pub mails_owners: bool,
}

/// A file and its state.
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

/// Stores a file without its parts.
pub async fn insert(mut conn: &AsyncPgConnection, new: &NewFile<'_>) -> QueryResult<()> {
    diesel::insert_into(imports::table)
        .values(new)
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The number of files that wait to be confirmed.
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

/// The file with this id.
pub async fn find(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<Listed>> {
    imports::table
        .left_join(users::table.on(imports::created_by.eq(users::id.nullable())))
        .filter(imports::id.eq(id).and(not(imports::arriving)))
        .select((FileRow::as_select(), users::email.nullable()))
        .first(&mut conn)
        .await
        .optional()
}

/// The file with this id, locked until the transaction ends.
pub async fn hold(tx: &Transaction<'_>, id: Uuid) -> QueryResult<Option<FileRow>> {
    imports::table
        .find(id)
        .select(FileRow::as_select())
        .for_no_key_update()
        .first(&mut tx.connection())
        .await
        .optional()
}

/// Up to `limit` files, the newest first, after the position `after`.
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

/// The admin who confirmed an import, with their client.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = imports)]
#[expect(clippy::struct_field_names, reason = "they are named as their columns")]
pub struct Confirmed<'a> {
    pub confirmed_by: Uuid,
    pub confirmed_session: Option<Uuid>,
    pub confirmed_ip: IpNet,
    pub confirmed_user_agent: Option<&'a str>,
}

/// Confirms a file without bad rows; `false` if it does not exist, or cannot be confirmed any more.
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
            // From here on, it is no longer deleted after a day.
            imports::seen_at.eq(now),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Deletes a file that is not imported; `false` if there is none.
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

/// Cancels an import that was confirmed and whose accounts do not exist yet; `false` if there is none.
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

/// Marks a locked import as undone.
pub async fn set_undone(tx: &Transaction<'_>, id: Uuid, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(imports::table.find(id))
        .set((imports::state.eq("undone"), imports::undone_at.eq(at)))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
