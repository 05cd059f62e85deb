//! Passwords, and the `revocation_id` that every token of a user depends on.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Nullable, Timestamptz},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::users};

/// The hash of a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash {
    /// PHC string.
    pub phc: String,
    /// When the password was looked up in the list of breached passwords; `None` if the look-up failed.
    pub breach_checked_at: Option<DateTime<Utc>>,
}

/// Locks a user whose `revocation_id` is still the one that was read with the password or code. `false` if the
/// credentials have changed since, or the user is disabled.
///
/// Until the transaction ends, no other transaction can lock the user or increase `revocation_id`, so every later change
/// sees what this transaction writes. The lock is as strong as that of an update: a weaker one would have to be upgraded
/// later, and two transactions that upgrade it would wait for each other.
pub async fn hold(tx: &Transaction<'_>, id: Uuid, rev: i64) -> QueryResult<bool> {
    let held = users::table
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .select(users::id)
        .for_no_key_update()
        .first::<Uuid>(&mut tx.connection())
        .await
        .optional()?;
    Ok(held.is_some())
}

/// The values that a new token pair needs after a change of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Raised {
    /// The new `revocation_id`.
    pub revocation_id: i64,
    /// The time of the last change of the password.
    pub password_changed_at: Option<DateTime<Utc>>,
}

/// Sets a new password and revokes every token issued before. `rev` is the `revocation_id` that was read when the change
/// was authorised.
///
/// `None` if the credentials have changed since, or the user is disabled.
pub async fn set_password(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    hash: &PasswordHash,
    at: DateTime<Utc>,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .set((
            users::password_hash.eq(&hash.phc),
            users::password_breach_checked_at.eq(hash.breach_checked_at),
            users::revocation_id.eq(users::revocation_id + 1),
            // If the clock went back, revoked tokens must not become valid again: the cutoff only increases.
            users::password_changed_at.eq(sql::<Nullable<Timestamptz>>(
                "GREATEST(password_changed_at + interval '1 millisecond', ",
            )
            .bind::<Timestamptz, _>(at)
            .sql(")")),
            users::password_must_change.eq(false),
            users::password_closed_at.eq(None::<DateTime<Utc>>),
        ))
        .returning((users::revocation_id, users::password_changed_at))
        .prepared()
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Increases the `revocation_id` from `rev`, which revokes every token issued before. `None` as above.
pub async fn raise_revocation_id(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .set(users::revocation_id.eq(users::revocation_id + 1))
        .returning((users::revocation_id, users::password_changed_at))
        .prepared()
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Replaces a hash by another one of the same password. Does nothing if the hash has changed since.
pub async fn rehash(tx: &Transaction<'_>, id: Uuid, old: &str, new: &str) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Stores that the password was looked up in the list of breached passwords. If it was found, it must be changed. `false`
/// if the credentials have changed since, or the look-up was stored before.
pub async fn note_breach_check(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    found: bool,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::password_breach_checked_at.is_null())
        .set((
            users::password_breach_checked_at.eq(at),
            users::password_must_change
                .eq(users::password_must_change.or(found.into_sql::<Bool>())),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Stores that the user has no second factor. For a user without an authenticator.
pub async fn note_no_second_factor(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .filter(users::two_factor)
        .set(users::two_factor.eq(false))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
