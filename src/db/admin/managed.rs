//! Users as admins see and change them.
//!
//! Changes are made under the lock of `admins`, to a row that `hold` has locked. If they affect tokens,
//! `revocation_id` is raised in the same transaction.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_query,
    sql_types::{Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{
        Transaction,
        accounts::users::{FactorsRow, UserRow},
        schema::users,
    },
    domain::{
        accounts::user::{Role, User},
        admin::act::Account,
    },
};

/// A user, with data for admins only.
#[derive(Debug, Clone)]
pub struct ManagedUser {
    pub user: User,
    /// When the account was deleted, until it is erased.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Whether the removal of a lost second factor waits.
    pub is_recovering: bool,
    /// When the last session began, according to the audit log.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

impl ManagedUser {
    /// The state that decides whether an act of an admin or operator has an effect.
    pub fn account(&self, by_operator: bool) -> Account<'_> {
        Account {
            user: &self.user,
            is_deleted: self.deleted_at.is_some(),
            is_recovering: self.is_recovering,
            by_operator,
        }
    }
}

/// The columns of a [`ManagedUser`].
pub(in crate::db) type Columns = (
    UserRow,
    FactorsRow,
    Option<DateTime<Utc>>,
    bool,
    Option<DateTime<Utc>>,
);

/// The time of the user's last sign-in. One index look-up in the audit log per user shown, so that a sign-in writes no
/// extra row.
pub(in crate::db) const LAST_SIGN_IN: &str = "(SELECT e.at FROM audit_events AS e
    WHERE e.subject_id = users.id AND e.event = 'signed_in' ORDER BY e.seq DESC LIMIT 1)";

/// Whether a recovery of the user waits. One whose link has expired counts until it is deleted, within seconds.
pub(in crate::db) const IS_RECOVERING: &str = "EXISTS (SELECT 1 FROM recoveries AS r
    WHERE r.user_id = users.id AND r.rev = users.revocation_id)";

fn is_recovering() -> SqlLiteral<Bool> {
    sql(IS_RECOVERING)
}

fn last_sign_in() -> SqlLiteral<Nullable<Timestamptz>> {
    sql(LAST_SIGN_IN)
}

pub(in crate::db) fn managed(
    (row, factors, deleted_at, is_recovering, last_sign_in_at): Columns,
) -> ManagedUser {
    ManagedUser {
        user: row.with(factors).user,
        deleted_at,
        is_recovering,
        last_sign_in_at,
    }
}

/// The user with this id.
pub async fn find(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<ManagedUser>> {
    let found = users::table
        .filter(users::id.eq(id))
        .select((
            UserRow::as_select(),
            FactorsRow::as_select(),
            users::deleted_at,
            is_recovering(),
            last_sign_in(),
        ))
        .first::<Columns>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(managed))
}

/// The id of the user with this canonical address.
pub async fn id_of(mut conn: &AsyncPgConnection, canonical: &str) -> QueryResult<Option<Uuid>> {
    users::table
        .filter(users::email_canonical.eq(canonical))
        .select(users::id)
        .first(&mut conn)
        .await
        .optional()
}

/// The user with this id, locked until the transaction ends.
pub async fn hold(tx: &Transaction<'_>, id: Uuid) -> QueryResult<Option<ManagedUser>> {
    let held = users::table
        .filter(users::id.eq(id))
        .select(users::id)
        .for_no_key_update()
        .first::<Uuid>(&mut tx.connection())
        .await
        .optional()?;
    match held {
        Some(id) => find(tx, id).await,
        None => Ok(None),
    }
}

/// The users with these ids, by address; unknown ids are skipped.
pub async fn find_all(mut conn: &AsyncPgConnection, ids: &[Uuid]) -> QueryResult<Vec<ManagedUser>> {
    let found = users::table
        .filter(users::id.eq_any(ids))
        .order(users::email_canonical)
        .select((
            UserRow::as_select(),
            FactorsRow::as_select(),
            users::deleted_at,
            is_recovering(),
            last_sign_in(),
        ))
        .load::<Columns>(&mut conn)
        .await?;
    Ok(found.into_iter().map(managed).collect())
}

/// The same, locked until the transaction ends. They are locked in the order of their ids, as in every
/// transaction that locks several, so that no deadlock is possible.
pub async fn hold_all(tx: &Transaction<'_>, ids: &[Uuid]) -> QueryResult<Vec<ManagedUser>> {
    let held: Vec<Uuid> = users::table
        .filter(users::id.eq_any(ids))
        .select(users::id)
        .order(users::id)
        .for_no_key_update()
        .load(&mut tx.connection())
        .await?;
    find_all(tx, &held).await
}

/// Disables or enables an account.
pub async fn set_disabled(
    tx: &Transaction<'_>,
    id: Uuid,
    disabled_at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::disabled_at.eq(disabled_at))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Marks an account as deleted by an admin, or removes the mark, also the owner's.
pub async fn set_deleted(
    tx: &Transaction<'_>,
    id: Uuid,
    deleted_at: Option<DateTime<Utc>>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((
            users::deleted_at.eq(deleted_at),
            users::owner_deleted_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// Ends the right of the owner to restore a deleted account.
pub async fn end_owners_restore(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::owner_deleted_at.eq(None::<DateTime<Utc>>))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

pub async fn set_role(tx: &Transaction<'_>, id: Uuid, role: Role) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::role.eq(role.as_str()))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

pub async fn require_password_change(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::password_must_change.eq(true))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Erased {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Erases up to a hundred users who were deleted before `before`, with all their data, and the invitations to
/// their addresses. Returns their ids. Locked rows are left to the next run.
pub async fn erase(tx: &Transaction<'_>, before: DateTime<Utc>) -> QueryResult<Vec<Uuid>> {
    let erased: Vec<Erased> = sql_query(
        "WITH due AS MATERIALIZED (
            SELECT id, email_canonical FROM users WHERE deleted_at <= $1
            ORDER BY deleted_at LIMIT 100 FOR UPDATE SKIP LOCKED),
        invited AS (
            DELETE FROM invitations AS i USING (
                SELECT email_canonical, 'infinity'::timestamptz AS until FROM due
                UNION ALL SELECT f.email_canonical, f.replaced_at
                FROM former_addresses AS f JOIN due ON f.user_id = due.id) AS a
            WHERE i.email_canonical = a.email_canonical AND i.sent_at <= a.until)
        DELETE FROM users USING due WHERE users.id = due.id RETURNING users.id",
    )
    .bind::<Timestamptz, _>(before)
    .get_results(&mut tx.connection())
    .await?;
    Ok(erased.into_iter().map(|erased| erased.id).collect())
}
