//! Phones that codes are sent to.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, schema::phones};

/// A row of a phone, without its user.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = phones, check_for_backend(diesel::pg::Pg))]
pub struct PhoneRow {
    /// The number in E.164, sealed for this table, row and column.
    pub number: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// When its first code was accepted.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// The phone of a user, confirmed or not.
pub async fn find(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Option<PhoneRow>> {
    phones::table
        .find(user_id)
        .select(PhoneRow::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// Removes the phone of a user, confirmed or not.
pub async fn delete(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::delete(phones::table.find(user_id))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Removes a number that was not confirmed.
pub async fn delete_pending(tx: &Transaction<'_>, user_id: Uuid) -> QueryResult<()> {
    diesel::delete(
        phones::table
            .find(user_id)
            .filter(phones::confirmed_at.is_null()),
    )
    .execute(&mut tx.connection())
    .await?;
    Ok(())
}

/// Gives a user this phone, in the place of any other.
pub async fn put_back(tx: &Transaction<'_>, user_id: Uuid, row: &PhoneRow) -> QueryResult<()> {
    delete(tx, user_id).await?;
    diesel::insert_into(phones::table)
        .values((phones::user_id.eq(user_id), row))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Stores a number that waits for its first code, in the place of an earlier one; `false` if a phone is confirmed.
/// `at` identifies the enrolment.
pub async fn begin(
    tx: &Transaction<'_>,
    user_id: Uuid,
    sealed_number: &[u8],
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let upsert = diesel::insert_into(phones::table)
        .values((
            phones::user_id.eq(user_id),
            phones::number.eq(sealed_number),
            phones::created_at.eq(at),
        ))
        .on_conflict(phones::user_id)
        .do_update()
        .set((
            phones::number.eq(excluded(phones::number)),
            phones::created_at.eq(excluded(phones::created_at)),
        ));
    let rows =
        diesel::query_dsl::methods::FilterDsl::filter(upsert, phones::confirmed_at.is_null())
            .execute(&mut tx.connection())
            .await?;
    Ok(rows == 1)
}

/// Confirms the number whose enrolment began at this time; `false` if another one has begun since.
pub async fn confirm(
    tx: &Transaction<'_>,
    user_id: Uuid,
    begun_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(phones::table.find(user_id))
        .filter(phones::created_at.eq(begun_at))
        .filter(phones::confirmed_at.is_null())
        .set(phones::confirmed_at.eq(at))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
