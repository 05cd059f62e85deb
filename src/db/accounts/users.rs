//! The rows of users, and the look-up by address.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{
        Transaction,
        schema::{totp_authenticators as totp, users},
    },
    domain::{
        accounts::user::{Role, User},
        token::UserStatus,
    },
};

/// The columns of a user's row that are read.
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
    owner_deleted_at: Option<DateTime<Utc>>,
    frozen_until: Option<DateTime<Utc>>,
    sign_in_frozen_until: Option<DateTime<Utc>>,
    password_closed_at: Option<DateTime<Utc>>,
    email_since: Option<DateTime<Utc>>,
}

/// A user, with the hash of the password.
#[derive(Debug, Clone)]
pub struct UserRecord {
    pub user: User,
    /// PHC string.
    pub password_hash: String,
    /// Whether the password must still be looked up among breached ones. Only the look-up by address sets
    /// it, for sign-ins; the others leave it false.
    pub breach_check_due: bool,
}

impl UserRecord {
    /// The values that the validity of the user's tokens depends on.
    pub fn status(&self) -> UserStatus {
        UserStatus {
            revocation_id: self.user.revocation_id,
            password_changed_at: self.user.password_changed_at,
            disabled: self.user.disabled_at.is_some(),
            sign_in_frozen_until: self.user.sign_in_frozen_until,
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
            // The column's check allows no other value. The role with the fewest rights is the safe
            // choice.
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
            owner_deleted_at: self.owner_deleted_at,
            frozen_until: self.frozen_until,
            sign_in_frozen_until: self.sign_in_frozen_until,
            password_closed_at: self.password_closed_at,
            email_since: self.email_since,
        };
        UserRecord {
            user,
            password_hash: self.password_hash,
            breach_check_due: false,
        }
    }
}

/// The user with this canonical address.
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

/// Gives another name, or none; `false` where it is that name already.
pub async fn rename(tx: &Transaction<'_>, id: Uuid, name: Option<&str>) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id))
        .filter(users::display_name.is_distinct_from(name))
        .set(users::display_name.eq(name))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
