//! The staged rows of imports that have ended; the owners of their accounts are to be mailed.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::user_imports as imports};

/// An import that has ended, with rows that are still staged.
#[derive(Debug, Clone, QueryableByName)]
pub struct Leftover {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Rows of the file up to the last staged one.
    #[diesel(sql_type = BigInt)]
    pub rows_staged: i64,
    /// The first row that may still be staged.
    #[diesel(sql_type = BigInt)]
    pub cleared_to: i64,
    /// Mails written so far.
    #[diesel(sql_type = BigInt)]
    pub owners_mailed: i64,
    /// Whether the owners are mailed.
    #[diesel(sql_type = Bool)]
    pub mails_owners: bool,
}

/// Locks an import that has ended and has staged rows: this one, or the one that ended first. Those that
/// another transaction has locked are skipped.
pub async fn hold(tx: &Transaction<'_>, only: Option<Uuid>) -> QueryResult<Option<Leftover>> {
    sql_query(
        "SELECT id, rows_staged, cleared_to, owners_mailed, mails_owners FROM user_imports
         WHERE cleared_to IS NOT NULL AND finished_at IS NOT NULL AND ($1 IS NULL OR id = $1)
         ORDER BY finished_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
    )
    .bind::<Nullable<SqlUuid>, _>(only)
    .prepared()
    .get_result(&mut tx.connection())
    .await
    .optional()
}

/// The owner of a staged account.
#[derive(Debug, Clone, QueryableByName)]
pub struct StagedOwner {
    /// The number of its row in the file.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// The id of the account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The address as given.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The address in lower case.
    #[diesel(sql_type = Text)]
    pub email_canonical: String,
}

/// Removes the staged rows of a file from `from` up to `to`. Returns their owners.
pub async fn take(
    tx: &Transaction<'_>,
    import: Uuid,
    (from, to): (i64, i64),
) -> QueryResult<Vec<StagedOwner>> {
    sql_query(
        "DELETE FROM user_import_rows WHERE import_id = $1 AND number >= $2 AND number < $3
         RETURNING number, id, email, email_canonical",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .prepared()
    .load(&mut tx.connection())
    .await
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Which of these accounts the import created and still exist. They are locked until the transaction ends.
pub async fn still_there(
    mut conn: &AsyncPgConnection,
    import: Uuid,
    ids: &[Uuid],
) -> QueryResult<Vec<Uuid>> {
    let there: Vec<Id> = sql_query(
        "SELECT id FROM users WHERE id = ANY($2) AND import_id = $1 ORDER BY id FOR KEY SHARE",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<Array<SqlUuid>, _>(ids)
    .prepared()
    .load(&mut conn)
    .await?;
    Ok(there.into_iter().map(|it| it.id).collect())
}

/// Records up to which row a locked import is cleared (`None` is all of it), and how many owners were
/// mailed.
pub async fn cleared(
    tx: &Transaction<'_>,
    import: Uuid,
    to: Option<i64>,
    mailed: i64,
) -> QueryResult<()> {
    diesel::update(imports::table.find(import))
        .set((
            imports::cleared_to.eq(to),
            imports::owners_mailed.eq(imports::owners_mailed + mailed),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// A row without an account of this import, although its address was free when it was staged.
#[derive(Debug, Clone, QueryableByName)]
pub struct Overtaken {
    /// The number of its row in the file.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// The line on which it begins, from 1.
    #[diesel(sql_type = BigInt)]
    pub line: i64,
    #[diesel(sql_type = Text)]
    pub email: String,
}

/// Up to `limit` rows of a finished import for which no account was created, after the row `behind`.
pub async fn overtaken(
    mut conn: &AsyncPgConnection,
    import: Uuid,
    behind: i64,
    limit: i64,
) -> QueryResult<Vec<Overtaken>> {
    sql_query(
        "SELECT number, line, email FROM user_import_rows AS r WHERE import_id = $1 AND number > $2
            AND NOT EXISTS (SELECT FROM users WHERE users.id = r.id)
         ORDER BY number LIMIT $3",
    )
    .bind::<SqlUuid, _>(import)
    .bind::<BigInt, _>(behind)
    .bind::<BigInt, _>(limit)
    .prepared()
    .load(&mut conn)
    .await
}
