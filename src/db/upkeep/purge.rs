//! Deleting expired rows, in batches that hold few locks and wait for none.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, sql_types::Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::prepared::Prepare;

/// A table with expiring rows.
struct Expired {
    table: &'static str,
    key: &'static str,
    /// Which rows may be deleted, besides their age; a partial index has the same condition.
    condition: &'static str,
    /// The time from which their age counts; it has its own index.
    since: &'static str,
    keep: TimeDelta,
}

const EXPIRED: [Expired; 17] = [
    Expired {
        table: "revoked_tokens",
        key: "token_id",
        condition: "true",
        since: "expires_at",
        // Access tokens are accepted for a leeway after their expiry, of at most this time
        // (`JWT_LEEWAY_SECONDS`).
        keep: TimeDelta::minutes(5),
    },
    Expired {
        table: "sessions",
        key: "id",
        condition: "true",
        since: "absolute_expires_at",
        // For later questions about who was signed in.
        keep: TimeDelta::days(30),
    },
    Expired {
        table: "mails",
        key: "id",
        condition: "sealed IS NULL",
        since: "created_at",
        // For later questions about what was sent.
        keep: TimeDelta::days(30),
    },
    // Failed mails keep their text until then, for another attempt.
    Expired {
        table: "mails",
        key: "id",
        condition: "sealed IS NOT NULL AND dropped_at IS NOT NULL",
        since: "dropped_at",
        keep: TimeDelta::days(30),
    },
    // Enrolments without a first code.
    Expired {
        table: "totp_authenticators",
        key: "user_id",
        condition: "confirmed_at IS NULL",
        since: "created_at",
        keep: TimeDelta::days(1),
    },
    Expired {
        table: "phones",
        key: "user_id",
        condition: "confirmed_at IS NULL",
        since: "created_at",
        keep: TimeDelta::days(1),
    },
    Expired {
        table: "phone_codes",
        key: "user_id",
        condition: "true",
        since: "expires_at",
        keep: TimeDelta::zero(),
    },
    // Messages that no cap counts any more.
    Expired {
        table: "sent_texts",
        key: "id",
        condition: "true",
        since: "at",
        keep: TimeDelta::hours(2),
    },
    Expired {
        table: "trusted_devices",
        key: "id",
        condition: "true",
        since: "expires_at",
        keep: TimeDelta::zero(),
    },
    Expired {
        table: "email_changes",
        key: "user_id",
        condition: "true",
        since: "expires_at",
        keep: TimeDelta::zero(),
    },
    Expired {
        table: "undo_points",
        key: "id",
        condition: "true",
        since: "expires_at",
        keep: TimeDelta::zero(),
    },
    Expired {
        table: "invitations",
        key: "id",
        condition: "true",
        since: "expires_at",
        // For later questions about who was invited.
        keep: TimeDelta::days(30),
    },
    // Uploaded files that were never imported, with their hashes.
    Expired {
        table: "user_imports",
        key: "id",
        condition: "finished_at IS NULL",
        since: "seen_at",
        keep: TimeDelta::days(1),
    },
    // Unfinished uploads at a node that was killed; an upload takes at most two minutes.
    Expired {
        table: "user_imports",
        key: "id",
        condition: "finished_at IS NULL AND arriving",
        since: "seen_at",
        keep: TimeDelta::minutes(10),
    },
    // So slow guessing finds nothing. Counters at the ceiling are kept.
    Expired {
        table: "account_throttles",
        key: "key",
        condition: "failures < 100",
        since: "tried_at",
        keep: TimeDelta::days(30),
    },
    // Selections for bulk acts that were not confirmed.
    Expired {
        table: "bulk_selections",
        key: "id",
        condition: "true",
        since: "made_at",
        keep: TimeDelta::hours(1),
    },
    // Caps that have recovered.
    Expired {
        table: "mail_caps",
        key: "key",
        condition: "true",
        since: "full_at",
        keep: TimeDelta::days(1),
    },
];

/// Deletes one batch of everything that has expired, with a statement and a commit for each table. Returns
/// the number of rows. Locked rows are left to the next run, so that nodes that purge at the same time
/// share the work.
pub async fn batch(mut conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut rows = 0;
    for Expired {
        table,
        key,
        condition,
        since,
        keep,
    } in EXPIRED
    {
        let delete = format!(
            "DELETE FROM {table} WHERE {key} = ANY(ARRAY(
                SELECT {key} FROM {table} WHERE {condition} AND {since} < $1
                ORDER BY {since} LIMIT 1000 FOR UPDATE SKIP LOCKED))"
        );
        rows += diesel::sql_query(delete)
            .bind::<Timestamptz, _>(now - keep)
            .prepared()
            .execute(&mut conn)
            .await?;
    }
    Ok(rows)
}
