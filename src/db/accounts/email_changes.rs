//! Changes of address: the one of a user that waits for its link, and the addresses of before.
//!
//! A change ends with whatever raises the user's `revocation_id`, with the session that asked for it, and
//! at its expiry. Every statement here judges that, so that no row has to be deleted at that moment.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as QueryError},
    sql_query,
    sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid},
    upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::credentials::Raised;
use crate::{
    db::{
        Transaction,
        schema::{email_changes as changes, former_addresses as former, users},
    },
    domain::accounts::user::User,
};

/// A change that is asked for.
#[derive(Debug, Insertable)]
#[diesel(table_name = changes)]
pub struct NewEmailChange<'a> {
    pub user_id: Uuid,
    /// As typed.
    pub new_email: &'a str,
    /// In lower case.
    pub new_email_canonical: &'a str,
    /// `jti` of the link.
    pub token_id: &'a str,
    /// The user's `revocation_id`, held by this transaction.
    pub rev: i64,
    /// The session that asks; older tokens may name none.
    pub session_id: Option<Uuid>,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Writes a change in the place of an earlier one, whose link is dead from now on.
pub async fn replace(tx: &Transaction<'_>, new: &NewEmailChange<'_>) -> QueryResult<()> {
    diesel::insert_into(changes::table)
        .values(new)
        .on_conflict(changes::user_id)
        .do_update()
        .set((
            changes::new_email.eq(excluded(changes::new_email)),
            changes::new_email_canonical.eq(excluded(changes::new_email_canonical)),
            changes::token_id.eq(excluded(changes::token_id)),
            changes::rev.eq(excluded(changes::rev)),
            changes::session_id.eq(excluded(changes::session_id)),
            changes::requested_at.eq(excluded(changes::requested_at)),
            changes::expires_at.eq(excluded(changes::expires_at)),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// A change that waits for its link.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = changes, check_for_backend(diesel::pg::Pg))]
pub struct EmailChange {
    /// `jti` of its link.
    pub token_id: String,
    pub new_email: String,
    pub new_email_canonical: String,
    /// The session that asked; older tokens may name none.
    pub session_id: Option<Uuid>,
    /// The user agent of that session.
    #[diesel(sql_type = Nullable<Text>)]
    pub user_agent: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// What a change `c` of a user `u` has to fulfil at the time `$2`.
const WAITS: &str = "u.id = c.user_id AND u.revocation_id = c.rev AND c.expires_at > $2
    AND (c.session_id IS NULL OR EXISTS (SELECT 1 FROM sessions AS s
        WHERE s.id = c.session_id AND s.revoked_at IS NULL AND s.expires_at > $2))";
const COLUMNS: &str =
    "c.token_id, c.new_email, c.new_email_canonical, c.session_id, c.requested_at, c.expires_at,
    (SELECT s.user_agent FROM sessions AS s WHERE s.id = c.session_id) AS user_agent";

/// The change of a user that waits.
pub async fn pending(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<EmailChange>> {
    sql_query(format!(
        "SELECT {COLUMNS} FROM email_changes AS c, users AS u WHERE c.user_id = $1 AND {WAITS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .get_result(&mut conn)
    .await
    .optional()
}

/// Uses up the link of a change that waits; `None` where it was used, cancelled or replaced, or the change
/// has ended.
pub async fn take(
    tx: &Transaction<'_>,
    user_id: Uuid,
    token_id: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<EmailChange>> {
    sql_query(format!(
        "DELETE FROM email_changes AS c USING users AS u
         WHERE c.user_id = $1 AND c.token_id = $3 AND {WAITS} RETURNING {COLUMNS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(token_id)
    .get_result(&mut tx.connection())
    .await
    .optional()
}

/// Ends the change of a user, if one waits; `false` if none does.
pub async fn cancel(tx: &Transaction<'_>, user_id: Uuid, now: DateTime<Utc>) -> QueryResult<bool> {
    let rows = sql_query(format!(
        "DELETE FROM email_changes AS c USING users AS u WHERE c.user_id = $1 AND {WAITS}"
    ))
    .bind::<SqlUuid, _>(user_id)
    .bind::<Timestamptz, _>(now)
    .execute(&mut tx.connection())
    .await?;
    Ok(rows == 1)
}

/// Locks a user, and the holder of the address that the user moves to, in the order that every
/// transaction uses to lock several.
pub async fn hold_both(tx: &Transaction<'_>, id: Uuid, canonical: &str) -> QueryResult<()> {
    users::table
        .filter(users::id.eq(id).or(users::email_canonical.eq(canonical)))
        .select(users::id)
        .order(users::id)
        .for_update()
        .load::<Uuid>(&mut tx.connection())
        .await?;
    Ok(())
}

/// What became of giving a user another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    Done(Raised),
    /// The credentials have changed since `rev` was read, or the user is disabled.
    Overtaken,
    /// Another user has the address. The transaction has failed and has to be rolled back.
    Taken,
}

/// Gives a user another address, which is proven, and revokes every token issued before. The unique index
/// decides between users who want the same address.
pub async fn set_email(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    change: &EmailChange,
    at: DateTime<Utc>,
) -> QueryResult<Moved> {
    let raised = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .set((
            users::email.eq(&change.new_email),
            users::email_canonical.eq(&change.new_email_canonical),
            users::email_verified_at.eq(at),
            users::verified_by_file.eq(false),
            users::email_since.eq(at),
            users::revocation_id.eq(users::revocation_id + 1),
        ))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional();
    match raised {
        Ok(Some(raised)) => Ok(Moved::Done(raised)),
        Ok(None) => Ok(Moved::Overtaken),
        Err(QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Moved::Taken),
        Err(error) => Err(error),
    }
}

/// Notes the address of a user, which another one has replaced.
pub async fn note_former(tx: &Transaction<'_>, user: &User, at: DateTime<Utc>) -> QueryResult<()> {
    let held = (
        former::email.eq(&user.email),
        former::held_since.eq(user.email_since),
        former::replaced_at.eq(at),
    );
    diesel::insert_into(former::table)
        .values((
            former::user_id.eq(user.id),
            former::email_canonical.eq(&user.email_canonical),
            held,
        ))
        .on_conflict((former::user_id, former::email_canonical))
        .do_update()
        .set(held)
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// An address that another one has replaced.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = former, check_for_backend(diesel::pg::Pg))]
pub struct FormerAddress {
    pub email: String,
    pub email_canonical: String,
    /// When the account had come to it; `None` for the address that it began with.
    pub held_since: Option<DateTime<Utc>>,
    pub replaced_at: DateTime<Utc>,
}

/// The addresses that a user had before, up to a hundred, the last one first.
pub async fn former(
    mut conn: &AsyncPgConnection,
    user_id: Uuid,
) -> QueryResult<Vec<FormerAddress>> {
    former::table
        .filter(former::user_id.eq(user_id))
        .order(former::replaced_at.desc())
        .limit(100)
        .select(FormerAddress::as_select())
        .load(&mut conn)
        .await
}
