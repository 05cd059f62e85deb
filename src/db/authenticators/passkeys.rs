//! Passkeys.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Transaction, schema::passkeys};

/// A row of a passkey, without its user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, check_for_backend(diesel::pg::Pg))]
pub struct PasskeyRow {
    pub id: Uuid,
    pub credential_id: Vec<u8>,
    /// The public key, and what was said when the passkey was made.
    pub credential: serde_json::Value,
    /// The signature counter of the last sign-in.
    pub counter: i64,
    pub backup_eligible: bool,
    pub synced: bool,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// The user agent that made it.
    pub created_by: Option<String>,
    /// The user agent of the last sign-in.
    pub last_used_by: Option<String>,
}

/// The passkeys of a user, the oldest first.
pub async fn all(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Vec<PasskeyRow>> {
    passkeys::table
        .filter(passkeys::user_id.eq(user_id))
        .order((passkeys::created_at, passkeys::id))
        .select(PasskeyRow::as_select())
        .load(&mut conn)
        .await
}

/// Removes every passkey of a user.
pub async fn delete_all(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    keep_only(tx, user_id, &[]).await
}

/// Gives a user these passkeys, in the place of all others. Those that they still have stay as they are: their counters
/// may be higher by now.
pub async fn put_back(tx: &Transaction<'_>, user_id: Uuid, rows: &[PasskeyRow]) -> QueryResult<()> {
    let kept: Vec<&[u8]> = rows
        .iter()
        .map(|row| row.credential_id.as_slice())
        .collect();
    keep_only(tx, user_id, &kept).await?;
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (passkeys::user_id.eq(user_id), row))
        .collect();
    diesel::insert_into(passkeys::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

async fn keep_only(
    tx: &Transaction<'_>,
    user_id: Uuid,
    credential_ids: &[&[u8]],
) -> QueryResult<()> {
    diesel::delete(passkeys::table)
        .filter(passkeys::user_id.eq(user_id))
        .filter(passkeys::credential_id.ne_all(credential_ids))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
