//! Accounts by the hundred, as an import brings them, and takes them back.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::users;

/// The most users of one statement. Each has nine values, and a statement takes 65,535.
pub const AT_ONCE: usize = 500;

/// A user of another system.
#[derive(Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewImportedUser<'a> {
    /// Id.
    pub id: Uuid,
    /// The address as given.
    pub email: &'a str,
    /// The address in lower case.
    pub email_canonical: &'a str,
    /// Name.
    pub display_name: Option<&'a str>,
    /// A hash of any kind that can be verified, or the mark that there is none.
    pub password_hash: &'a str,
    /// Role.
    pub role: &'a str,
    /// When the address was proven, as far as we know.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// The file.
    pub import_id: Uuid,
}

/// Makes at most [`AT_ONCE`] users, and returns the ids of those whose address was free.
pub async fn insert(
    mut conn: &AsyncPgConnection,
    new: &[NewImportedUser<'_>],
) -> QueryResult<Vec<Uuid>> {
    diesel::insert_into(users::table)
        .values(new)
        .on_conflict(users::email_canonical)
        .do_nothing()
        .returning(users::id)
        .get_results(&mut conn)
        .await
}

/// Which of at most [`AT_ONCE`] canonical addresses have an account.
pub async fn known(mut conn: &AsyncPgConnection, addresses: &[&str]) -> QueryResult<Vec<String>> {
    users::table
        .filter(users::email_canonical.eq_any(addresses))
        .select(users::email_canonical)
        .load(&mut conn)
        .await
}

/// Locks the accounts of a file, in one order; returns how many there are. Whoever signs in to one
/// of them meanwhile waits, and whoever came first is seen by the next statement.
pub async fn hold(mut conn: &AsyncPgConnection, import_id: Uuid) -> QueryResult<usize> {
    sql_query("SELECT id FROM users WHERE import_id = $1 ORDER BY id FOR UPDATE")
        .bind::<SqlUuid, _>(import_id)
        .execute(&mut conn)
        .await
}

/// An account of a file that somebody used or changed.
#[derive(Debug, Clone, QueryableByName)]
pub struct Touched {
    /// The address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// How many there are, this one among them.
    #[diesel(sql_type = BigInt)]
    pub of: i64,
}

/// Up to `limit` accounts of a file that somebody used or changed: those with a session, however
/// old, a second factor, other rights or credentials than the file gave them, or any event but those
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

/// Erases the accounts of a file with all that hangs on them; returns who they were.
pub async fn erase(mut conn: &AsyncPgConnection, import_id: Uuid) -> QueryResult<Vec<Uuid>> {
    diesel::delete(users::table.filter(users::import_id.eq(import_id)))
        .returning(users::id)
        .get_results(&mut conn)
        .await
}
