//! Passkeys.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::passkeys};

/// A row of a passkey, without its user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys, check_for_backend(diesel::pg::Pg))]
pub struct PasskeyRow {
    pub id: Uuid,
    #[serde(with = "base64url")]
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

/// Bytes in JSON, as short as text can be.
mod base64url {
    use data_encoding::BASE64URL_NOPAD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64URL_NOPAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(D::Error::custom)
    }
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
/// may be higher by now. An authenticator chooses its ids, so whoever read one could have given it to a passkey of another
/// account in the meantime: the older one is real.
pub async fn put_back(tx: &Transaction<'_>, user_id: Uuid, rows: &[PasskeyRow]) -> QueryResult<()> {
    let kept: Vec<&[u8]> = rows
        .iter()
        .map(|row| row.credential_id.as_slice())
        .collect();
    keep_only(tx, user_id, &kept).await?;
    for row in rows {
        let copies = passkeys::credential_id.eq(&row.credential_id);
        diesel::delete(passkeys::table)
            .filter(copies.and(passkeys::user_id.ne(user_id)))
            .filter(passkeys::created_at.gt(row.created_at))
            .execute(&mut tx.connection())
            .await?;
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (passkeys::user_id.eq(user_id), row))
        .collect();
    diesel::insert_into(passkeys::table)
        .values(rows)
        .on_conflict_do_nothing()
        .prepared()
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

/// The passkey with this credential id, and its user.
pub async fn find(
    mut conn: &AsyncPgConnection,
    credential_id: &[u8],
) -> QueryResult<Option<(Uuid, PasskeyRow)>> {
    passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select((passkeys::user_id, PasskeyRow::as_select()))
        .first(&mut conn)
        .await
        .optional()
}

/// Adds a passkey; `false` if any user has this credential already.
pub async fn insert(tx: &Transaction<'_>, user_id: Uuid, row: &PasskeyRow) -> QueryResult<bool> {
    let rows = diesel::insert_into(passkeys::table)
        .values((passkeys::user_id.eq(user_id), row))
        .on_conflict_do_nothing()
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Gives a passkey of this user another name. Returns the passkey; `None` if the user has no such passkey.
pub async fn rename(
    tx: &Transaction<'_>,
    user_id: Uuid,
    id: Uuid,
    name: &str,
) -> QueryResult<Option<PasskeyRow>> {
    diesel::update(passkeys::table)
        .filter(passkeys::id.eq(id).and(passkeys::user_id.eq(user_id)))
        .set(passkeys::name.eq(name))
        .returning(PasskeyRow::as_returning())
        .prepared()
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Removes a passkey; `false` if the user has no such passkey.
pub async fn delete(tx: &Transaction<'_>, user_id: Uuid, id: Uuid) -> QueryResult<bool> {
    let rows = diesel::delete(passkeys::table)
        .filter(passkeys::id.eq(id).and(passkeys::user_id.eq(user_id)))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// A right answer of a passkey.
#[derive(Debug)]
pub struct Use<'a> {
    pub id: Uuid,
    /// The signature counter of the answer; 0 if the authenticator has none.
    pub counter: i64,
    pub synced: bool,
    pub at: DateTime<Utc>,
    pub user_agent: Option<&'a str>,
}

/// Notes a use, and its counter; `false` if the counter is not above the last one, or the passkey is gone. A counter that
/// stays 0 is none.
pub async fn note_use(tx: &Transaction<'_>, used: &Use<'_>) -> QueryResult<bool> {
    // A counter of 0 comes after one of 0, and after no other.
    let above = passkeys::counter.lt(used.counter.max(1));
    let rows = diesel::update(passkeys::table)
        .filter(passkeys::id.eq(used.id).and(above))
        .set((
            passkeys::counter.eq(used.counter),
            passkeys::synced.eq(used.synced),
            passkeys::last_used_at.eq(used.at),
            passkeys::last_used_by.eq(used.user_agent),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
