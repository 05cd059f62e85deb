//! The largest number of sessions of one user, and which sessions end when another one begins. Callers
//! hold a lock on the user, so that sign-ins of one user run one after another, on all nodes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{Transaction, prepared::Prepare, schema::sessions},
    domain::session::EndReason,
};

/// The active sessions of a user beyond the `most` last used, not counting those in `kept`.
pub async fn past(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    kept: &[Uuid],
    most: i64,
    at: DateTime<Utc>,
) -> QueryResult<Vec<Uuid>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(at))
        .filter(sessions::id.ne_all(kept))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .offset(most)
        .select(sessions::id)
        .load(&mut conn)
        .await
}

/// Locks sessions in the order of their ids: if two sign-ins end sessions of each other's user, one waits
/// for the other.
pub async fn hold(tx: &Transaction<'_>, ids: &[Uuid]) -> QueryResult<()> {
    sessions::table
        .filter(sessions::id.eq_any(ids))
        .order(sessions::id)
        .for_no_key_update()
        .select(sessions::id)
        .load::<Uuid>(&mut tx.connection())
        .await?;
    Ok(())
}

/// Ends sessions. Returns those that were still active.
pub async fn end(tx: &Transaction<'_>, ids: &[Uuid], at: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    diesel::update(sessions::table)
        .filter(sessions::id.eq_any(ids))
        .filter(sessions::revoked_at.is_null())
        .set((
            sessions::revoked_at.eq(at),
            sessions::revoked_reason.eq(EndReason::Limit.as_str()),
        ))
        .returning(sessions::id)
        .prepared()
        .get_results(&mut tx.connection())
        .await
}
