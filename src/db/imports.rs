//! The accounts of imports: which addresses have one, who vouches for them, and undoing an import.

pub mod arrivals;
pub mod files;
pub mod leftovers;
pub mod runs;
pub mod staging;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::not,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{
    accounts::verification::never_verified,
    schema::{user_imports as imports, users},
};

use crate::db::Transaction;

/// Rows of a file that are looked up and staged at once.
pub const AT_ONCE: usize = 1000;

/// Which of at most [`AT_ONCE`] canonical addresses have an account that an import does not replace.
pub async fn known(mut conn: &AsyncPgConnection, addresses: &[&str]) -> QueryResult<Vec<String>> {
    users::table
        .filter(users::email_canonical.eq_any(addresses))
        .filter(not(never_verified()))
        .select(users::email_canonical)
        .load(&mut conn)
        .await
}

/// Erases the accounts of these addresses that were registered and never verified. Returns their ids. One
/// that is verified at the same moment stays.
pub async fn erase_never_verified(
    tx: &Transaction<'_>,
    addresses: &[&str],
) -> QueryResult<Vec<Uuid>> {
    let held = users::table
        .filter(users::email_canonical.eq_any(addresses))
        .filter(never_verified())
        .select(users::id)
        // In the order in which every transaction locks several.
        .order(users::id)
        .for_update()
        .load::<Uuid>(&mut tx.connection())
        .await?;
    if held.is_empty() {
        return Ok(held);
    }
    diesel::delete(users::table.filter(users::id.eq_any(held).and(never_verified())))
        .returning(users::id)
        .get_results(&mut tx.connection())
        .await
}

/// Locks the accounts of a file in a fixed order. Returns their number. A later sign-in to one of them
/// waits, and the next statement sees an earlier one.
pub async fn hold(mut conn: &AsyncPgConnection, import_id: Uuid) -> QueryResult<usize> {
    sql_query("SELECT id FROM users WHERE import_id = $1 ORDER BY id FOR UPDATE")
        .bind::<SqlUuid, _>(import_id)
        .execute(&mut conn)
        .await
}

/// An account of a file that was used or changed.
#[derive(Debug, Clone, QueryableByName)]
pub struct Touched {
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The number of such accounts, including this one.
    #[diesel(sql_type = BigInt)]
    pub of: i64,
}

/// Up to `limit` accounts of a file that were used or changed: those with a session, however old, with a
/// second factor, with other rights or credentials than the file gave them, or with any event except those
/// in `harmless`.
pub async fn touched(
    mut conn: &AsyncPgConnection,
    import_id: Uuid,
    harmless: &[&str],
    limit: i64,
) -> QueryResult<Vec<Touched>> {
    sql_query(
        "SELECT u.email, count(*) OVER () AS of FROM users u WHERE u.import_id = $1 AND (
            u.revocation_id <> 0 OR u.password_changed_at IS NOT NULL OR u.password_must_change
            OR u.disabled_at IS NOT NULL OR u.role <> 'user'
            OR EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id)
            OR EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = u.id)
            OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id)
            OR EXISTS (SELECT 1 FROM phones p WHERE p.user_id = u.id)
            OR EXISTS (SELECT 1 FROM audit_events e
                       WHERE e.subject_id = u.id AND e.event <> ALL ($2)))
         ORDER BY u.email_canonical LIMIT $3",
    )
    .bind::<SqlUuid, _>(import_id)
    .bind::<Array<Text>, _>(harmless)
    .bind::<BigInt, _>(limit)
    .load(&mut conn)
    .await
}

/// Deletes the unsent mails to the accounts of a file: once the accounts are erased, their links do not
/// work.
pub async fn forget_mails(tx: &Transaction<'_>, import_id: Uuid) -> QueryResult<()> {
    sql_query(
        "DELETE FROM mails USING users WHERE users.id = mails.user_id AND users.import_id = $1
            AND mails.sealed IS NOT NULL AND mails.dropped_at IS NULL",
    )
    .bind::<SqlUuid, _>(import_id)
    .execute(&mut tx.connection())
    .await?;
    Ok(())
}

