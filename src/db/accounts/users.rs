//! The rows of users, and the look-up by address.

use chrono::{DateTime, Utc};
use diesel::{
    expression::{ValidGrouping, is_aggregate},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Nullable, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    db::{Transaction, prepared::Prepare, schema::users},
    domain::{
        accounts::user::{Role, User},
        authenticators::factors::Factors,
        token::UserStatus,
    },
};

// Since when a user has a second factor of each kind. Each is one look-up by an index.
pub(in crate::db) const TOTP_SINCE: &str =
    "(SELECT t.confirmed_at FROM totp_authenticators AS t WHERE t.user_id = users.id)";
pub(in crate::db) const PASSKEYS_SINCE: &str =
    "(SELECT min(p.created_at) FROM passkeys AS p WHERE p.user_id = users.id)";
pub(in crate::db) const PHONE_SINCE: &str =
    "(SELECT p.confirmed_at FROM phones AS p WHERE p.user_id = users.id)";

/// One of these as a column. Unlike `diesel::dsl::sql`, it lets a statement stay prepared.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) struct Since(&'static str);

impl Expression for Since {
    type SqlType = Nullable<Timestamptz>;
}

impl<G> ValidGrouping<G> for Since {
    type IsAggregate = is_aggregate::Never;
}

impl<T> AppearsOnTable<T> for Since {}
impl<T> SelectableExpression<T> for Since {}

impl QueryFragment<Pg> for Since {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

/// The type does not tell which of them it is.
impl QueryId for Since {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The second factors of a user whose row is read beside.
#[derive(Debug, Clone, Copy, Default, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = users, check_for_backend(diesel::pg::Pg))]
#[expect(
    clippy::struct_field_names,
    reason = "they are the names in the statements"
)]
pub(in crate::db) struct FactorsRow {
    #[diesel(select_expression = Since(TOTP_SINCE), select_expression_type = Since, sql_type = Nullable<Timestamptz>)]
    totp_since: Option<DateTime<Utc>>,
    #[diesel(select_expression = Since(PASSKEYS_SINCE), select_expression_type = Since, sql_type = Nullable<Timestamptz>)]
    passkeys_since: Option<DateTime<Utc>>,
    #[diesel(select_expression = Since(PHONE_SINCE), select_expression_type = Since, sql_type = Nullable<Timestamptz>)]
    phone_since: Option<DateTime<Utc>>,
}

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
    pub(in crate::db) fn with(self, factors: FactorsRow) -> UserRecord {
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
            factors: Factors {
                totp: factors.totp_since,
                passkeys: factors.passkeys_since,
                phone: factors.phone_since,
            },
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
        .filter(users::email_canonical.eq(canonical))
        .select((
            UserRow::as_select(),
            FactorsRow::as_select(),
            users::password_breach_checked_at.is_null(),
        ))
        .first::<(UserRow, FactorsRow, bool)>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(row, factors, breach_check_due)| UserRecord {
        breach_check_due,
        ..row.with(factors)
    }))
}

/// The user with this id, as this transaction sees them.
pub async fn find(mut conn: &AsyncPgConnection, id: Uuid) -> QueryResult<Option<User>> {
    let found: Option<(UserRow, FactorsRow)> = users::table
        .find(id)
        .select((UserRow::as_select(), FactorsRow::as_select()))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|(row, factors)| row.with(factors).user))
}

/// Gives another name, or none; `false` where it is that name already.
pub async fn rename(tx: &Transaction<'_>, id: Uuid, name: Option<&str>) -> QueryResult<bool> {
    let rows = diesel::update(users::table)
        .filter(users::id.eq(id))
        .filter(users::display_name.is_distinct_from(name))
        .set(users::display_name.eq(name))
        .prepared()
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
