//! Creating users.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::credentials::PasswordHash;
use crate::{
    db::{Transaction, prepared::Prepare, schema::users},
    domain::{
        accounts::user::{Role, User},
        authenticators::factors::Factors,
    },
};

/// A user to be created.
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
    /// Whether the user must first set a new password.
    pub password_must_change: bool,
    pub role: Role,
    /// When the address was proven, or an admin or operator confirmed it.
    pub email_verified_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Creates a user; `None` if the address is taken.
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
        .prepared()
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
        factors: Factors::default(),
        two_factor_noted: false,
        created_at: new.created_at,
        verified_by_file: false,
        import_id: None,
        browsers_known_from: None,
        owner_deleted_at: None,
        frozen_until: None,
        sign_in_frozen_until: None,
        password_closed_at: None,
        email_since: None,
    }))
}
