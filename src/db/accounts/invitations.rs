//! Invitations. Callers that write hold the lock of `admins`; the row count of a statement is its result.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not, sql},
    prelude::*,
    select,
    sql_types::Bool,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::verification::may_be_taken_over;
use crate::{
    db::Transaction,
    db::schema::{invitations, users},
    domain::accounts::{invitation::Invitation, user::Role},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    email: String,
    email_canonical: String,
    role: String,
    invited_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            email: row.email,
            email_canonical: row.email_canonical,
            // The column's check allows no other value. The role with the fewest rights is the safe
            // choice.
            role: row.role.parse().unwrap_or(Role::User),
            invited_by: row.invited_by,
            created_at: row.created_at,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = invitations)]
struct NewRow<'a> {
    id: Uuid,
    email: &'a str,
    email_canonical: &'a str,
    role: &'a str,
    invited_by: Option<Uuid>,
    token_hash: &'a [u8],
    created_at: DateTime<Utc>,
    sent_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// The exact condition of the partial indexes.
fn is_open() -> diesel::expression::SqlLiteral<Bool> {
    sql("(invitations.accepted_at IS NULL AND invitations.revoked_at IS NULL)")
}

/// Writes an invitation; `false` if the address has an open one.
pub async fn insert(
    tx: &Transaction<'_>,
    invitation: &Invitation,
    token_hash: &[u8],
) -> QueryResult<bool> {
    let row = NewRow {
        id: invitation.id,
        email: &invitation.email,
        email_canonical: &invitation.email_canonical,
        role: invitation.role.as_str(),
        invited_by: invitation.invited_by,
        token_hash,
        created_at: invitation.created_at,
        sent_at: invitation.sent_at,
        expires_at: invitation.expires_at,
    };
    let rows = diesel::insert_into(invitations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// The open invitation of a link, unless it has expired.
pub async fn find_living(
    mut conn: &AsyncPgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let found = invitations::table
        .filter(invitations::token_hash.eq(token_hash))
        .filter(is_open().and(invitations::expires_at.gt(now)))
        .select(Row::as_select())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(Row::into))
}

/// The open invitation with this id.
pub async fn find_open(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<Invitation>> {
    let found = invitations::table
        .find(id)
        .filter(is_open())
        .select(Row::as_select())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(Row::into))
}

/// Gives an open invitation a new link and a new sender; the old link stops working. `None` if no open
/// invitation has this id.
pub async fn renew(
    tx: &Transaction<'_>,
    id: Uuid,
    token_hash: &[u8],
    by: Uuid,
    sent_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let renewed = diesel::update(invitations::table.find(id))
        .filter(is_open())
        .set((
            invitations::token_hash.eq(token_hash),
            invitations::invited_by.eq(by),
            invitations::sent_at.eq(sent_at),
            invitations::expires_at.eq(expires_at),
        ))
        .returning(Row::as_returning())
        .get_result(&mut tx.connection())
        .await
        .optional()?;
    Ok(renewed.map(Row::into))
}

/// Revokes an open invitation; `None` if no open invitation has this id.
pub async fn revoke(
    tx: &Transaction<'_>,
    id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let revoked = diesel::update(invitations::table.find(id))
        .filter(is_open())
        .set(invitations::revoked_at.eq(at))
        .returning(Row::as_returning())
        .get_result(&mut tx.connection())
        .await
        .optional()?;
    Ok(revoked.map(Row::into))
}

/// Uses the link up; `false` if another request was faster, or it is no longer valid.
pub async fn accept(
    tx: &Transaction<'_>,
    id: Uuid,
    token_hash: &[u8],
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(invitations::table.find(id))
        .filter(invitations::token_hash.eq(token_hash))
        .filter(is_open().and(invitations::expires_at.gt(at)))
        .set(invitations::accepted_at.eq(at))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Revokes an invitation that was just accepted, because no account could be created.
pub async fn void(tx: &Transaction<'_>, id: Uuid, at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((
            invitations::accepted_at.eq(None::<DateTime<Utc>>),
            invitations::revoked_at.eq(at),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// An open invitation in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub invitation: Invitation,
    /// The address of its sender, if that account still exists.
    pub inviter: Option<String>,
    /// Whether that account is an active admin's.
    pub inviter_is_admin: bool,
    /// Whether the address has an account by now.
    pub taken: bool,
}

/// Up to `limit` open invitations, the newest first, after the position `after`.
pub async fn open(
    mut conn: &AsyncPgConnection,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let owners = diesel::alias!(users as owners);
    let account = owners
        .filter(
            owners
                .field(users::email_canonical)
                .eq(invitations::email_canonical),
        )
        .filter(not(may_be_taken_over("owners")))
        .select(owners.field(users::id));
    let mut query = invitations::table
        .left_join(users::table)
        .filter(is_open())
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(limit)
        .select((
            Row::as_select(),
            users::email.nullable(),
            sql::<Bool>("COALESCE(users.role = 'admin' AND users.disabled_at IS NULL, false)"),
            exists(account),
        ))
        .into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(
            invitations::created_at
                .lt(at)
                .or(invitations::created_at.eq(at).and(invitations::id.lt(id))),
        );
    }
    let rows: Vec<(Row, Option<String>, bool, bool)> = query.load(&mut conn).await?;
    let listed = |(row, inviter, inviter_is_admin, taken): (Row, _, _, _)| Listed {
        invitation: row.into(),
        inviter,
        inviter_is_admin,
        taken,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Whether an address has an account that an invitation does not take over.
pub async fn is_taken(mut conn: &AsyncPgConnection, canonical: &str) -> QueryResult<bool> {
    let account = users::table
        .filter(users::email_canonical.eq(canonical))
        .filter(not(may_be_taken_over("users")));
    select(exists(account)).get_result(&mut conn).await
}
