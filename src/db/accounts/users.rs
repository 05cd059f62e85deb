//! Users: who they are, and the statements that change what their tokens hang on.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_types::{Bool, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::Transaction,
    db::schema::{totp_authenticators as totp, users},
    domain::{
        accounts::user::{Role, User},
        token::UserStatus,
    },
};

/// A user as the row has it.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
pub(in crate::db) struct UserRow {
    id: Uuid,
    email: String,
    email_canonical: String,
    display_name: Option<String>,
    password_hash: String,
    role: String,
    email_verified_at: Option<DateTime<Utc>>,
    revocation_id: i64,
    password_changed_at: Option<DateTime<Utc>>,
    password_must_change: bool,
    disabled_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    verified_by_file: bool,
    import_id: Option<Uuid>,
    browsers_known_from: Option<DateTime<Utc>>,
    two_factor: bool,
}

/// A user with the hash to compare a password with.
#[derive(Debug, Clone)]
pub struct UserRecord {
    pub user: User,
    /// PHC string.
    pub password_hash: String,
    /// Whether the password is still to be looked up among breached ones. Only a sign-in has use
    /// for it: other look-ups than that by address leave it false.
    pub breach_check_due: bool,
}

/// The hash of a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash {
    /// PHC string.
    pub phc: String,
    /// When the password was looked up among breached ones, where that was possible.
    pub breach_checked_at: Option<DateTime<Utc>>,
}

impl UserRecord {
    /// What the user's tokens hang on.
    pub fn status(&self) -> UserStatus {
        UserStatus {
            revocation_id: self.user.revocation_id,
            password_changed_at: self.user.password_changed_at,
            disabled: self.user.disabled_at.is_some(),
        }
    }
}

impl UserRow {
    pub(in crate::db) fn with_totp(self, totp_confirmed_at: Option<DateTime<Utc>>) -> UserRecord {
        let user = User {
            id: self.id,
            email: self.email,
            email_canonical: self.email_canonical,
            display_name: self.display_name,
            // The column's check allows no other word; the least right is the safe reading of one.
            role: self.role.parse().unwrap_or(Role::User),
            email_verified_at: self.email_verified_at,
            revocation_id: self.revocation_id,
            password_changed_at: self.password_changed_at,
            password_must_change: self.password_must_change,
            disabled_at: self.disabled_at,
            totp_confirmed_at,
            two_factor_noted: self.two_factor,
            created_at: self.created_at,
            verified_by_file: self.verified_by_file,
            import_id: self.import_id,
            browsers_known_from: self.browsers_known_from,
        };
        UserRecord {
            user,
            password_hash: self.password_hash,
            breach_check_due: false,
        }
    }
}

/// The user of a canonical address.
pub async fn find_by_email(
    mut conn: &AsyncPgConnection,
    canonical: &str,
) -> QueryResult<Option<UserRecord>> {
    let found = users::table
        .left_join(totp::table)
        .filter(users::email_canonical.eq(canonical))
        .select((
            UserRow::as_select(),
            totp::confirmed_at.nullable(),
            users::password_breach_checked_at.is_null(),
        ))
        .first::<(UserRow, Option<DateTime<Utc>>, bool)>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(row, confirmed, breach_check_due)| UserRecord {
        breach_check_due,
        ..row.with_totp(confirmed)
    }))
}

/// A user to be made.
#[derive(Debug)]
pub struct NewUser<'a> {
    pub id: Uuid,
    /// The address as given.
    pub email: &'a str,
    /// The address in lower case.
    pub email_canonical: &'a str,
    pub display_name: Option<&'a str>,
    /// The hash of the password.
    pub password: &'a PasswordHash,
    /// Whether nothing but a new password is possible at first.
    pub password_must_change: bool,
    pub role: Role,
    /// When the address was proven, or an admin or operator vouched for it.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Makes a user; `None` where the address is taken.
pub async fn insert(tx: &Transaction<'_>, new: &NewUser<'_>) -> QueryResult<Option<User>> {
    let rows = diesel::insert_into(users::table)
        .values((
            users::id.eq(new.id),
            users::email.eq(new.email),
            users::email_canonical.eq(new.email_canonical),
            users::display_name.eq(new.display_name),
            users::password_hash.eq(&new.password.phc),
            users::password_breach_checked_at.eq(new.password.breach_checked_at),
            users::password_must_change.eq(new.password_must_change),
            users::role.eq(new.role.as_str()),
            users::email_verified_at.eq(new.email_verified_at),
            users::created_at.eq(new.created_at),
        ))
        .on_conflict(users::email_canonical)
        .do_nothing()
        .execute(&mut tx.connection())
        .await?;
    Ok((rows == 1).then(|| User {
        id: new.id,
        email: new.email.to_owned(),
        email_canonical: new.email_canonical.to_owned(),
        display_name: new.display_name.map(str::to_owned),
        role: new.role,
        email_verified_at: new.email_verified_at,
        revocation_id: 0,
        password_changed_at: None,
        password_must_change: new.password_must_change,
        disabled_at: None,
        totp_confirmed_at: None,
        two_factor_noted: false,
        created_at: new.created_at,
        verified_by_file: false,
        import_id: None,
        browsers_known_from: None,
    }))
}

