//! Files of accounts while they are uploaded: their sealed parts, which are stored until a file is
//! imported.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bytea, Integer, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{
    Transaction,
    schema::{user_import_parts as parts, user_imports as imports},
};

/// Stores a part of a file; `false` if the file does not exist any more.
pub async fn insert_part(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    import_id: Uuid,
    number: i32,
    sealed: &[u8],
) -> QueryResult<bool> {
    let rows = sql_query(
        "INSERT INTO user_import_parts (id, import_id, number, sealed)
         SELECT $1, id, $3, $4 FROM user_imports WHERE id = $2 AND arriving FOR KEY SHARE",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(import_id)
    .bind::<Integer, _>(number)
    .bind::<Bytea, _>(sealed)
    .execute(&mut conn)
    .await?;
    Ok(rows == 1)
}

/// Deletes unfinished uploads of an admin, except `id` and the `others` latest.
pub async fn replace_arriving(
    mut conn: &AsyncPgConnection,
    id: Uuid,
    admin: Uuid,
    others: i64,
) -> QueryResult<()> {
    sql_query(
        "DELETE FROM user_imports WHERE arriving AND id = ANY(ARRAY(
            SELECT id FROM user_imports WHERE arriving AND created_by = $1 AND id <> $2
            ORDER BY created_at DESC, id DESC OFFSET $3))",
    )
    .bind::<SqlUuid, _>(admin)
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(others)
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// Deletes an unfinished upload.
pub async fn forget_arriving(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<()> {
    diesel::delete(imports::table.find(id).filter(imports::arriving))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The summary of a file that is complete.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = imports)]
pub struct Arrived<'a> {
    pub arriving: bool,
    pub file_name: &'a str,
    pub row_count: i64,
    pub accounts_new: i64,
    /// Rows whose address has an account.
    pub accounts_known: i64,
    /// Rows that cannot be used.
    pub rows_bad: i64,
    pub seen_at: DateTime<Utc>,
}

/// Marks a file as complete; `false` if it does not exist any more.
pub async fn arrived(tx: &Transaction<'_>, id: Uuid, arrived: &Arrived<'_>) -> QueryResult<bool> {
    let rows = diesel::update(imports::table.find(id))
        .filter(imports::arriving)
        .set(arrived)
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// The parts of a file, in order.
pub async fn parts(
    mut conn: &AsyncPgConnection,
    import_id: Uuid,
) -> QueryResult<Vec<(Uuid, Vec<u8>)>> {
    parts::table
        .filter(parts::import_id.eq(import_id))
        .order(parts::number)
        .select((parts::id, parts::sealed))
        .load(&mut conn)
        .await
}

/// Deletes the parts of a file.
pub async fn forget_parts(tx: &Transaction<'_>, import_id: Uuid) -> QueryResult<()> {
    diesel::delete(parts::table.filter(parts::import_id.eq(import_id)))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
