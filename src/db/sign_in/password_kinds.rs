//! The kinds of stored password hashes that are in use.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::prepared::Prepare;

#[derive(QueryableByName)]
struct Example {
    #[diesel(sql_type = Text)]
    password_hash: String,
}

/// A stored hash of each kind, for up to `limit` kinds.
///
/// It takes one index step for each kind, however many users there are. It runs at each refused sign-in,
/// so that every node learns of an import as soon as its accounts exist.
pub async fn examples(mut conn: &AsyncPgConnection, limit: usize) -> QueryResult<Vec<String>> {
    let examples: Vec<Example> = sql_query(
        "WITH RECURSIVE kinds (kind, password_hash, number) AS (
            (SELECT users_password_kind(password_hash) COLLATE \"C\", password_hash, 1::bigint
             FROM users WHERE users_password_kind(password_hash) IS NOT NULL
             ORDER BY users_password_kind(password_hash) COLLATE \"C\" LIMIT 1)
         UNION ALL
            SELECT next.kind, next.password_hash, kinds.number + 1 FROM kinds, LATERAL (
                SELECT users_password_kind(u.password_hash) COLLATE \"C\" AS kind, u.password_hash
                FROM users u WHERE users_password_kind(u.password_hash) COLLATE \"C\" > kinds.kind
                ORDER BY users_password_kind(u.password_hash) COLLATE \"C\" LIMIT 1) AS next
            WHERE kinds.number < $1)
         SELECT password_hash FROM kinds",
    )
    .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
    .prepared()
    .load(&mut conn)
    .await?;
    Ok(examples.into_iter().map(|one| one.password_hash).collect())
}