/// Locks a user whose `revocation_id` is still the one that came with a proof; `false` where the
/// credentials changed meanwhile or the user is disabled.
///
/// Until the transaction ends no other one locks the user or raises it, so that what is written on
/// the strength of the proof is seen by every later change. The lock is the one that an update
/// takes: a weaker one would have to be raised later, and two who raise it wait for each other.
pub async fn hold(tx: &Transaction<'_>, id: Uuid, rev: i64) -> QueryResult<bool> {
    let held = users::table
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .select(users::id)
        .for_no_key_update()
        .first::<Uuid>(&mut tx.connection())
        .await
        .optional()?;
    Ok(held.is_some())
}

/// What a change of credentials leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Raised {
    /// The new `revocation_id`.
    pub revocation_id: i64,
    /// The last change of password, for the pair that survives.
    pub password_changed_at: Option<DateTime<Utc>>,
}

/// Sets a password verified or authorised under `rev`: every token of before is dead.
///
/// `None` where the credentials changed meanwhile or the user is disabled.
pub async fn set_password(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    hash: &PasswordHash,
    at: DateTime<Utc>,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::disabled_at.is_null())
        .set((
            users::password_hash.eq(&hash.phc),
            users::password_breach_checked_at.eq(hash.breach_checked_at),
            users::revocation_id.eq(users::revocation_id + 1),
            // A clock that went back must not revive tokens: the cutoff always rises.
            users::password_changed_at.eq(sql::<Nullable<Timestamptz>>(
                "GREATEST(password_changed_at + interval '1 millisecond', ",
            )
            .bind::<Timestamptz, _>(at)
            .sql(")")),
            users::password_must_change.eq(false),
        ))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Raises the `revocation_id` from `rev`: every token of before is dead. `None` as above.
pub async fn raise_revocation_id(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
) -> QueryResult<Option<Raised>> {
    diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .set(users::revocation_id.eq(users::revocation_id + 1))
        .returning((users::revocation_id, users::password_changed_at))
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Replaces a hash by one of the same password; nothing happens where it changed meanwhile.
pub async fn rehash(tx: &Transaction<'_>, id: Uuid, old: &str, new: &str) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that the password was looked up among breached ones; one that was found there must be
/// changed. `false` where the credentials changed meanwhile, or it was noted before.
pub async fn note_breach_check(
    tx: &Transaction<'_>,
    id: Uuid,
    rev: i64,
    found: bool,
    at: DateTime<Utc>,
) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id).and(users::revocation_id.eq(rev)))
        .filter(users::password_breach_checked_at.is_null())
        .set((
            users::password_breach_checked_at.eq(at),
            users::password_must_change
                .eq(users::password_must_change.or(found.into_sql::<Bool>())),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Marks the address as proven, where it is still the one that was mailed; `false` otherwise.
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
            // The word of a file is no proof: the time of the proof takes its place.
            users::email_verified_at.eq(sql::<Nullable<Timestamptz>>(
                "CASE WHEN verified_by_file OR email_verified_at IS NULL THEN ",
            )
            .bind::<Timestamptz, _>(at)
            .sql(" ELSE email_verified_at END")),
            users::verified_by_file.eq(false),
        ))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Notes that there is no second factor, where no authenticator is left to say so.
pub async fn note_no_second_factor(tx: &Transaction<'_>, id: Uuid) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .filter(users::two_factor)
        .set(users::two_factor.eq(false))
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// The accounts that were registered and never verified, and are enabled: the person who proves the
/// mailbox takes their place, and they are deleted after a while. Word for word the condition of a
/// partial index.
pub(in crate::db) const NEVER_VERIFIED: &str =
    "(users.email_verified_at IS NULL AND users.import_id IS NULL
    AND users.role = 'user' AND users.disabled_at IS NULL)";

/// The same as a filter.
pub(in crate::db) fn never_verified() -> SqlLiteral<Bool> {
    sql(NEVER_VERIFIED)
}

/// The accounts, by this name of the table, that are taken over by proving the mailbox, by an
/// invitation too: open ones whose mailbox was never proven.
pub(in crate::db) fn may_be_taken_over(table: &'static str) -> SqlLiteral<Bool> {
    sql(&format!(
        "(({table}.email_verified_at IS NULL OR {table}.verified_by_file)
        AND {table}.role = 'user' AND {table}.disabled_at IS NULL AND NOT {table}.two_factor)"
    ))
}

/// Marks the mailbox of an account as proven by a person who need not be its first holder, and forgets
/// what that one left: the browsers it knows, and the name, unless a file brought it. Returns the name
/// that is left; `None` where the mailbox was proven before.
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
        .get_result(&mut tx.connection())
        .await
        .optional()
}

/// Since when a registered account is unverified; `None` where it is none of those that are deleted.
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

/// Erases up to a hundred accounts that are unverified since `before` or longer, with all that hangs
/// on them; returns who they were. One that is locked, perhaps to be verified, is left to the next
/// time.
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
