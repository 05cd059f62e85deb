//! The list of users, a page at a time.

use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::admin_users::{Columns, ManagedUser, managed};
use super::schema::users;
use super::users::UserRow;
use crate::domain::user_search::{Cursor, Sort, Status, UserSearch};

/// The second factor of a user. No join: this is looked up for the rows of the page alone, after
/// the rows that were found have been sorted.
const CONFIRMED_AT: &str =
    "(SELECT t.confirmed_at FROM totp_authenticators t WHERE t.user_id = users.id)";
/// Whether there is one, in words whose share of users the planner can estimate.
const CONFIRMED: &str = "(SELECT 1 FROM totp_authenticators t \
    WHERE t.user_id = users.id AND t.confirmed_at IS NOT NULL)";

/// Up to `limit` users that a search finds, within a transaction of the caller.
///
/// What is looked for decides which index is quick, so each statement is planned for its own
/// values: a plan for any values would not know a rare beginning from a common one.
pub async fn page(
    mut conn: &AsyncPgConnection,
    search: &UserSearch,
    limit: i64,
) -> QueryResult<Vec<ManagedUser>> {
    sql_query("SET LOCAL plan_cache_mode = force_custom_plan")
        .execute(&mut conn)
        .await?;
    let mut query = users::table
        .select((
            UserRow::as_select(),
            sql::<Nullable<Timestamptz>>(CONFIRMED_AT),
            users::deleted_at,
        ))
        .limit(limit)
        .into_boxed::<Pg>();
    if let Some(text) = &search.text {
        let prefix = pattern(text);
        let found = sql::<Bool>("(users.email_canonical LIKE lower(")
            .bind::<Text, _>(prefix.clone())
            .sql(") OR lower(users.display_name) LIKE lower(")
            .bind::<Text, _>(prefix)
            .sql(")");
        query = match Uuid::try_parse(text) {
            Ok(id) => query.filter(found.sql(" OR users.id = ").bind::<SqlUuid, _>(id).sql(")")),
            Err(_) => query.filter(found.sql(")")),
        };
    }
    query = match search.status {
        None => query,
        Some(Status::Active) => query.filter(users::disabled_at.is_null()),
        Some(Status::Disabled) => query
            .filter(users::disabled_at.is_not_null())
            .filter(users::deleted_at.is_null()),
        Some(Status::Deleted) => query.filter(users::deleted_at.is_not_null()),
    };
    if let Some(role) = search.role {
        query = query.filter(users::role.eq(role.as_str()));
    }
    query = match search.two_factor {
        None => query,
        Some(true) => query.filter(sql::<Bool>("EXISTS ").sql(CONFIRMED)),
        Some(false) => query.filter(sql::<Bool>("NOT EXISTS ").sql(CONFIRMED)),
    };
    query = match search.verified {
        None => query,
        Some(true) => query.filter(users::email_verified_at.is_not_null()),
        Some(false) => query.filter(users::email_verified_at.is_null()),
    };
    if let Some(cursor) = &search.after {
        query = match cursor {
            Cursor::Email(email) => query.filter(users::email_canonical.gt(email)),
            Cursor::Created(at, id) => {
                let side = if search.sort == Sort::Oldest {
                    ">"
                } else {
                    "<"
                };
                query.filter(
                    sql::<Bool>("(users.created_at, users.id) ")
                        .sql(side)
                        .sql(" (")
                        .bind::<Timestamptz, _>(*at)
                        .sql(", ")
                        .bind::<SqlUuid, _>(*id)
                        .sql(")"),
                )
            }
        };
    }
    query = match search.sort {
        Sort::Newest => query.order((users::created_at.desc(), users::id.desc())),
        Sort::Oldest => query.order((users::created_at, users::id)),
        Sort::Email => query.order(users::email_canonical),
    };
    let rows: Vec<Columns> = query.load(&mut conn).await?;
    Ok(rows.into_iter().map(managed).collect())
}

/// A text as the beginning of others, for `LIKE`.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_taken_at_its_word() {
        assert_eq!(pattern(r"a_b%\c"), r"a\_b\%\\c%");
    }
}
