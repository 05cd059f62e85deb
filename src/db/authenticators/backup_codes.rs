//! Backup codes.

use chrono::{DateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{Transaction, prepared::Prepare, schema::backup_codes},
    domain::authenticators::backup_code::StoredCode,
};

pub async fn replace(
    tx: &Transaction<'_>,
    user_id: Uuid,
    key_id: &str,
    macs: &[[u8; 32]],
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let codes: Vec<_> = macs
        .iter()
        .map(|mac| StoredCode {
            mac: mac.to_vec(),
            key_id: key_id.to_owned(),
        })
        .collect();
    put_back(tx, user_id, &codes, at).await
}

/// The whole set, including used codes: checking takes the same time however many are left.
pub async fn all(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Vec<StoredCode>> {
    let rows = backup_codes::table
        .filter(backup_codes::user_id.eq(user_id))
        .select((backup_codes::mac, backup_codes::key_id))
        .load::<(Vec<u8>, String)>(&mut conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(mac, key_id)| StoredCode { mac, key_id })
        .collect())
}

/// Uses a code up; `false` if it was used already.
pub async fn consume(
    tx: &Transaction<'_>,
    user_id: Uuid,
    mac: &[u8],
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(backup_codes::table)
        .filter(
            backup_codes::user_id
                .eq(user_id)
                .and(backup_codes::mac.eq(mac)),
        )
        .filter(backup_codes::used_at.is_null())
        .set(backup_codes::used_at.eq(at))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// How many codes are left.
pub async fn count_left(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<i64> {
    backup_codes::table
        .filter(
            backup_codes::user_id
                .eq(user_id)
                .and(backup_codes::used_at.is_null()),
        )
        .select(count_star())
        .get_result(&mut conn)
        .await
}

/// The number of unused codes for each key of the ring.
pub async fn unused_by_key(mut conn: &AsyncPgConnection) -> QueryResult<Vec<(String, i64)>> {
    backup_codes::table
        .filter(backup_codes::used_at.is_null())
        .group_by(backup_codes::key_id)
        .select((backup_codes::key_id, count_star()))
        .order(backup_codes::key_id)
        .load(&mut conn)
        .await
}

pub async fn delete_all(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::delete(backup_codes::table)
        .filter(backup_codes::user_id.eq(user_id))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The codes that are left.
pub async fn unused(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Vec<StoredCode>> {
    let rows = backup_codes::table
        .filter(
            backup_codes::user_id
                .eq(user_id)
                .and(backup_codes::used_at.is_null()),
        )
        .select((backup_codes::mac, backup_codes::key_id))
        .load::<(Vec<u8>, String)>(&mut conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(mac, key_id)| StoredCode { mac, key_id })
        .collect())
}

/// Gives a user these codes, in the place of all others.
pub async fn put_back(
    tx: &Transaction<'_>,
    user_id: Uuid,
    codes: &[StoredCode],
    at: DateTime<Utc>,
) -> QueryResult<()> {
    delete_all(tx, user_id).await?;
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            (
                backup_codes::user_id.eq(user_id),
                backup_codes::mac.eq(&code.mac),
                backup_codes::key_id.eq(&code.key_id),
                backup_codes::created_at.eq(at),
            )
        })
        .collect();
    diesel::insert_into(backup_codes::table)
        .values(rows)
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
