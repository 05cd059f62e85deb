//! Passwords, and the `revocation_id` that every token of a user depends on.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Nullable, Timestamptz},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::db::{Transaction, schema::users};

/// The hash of a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash {
    /// PHC string.
    pub phc: String,
    /// When the password was looked up among breached ones, where that was possible.
    pub breach_checked_at: Option<DateTime<Utc>>,
}

/// Locks a user whose `revocation_id` is still the one that came with a proof; `false` where the
/// credentials changed meanwhile or the user is disabled.
///
/// Until the transaction ends no other one locks the user or raises it, so that what is written on
/// the strength of the proof is seen by every later change. The lock is the one that an update
/// takes: a weaker one would have to be raised later, and two who raise it wait for each other.
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

/// What a change of credentials leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Raised {
    /// The new `revocation_id`.
    pub revocation_id: i64,
    /// The last change of password, for the pair that survives.
    pub password_changed_at: Option<DateTime<Utc>>,
}

/// Sets a password verified or authorised under `rev`: every token of before is dead.
///
/// `None` where the credentials changed meanwhile or the user is disabled.
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
            // A clock that went back must not revive tokens: the cutoff always rises.
            users::password_changed_at.eq(sql::<Nullable<Timestamptz>>(
                "GREATEST(password_changed_at + interval '1 millisecond', ",
            )
            .bind::<Timestamptz, _>(at)
            .sql(")")),
            users::password_must_change.eq(false),
        ))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Raises the `revocation_id` from `rev`: every token of before is dead. `None` as above.
pub async fn raise_revocation_id(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .set(users::revocation_id.eq(users::revocation_id + 1))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Replaces a hash by one of the same password; nothing happens where it changed meanwhile.
pub async fn rehash(tx: &Transaction<'_>, id: Uuid, old: &str, new: &str) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that the password was looked up among breached ones; one that was found there must be
/// changed. `false` where the credentials changed meanwhile, or it was noted before.
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
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that there is no second factor, where no authenticator is left to say so.
pub async fn note_no_second_factor(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .filter(users::two_factor)
        .set(users::two_factor.eq(false))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}