/// Erases the accounts of a file with all their data. Returns their ids.
pub async fn erase(tx: &Transaction<'_>, import_id: Uuid) -> QueryResult<Vec<Uuid>> {
    diesel::delete(users::table.filter(users::import_id.eq(import_id)))
        .returning(users::id)
        .get_results(&mut tx.connection())
        .await
}

/// Whether every admin who uploaded or confirmed an import is an active admin. An import on the command
/// line has none, and an operator vouches for it.
///
/// They stay active until the transaction ends: a transaction that ends the rights of one waits, and then
/// sees what this transaction has written.
pub async fn is_vouched_for(tx: &Transaction<'_>, import_id: Uuid) -> QueryResult<bool> {
    let found: Option<(Option<Uuid>, Option<Uuid>)> = imports::table
        .find(import_id)
        .select((imports::created_by, imports::confirmed_by))
        .first(&mut tx.connection())
        .await
        .optional()?;
    let Some((uploader, confirmer)) = found else {
        return Ok(false);
    };
    let admins: BTreeSet<Uuid> = uploader.into_iter().chain(confirmer).collect();
    if admins.is_empty() {
        return Ok(true);
    }
    let active: Vec<Uuid> = users::table
        .filter(users::id.eq_any(&admins).and(users::role.eq("admin")))
        .filter(users::disabled_at.is_null())
        .select(users::id)
        .order(users::id)
        .for_share()
        .load(&mut tx.connection())
        .await?;
    Ok(active.len() == admins.len())
}

/// Ends the sessions of accounts whose import this admin uploaded or confirmed, and whose mailbox
/// no one has proven; returns how many.
pub async fn end_unproven_sessions(
    tx: &Transaction<'_>,
    admin: Uuid,
    reason: &str,
    at: DateTime<Utc>,
) -> QueryResult<usize> {
    sql_query(
        "UPDATE sessions SET revoked_at = $2, revoked_reason = $3
         WHERE revoked_at IS NULL AND user_id IN (
            SELECT u.id FROM users AS u JOIN user_imports AS i ON i.id = u.import_id
            WHERE (i.created_by = $1 OR i.confirmed_by = $1)
                AND (u.email_verified_at IS NULL OR u.verified_by_file))",
    )
    .bind::<SqlUuid, _>(admin)
    .bind::<Timestamptz, _>(at)
    .bind::<Text, _>(reason)
    .execute(&mut tx.connection())
    .await
}

/// The import that an account comes from.
#[derive(Debug, Clone, QueryableByName)]
pub struct Origin {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub file_name: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether an operator imported it on the command line.
    #[diesel(sql_type = Bool)]
    pub by_operator: bool,
    /// The address of the admin who uploaded it, if that account still exists.
    #[diesel(sql_type = Nullable<Text>)]
    pub uploaded_by: Option<String>,
    /// The address of the admin who confirmed it, if that account still exists.
    #[diesel(sql_type = Nullable<Text>)]
    pub confirmed_by: Option<String>,
    /// Whether the account has a password.
    #[diesel(sql_type = Bool)]
    pub has_password: bool,
}

/// The import that an account comes from; `None` if it was not imported.
pub async fn origin(mut conn: &AsyncPgConnection, user_id: Uuid) -> QueryResult<Option<Origin>> {
    sql_query(
        "SELECT i.id, i.file_name, i.finished_at, i.created_by IS NULL AS by_operator,
            (SELECT email FROM users WHERE users.id = i.created_by) AS uploaded_by,
            (SELECT email FROM users WHERE users.id = i.confirmed_by) AS confirmed_by,
            u.password_hash NOT LIKE '!%' AS has_password
         FROM users AS u JOIN user_imports AS i ON i.id = u.import_id WHERE u.id = $1",
    )
    .bind::<SqlUuid, _>(user_id)
    .get_result(&mut conn)
    .await
    .optional()
}
