//! Codes that were sent to phones. A user has one at a time.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::phone_codes};

/// A code as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_codes, check_for_backend(diesel::pg::Pg))]
pub struct StoredCode {
    pub mac: Vec<u8>,
    /// The id of the key of the MAC.
    pub key_id: String,
    pub expires_at: DateTime<Utc>,
}

/// Stores a code in the place of the one before, which is dead from then on.
pub async fn replace(tx: &Transaction<'_>, user_id: Uuid, code: &StoredCode) -> QueryResult<()> {
    diesel::insert_into(phone_codes::table)
        .values((phone_codes::user_id.eq(user_id), code))
        .on_conflict(phone_codes::user_id)
        .do_update()
        .set((
            phone_codes::mac.eq(excluded(phone_codes::mac)),
            phone_codes::key_id.eq(excluded(phone_codes::key_id)),
            phone_codes::tries.eq(0),
            phone_codes::expires_at.eq(excluded(phone_codes::expires_at)),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Counts a try, and returns the code to compare; `None` if there is none, or it was tried `tries` times.
pub async fn count_try(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    tries: i16,
    now: DateTime<Utc>,
) -> QueryResult<Option<StoredCode>> {
    diesel::update(phone_codes::table.find(user_id))
        .filter(phone_codes::tries.lt(tries))
        .filter(phone_codes::expires_at.gt(now))
        .set(phone_codes::tries.eq(phone_codes::tries + 1))
        .returning(StoredCode::as_returning())
        .prepared()
        .get_result(&mut conn)
        .await
        .optional()
}

/// Uses a code up; `false` if it was used, replaced or has expired.
pub async fn consume(
    tx: &Transaction<'_>,
    user_id: Uuid,
    mac: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let code = phone_codes::table
        .find(user_id)
        .filter(phone_codes::mac.eq(mac))
        .filter(phone_codes::expires_at.gt(now));
    let rows = diesel::delete(code).execute(&mut tx.connection()).await?;
    Ok(rows == 1)
}
