//! Forgetting what has expired, in batches that hold no lock for long.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::{mails, revoked_tokens, sessions, totp_authenticators as totp};

/// Rows of a batch.
const BATCH: i64 = 1000;
/// How long ended sessions and sent mails are kept, for questions about them.
const KEEP: TimeDelta = TimeDelta::days(30);
/// Access tokens are taken for a leeway past their expiry, of at most this (`JWT_LEEWAY_SECONDS`).
const LONGEST_LEEWAY: TimeDelta = TimeDelta::minutes(5);
/// How long an enrolment may wait for its first code.
const KEEP_PENDING_ENROLMENT: TimeDelta = TimeDelta::days(1);

/// Deletes one batch of everything that has expired; returns how many rows went.
pub async fn batch(mut conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    let tokens = revoked_tokens::table
        .filter(revoked_tokens::expires_at.lt(now - LONGEST_LEEWAY))
        .select(revoked_tokens::token_id)
        .limit(BATCH)
        .load::<String>(&mut conn)
        .await?;
    let mut rows = diesel::delete(revoked_tokens::table)
        .filter(revoked_tokens::token_id.eq_any(tokens))
        .execute(&mut conn)
        .await?;
    let old_sessions = sessions::table
        .filter(sessions::absolute_expires_at.lt(now - KEEP))
        .select(sessions::id)
        .limit(BATCH)
        .load::<uuid::Uuid>(&mut conn)
        .await?;
    rows += diesel::delete(sessions::table)
        .filter(sessions::id.eq_any(old_sessions))
        .execute(&mut conn)
        .await?;
    let old_mails = mails::table
        .filter(
            mails::sealed
                .is_null()
                .and(mails::created_at.lt(now - KEEP)),
        )
        .select(mails::id)
        .limit(BATCH)
        .load::<uuid::Uuid>(&mut conn)
        .await?;
    rows += diesel::delete(mails::table)
        .filter(mails::id.eq_any(old_mails))
        .execute(&mut conn)
        .await?;
    rows += diesel::delete(totp::table)
        .filter(
            totp::confirmed_at
                .is_null()
                .and(totp::created_at.lt(now - KEEP_PENDING_ENROLMENT)),
        )
        .execute(&mut conn)
        .await?;
    Ok(rows)
}
