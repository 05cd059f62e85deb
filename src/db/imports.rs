//! Accounts by the hundred, as an import brings them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::users;

/// The most users of one statement. Each has eight values, and a statement takes 65,535.
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
