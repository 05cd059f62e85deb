//! Which users are admins, and the lock that must be held to change this.

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

/// Waits until no other transaction acts as an admin, on any node. The lock is held until this transaction
/// ends.
///
/// Every act of an admin or operator on an account takes it first. So the set of admins cannot change
/// until the commit, and acts that lock each other's rows never deadlock. It is a table lock, which
/// requires a privilege that only the roles of the service have. Any role that may connect could take an
/// advisory lock and block all acts of admins.
pub async fn lock(tx: &Transaction<'_>) -> QueryResult<()> {
    sql_query("LOCK TABLE admin_lock IN SHARE UPDATE EXCLUSIVE MODE")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The exact condition of a partial index. Postgres would not use the index for a bound value.
fn is_admin() -> SqlLiteral<Bool> {
    sql("users.role = 'admin'")
}

/// Whether there is any admin, in whatever state the account is.
pub async fn any(mut conn: &AsyncPgConnection) -> QueryResult<bool> {
    let admins = users::table.filter(is_admin());
    select(exists(admins)).get_result(&mut conn).await
}

/// Whether this user is an active admin.
pub async fn is_active(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
    let admin = users::table
        .filter(users::id.eq(id).and(users::disabled_at.is_null()))
        .filter(is_admin());
    select(exists(admin)).get_result(&mut conn).await
}

/// Whether there is an active admin besides this user.
pub async fn another_active(mut conn: &AsyncPgConnection, besides: Uuid) -> QueryResult<bool> {
    let others = users::table
        .filter(is_admin())
        .filter(users::disabled_at.is_null().and(users::id.ne(besides)));
    select(exists(others)).get_result(&mut conn).await
}
