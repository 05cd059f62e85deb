//! Deletion by the owner, and taking it back. An admin's is in `db::admin::managed`, which also erases both.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::credentials::Raised;
use crate::db::{Transaction, schema::users};

/// Deletes an account in its owner's name, and revokes every token. `false` where the credentials have changed
/// since `rev` was read, or the user is disabled.
pub async fn delete(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .set((
            users::disabled_at.eq(at),
            users::deleted_at.eq(at),
            users::owner_deleted_at.eq(at),
            users::revocation_id.eq(users::revocation_id + 1),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Opens an account again that its owner deleted after `earliest`. `None` where it was restored or erased, or
/// an admin has deleted it, or the credentials have changed since `rev` was read.
pub async fn restore(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    earliest: DateTime<Utc>,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::owner_deleted_at.gt(earliest))
        .set((
            users::disabled_at.eq(None::<DateTime<Utc>>),
            users::deleted_at.eq(None::<DateTime<Utc>>),
            users::owner_deleted_at.eq(None::<DateTime<Utc>>),
            users::revocation_id.eq(users::revocation_id + 1),
        ))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Locks a user whom the owner deleted after `earliest`, as `users::hold` does with one who is not deleted.
pub async fn hold(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    earliest: DateTime<Utc>,
) -> QueryResult<bool> {
    let held = users::table
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::owner_deleted_at.gt(earliest))
        .select(users::id)
        .for_no_key_update()
        .first::<Uuid>(&mut tx.connection())
        .await
        .optional()?;
    Ok(held.is_some())
}
