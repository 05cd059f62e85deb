//! Who is an admin, and the lock under which that changes.

use diesel::{
    dsl::{exists, sql},
    expression::SqlLiteral,
    prelude::*,
    select, sql_query,
    sql_types::Bool,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::{Transaction, schema::users};

/// Waits until no other transaction acts as an admin, on any node; the lock ends with this one.
///
/// Every act of an admin or operator on an account takes it first. So who is an admin is known for
/// sure until the commit, and two such acts that lock each other's rows never wait for each other.
/// The lock is a table's, which takes a right that only the roles of the service have: any role that
/// may connect could hold an advisory lock, and with it all acts of admins up.
pub async fn lock(tx: &Transaction<'_>) -> QueryResult<()> {
    sql_query("LOCK TABLE admin_lock IN SHARE UPDATE EXCLUSIVE MODE")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Word for word the condition of a partial index: a value that is bound would not be known to
/// meet it.
fn is_admin() -> SqlLiteral<Bool> {
    sql("users.role = 'admin'")
}

/// Whether there is any admin, whatever state the account is in.
pub async fn any(mut conn: &AsyncPgConnection) -> QueryResult<bool> {
    let admins = users::table.filter(is_admin());
    select(exists(admins)).get_result(&mut conn).await
}

/// Whether this user is an admin who can act.
pub async fn is_active(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
    let admin = users::table
        .filter(users::id.eq(id).and(users::disabled_at.is_null()))
        .filter(is_admin());
    select(exists(admin)).get_result(&mut conn).await
}

/// Whether there is an admin who can sign in, besides this user.
pub async fn another_active(mut conn: &AsyncPgConnection, besides: Uuid) -> QueryResult<bool> {
    let others = users::table
        .filter(is_admin())
        .filter(users::disabled_at.is_null().and(users::id.ne(besides)));
    select(exists(others)).get_result(&mut conn).await
}
