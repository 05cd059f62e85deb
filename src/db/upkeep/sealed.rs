//! The sealed values of every table, read and replaced in batches when the sealing key changes.
//!
//! A new sealed column must be listed here; a test compares the list with the tables.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bytea, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::Transaction;
use crate::domain::secrets::sealing::Place;

/// A column of sealed values, in a table whose key is a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    pub table: &'static str,
    pub key: &'static str,
    pub column: &'static str,
}

impl SealedColumn {
    pub const ALL: [Self; 5] = [
        Self {
            table: "totp_authenticators",
            key: "user_id",
            column: "secret",
        },
        Self {
            table: "mails",
            key: "id",
            column: "sealed",
        },
        Self::IMPORT_PARTS,
        Self::UNDO_POINTS,
        Self::PHONES,
    ];

    /// Phone numbers.
    pub const PHONES: Self = Self {
        table: "phones",
        key: "user_id",
        column: "number",
    };

    /// Accounts as they were before an event.
    pub const UNDO_POINTS: Self = Self {
        table: "undo_points",
        key: "id",
        column: "sealed",
    };

    /// The parts of imported files.
    pub const IMPORT_PARTS: Self = Self {
        table: "user_import_parts",
        key: "id",
        column: "sealed",
    };

    /// The place to which the value of a row is bound.
    pub fn place(self, row: Uuid) -> Place {
        Place {
            table: self.table,
            row,
            column: self.column,
        }
    }
}

/// A sealed value and its row.
#[derive(Debug, Clone, QueryableByName)]
pub struct SealedRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Bytea)]
    pub sealed: Vec<u8>,
}

/// Up to `limit` values that do not begin with `header`, in the order of their rows, after a row.
///
/// It follows the primary key, so that a table of any size is read once.
pub async fn others_after(
    mut conn: &AsyncPgConnection,
    column: SealedColumn,
    header: &[u8],
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    let SealedColumn { table, key, column } = column;
    // The names are constants of this file; everything else is bound.
    let query = format!(
        "SELECT {key} AS id, {column} AS sealed FROM {table}
         WHERE {key} > $1 AND {column} IS NOT NULL AND substr({column}, 1, octet_length($2)) <> $2
         ORDER BY {key} LIMIT $3"
    );
    diesel::sql_query(query)
        .bind::<SqlUuid, _>(after)
        .bind::<Bytea, _>(header)
        .bind::<BigInt, _>(limit)
        .load(&mut conn)
        .await
}

/// A value to be replaced by the same value under another key.
#[derive(Debug, Clone)]
pub struct Resealed {
    /// The row as it was read.
    pub from: SealedRow,
    pub to: Vec<u8>,
}

/// Replaces values in one statement, each only if it is still the one that was read: a value that a node
/// has written since stays. Returns the number of replaced values. Rows are locked in the order of their
/// keys, as in every transaction that locks several.
pub async fn replace(
    tx: &Transaction<'_>,
    column: SealedColumn,
    batch: &[Resealed],
) -> QueryResult<usize> {
    let SealedColumn { table, key, column } = column;
    let query = format!(
        "UPDATE {table} SET {column} = held.sealed
         FROM (SELECT new.id, new.read, new.sealed
             FROM {table} JOIN unnest($1, $2, $3) AS new (id, read, sealed)
                 ON {table}.{key} = new.id AND {table}.{column} = new.read
             ORDER BY new.id FOR UPDATE OF {table}) AS held
         WHERE {table}.{key} = held.id AND {table}.{column} = held.read"
    );
    let rows: Vec<Uuid> = batch.iter().map(|one| one.from.id).collect();
    let read: Vec<&[u8]> = batch.iter().map(|one| one.from.sealed.as_slice()).collect();
    let sealed: Vec<&[u8]> = batch.iter().map(|one| one.to.as_slice()).collect();
    diesel::sql_query(query)
        .bind::<Array<SqlUuid>, _>(rows)
        .bind::<Array<Bytea>, _>(read)
        .bind::<Array<Bytea>, _>(sealed)
        .execute(&mut tx.connection())
        .await
}

/// The number of values that a key seals.
#[derive(Debug, Clone, QueryableByName)]
pub struct KeyCount {
    #[diesel(sql_type = Text)]
    pub key_id: String,
    #[diesel(sql_type = BigInt)]
    pub values: i64,
}

/// The number of values of a column that each key seals. Reads the whole table.
pub async fn count_by_key(
    mut conn: &AsyncPgConnection,
    column: SealedColumn,
) -> QueryResult<Vec<KeyCount>> {
    let SealedColumn { table, column, .. } = column;
    // The layout is that of `domain::secrets::sealing`: the second byte is the length of the id after it.
    let query = format!(
        "SELECT encode(substr({column}, 3, get_byte({column}, 1)), 'escape') AS key_id,
                count(*) AS values
         FROM {table} WHERE octet_length({column}) > 2 GROUP BY 1 ORDER BY 1"
    );
    diesel::sql_query(query).load(&mut conn).await
}
