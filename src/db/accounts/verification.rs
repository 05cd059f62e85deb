//! Verified addresses, and the accounts that were never verified.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_types::{Bool, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, prepared::Prepare, schema::users};

/// Marks the mailbox as proven; `false` if the user is disabled, or the address is not `canonical` any more.
pub async fn verify_email(
    tx: &Transaction<'_>,
    id: Uuid,
    canonical: &str,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::email_canonical.eq(canonical)))
        .filter(users::disabled_at.is_null())
        .set((
            // A file proves nothing: the time of the proof replaces the time from the file.
            users::email_verified_at.eq(sql::<Nullable<Timestamptz>>(
                "CASE WHEN verified_by_file OR email_verified_at IS NULL THEN ",
            )
            .bind::<Timestamptz, _>(at)
            .sql(" ELSE email_verified_at END")),
            users::verified_by_file.eq(false),
        ))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Accounts that were registered and never verified, and that no admin has disabled. A proof of the mailbox
/// replaces them, and they are deleted after some time, also if the person who registered them has deleted
/// them: that person need not own the address. The exact condition of a partial index.
pub(in crate::db) const NEVER_VERIFIED: &str =
    "(users.email_verified_at IS NULL AND users.import_id IS NULL
    AND users.role = 'user'
    AND (users.disabled_at IS NULL OR users.owner_deleted_at IS NOT NULL))";

/// [`NEVER_VERIFIED`] as a filter.
pub(in crate::db) fn never_verified() -> SqlLiteral<Bool> {
    sql(NEVER_VERIFIED)
}

/// The accounts that a proof of the mailbox takes over, including one by an invitation: enabled accounts
/// whose mailbox was never proven. `table` is the name of the table in the statement.
pub(in crate::db) fn may_be_taken_over(table: &'static str) -> SqlLiteral<Bool> {
    sql(&format!(
        "(({table}.email_verified_at IS NULL OR {table}.verified_by_file)
        AND {table}.role = 'user' AND {table}.disabled_at IS NULL AND NOT {table}.two_factor)"
    ))
}

/// Marks the mailbox of an account as proven. The person who proves it may not be the first holder of the
/// account, so its known browsers are forgotten, and its name unless it is from an import. Returns the
/// remaining name; `None` if the mailbox was proven before.
pub async fn take_over(
    tx: &Transaction<'_>,
    id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<Option<Option<String>>> {
    diesel::update(users::table.find(id))
        .filter(
            users::email_verified_at
                .is_null()
                .or(users::verified_by_file),
        )
        .set((
            users::email_verified_at.eq(at),
            users::verified_by_file.eq(false),
            users::display_name.eq(sql::<Nullable<Text>>(
                "CASE WHEN import_id IS NULL THEN NULL ELSE display_name END",
            )),
            users::browsers_known_from.eq(at),
        ))
        .returning(users::display_name)
        .prepared()
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Since when a registered account is unverified; `None` if it is not one that will be deleted.
pub async fn unverified_since(
    mut conn: &AsyncPgConnection,
    id: Uuid,
) -> QueryResult<Option<DateTime<Utc>>> {
    let since: Option<(DateTime<Utc>, Option<DateTime<Utc>>)> = users::table
        .filter(users::id.eq(id).and(never_verified()))
        .select((users::created_at, users::unverified_since))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(since.map(|(created_at, since)| since.map_or(created_at, |since| since.max(created_at))))
}

/// Erases up to a hundred accounts that have been unverified since `before` or longer, with all rows that
/// refer to them. Returns their ids. An account that is locked, perhaps by its verification, is skipped
/// until the next time.
pub async fn erase_unverified(
    tx: &Transaction<'_>,
    before: DateTime<Utc>,
) -> QueryResult<Vec<Uuid>> {
    let due: Vec<Uuid> = users::table
        .filter(never_verified().and(users::created_at.le(before)))
        .filter(
            users::unverified_since
                .is_null()
                .or(users::unverified_since.le(before)),
        )
        .order(users::created_at)
        .limit(100)
        .select(users::id)
        .for_update()
        .skip_locked()
        .load(&mut tx.connection())
        .await?;
    if due.is_empty() {
        return Ok(due);
    }
    diesel::delete(users::table.filter(users::id.eq_any(due)))
        .returning(users::id)
        .get_results(&mut tx.connection())
        .await
}
