//! What a link of "this wasn't me" does to the account's own row. The row is locked by the transaction.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as QueryError},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, schema::users};

/// Revokes every token and forgets the known browsers.
pub async fn end_everything(tx: &Transaction<'_>, id: Uuid, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((
            users::revocation_id.eq(users::revocation_id + 1),
            users::browsers_known_from.eq(now),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Takes back a deletion by the owner after `earliest`; `false` if there is none. Where an admin has disabled or
/// deleted the account, it stays so.
pub async fn undelete(
    tx: &Transaction<'_>,
    id: Uuid,
    earliest: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(users::table.find(id))
        .filter(users::owner_deleted_at.gt(earliest))
        .set((
            users::disabled_at.eq(None::<DateTime<Utc>>),
            users::deleted_at.eq(None::<DateTime<Utc>>),
            users::owner_deleted_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// When a link last froze the account.
pub async fn frozen_at(
    mut conn: &AsyncPgConnection,
    id: Uuid,
) -> QueryResult<Option<DateTime<Utc>>> {
    users::table
        .find(id)
        .select(users::frozen_at)
        .first(&mut conn)
        .await
}

/// Freezes address, second factor and deletion, and where `with_sign_in` signing in and resetting the password.
pub async fn freeze(
    tx: &Transaction<'_>,
    id: Uuid,
    until: DateTime<Utc>,
    with_sign_in: bool,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((
            users::frozen_at.eq(now),
            users::frozen_until.eq(until),
            users::sign_in_frozen_until.eq(with_sign_in.then_some(until)),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Lets people sign in again.
pub async fn lift_of_sign_in(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::sign_in_frozen_until.eq(None::<DateTime<Utc>>))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Ends a freeze; `false` if there is none.
pub async fn lift(tx: &Transaction<'_>, id: Uuid, now: DateTime<Utc>) -> QueryResult<bool> {
    let rows = diesel::update(users::table.find(id))
        .filter(users::frozen_until.gt(now))
        .set((
            users::frozen_until.eq(None::<DateTime<Utc>>),
            users::sign_in_frozen_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Replaces the password by one that no one knows. A reset sets a new one.
pub async fn close_password(
    tx: &Transaction<'_>,
    id: Uuid,
    phc: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((
            users::password_hash.eq(phc),
            users::password_breach_checked_at.eq(now),
            users::password_closed_at.eq(now),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// An address that an account gets back.
#[derive(Debug, Clone, Copy)]
pub struct PutBack<'a> {
    pub email: &'a str,
    pub canonical: &'a str,
    pub verified_at: Option<DateTime<Utc>>,
    pub verified_by_file: bool,
    /// When the account gets it back. A time to verify it begins then.
    pub since: DateTime<Utc>,
}

/// Gives an account its earlier address back; `false` where another account has it, and then the transaction has
/// failed.
pub async fn put_back_address(
    tx: &Transaction<'_>,
    id: Uuid,
    address: PutBack<'_>,
) -> QueryResult<bool> {
    let done = diesel::update(users::table.find(id))
        .set((
            users::email.eq(address.email),
            users::email_canonical.eq(address.canonical),
            users::email_verified_at.eq(address.verified_at),
            users::verified_by_file.eq(address.verified_by_file),
            users::unverified_since.eq(address.since),
            users::email_since.eq(address.since),
        ))
        .execute(&mut tx.connection())
        .await;
    match done {
        Ok(_) => Ok(true),
        Err(QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error),
    }
}
