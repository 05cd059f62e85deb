//! The list of users, a page at a time. What a page costs hangs on its size, not on the number of
//! users: docs/performance.md has the plans.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query,
    sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::admin_users::{ManagedUser, managed};
use super::users::UserRow;
use crate::domain::{
    dashboard::Figure,
    user::Role,
    user_search::{Cursor, Sort, Status, UserSearch},
};

/// The most users that are counted.
pub const BOUND: i64 = 1000;
/// How many users are looked through in the order of the list, before an index gathers all who
/// match a text. A text that many match is found among these at once, wherever the page begins; one
/// that is not found there is rare enough to be gathered, or gathering costs less than looking on.
const NEAR: i64 = 2000;
/// The same in the order of addresses, where rows lie far apart and the address needs no gathering.
const NEAR_BY_ADDRESS: i64 = 500;

/// A row of the list. The second factor's time is looked up for the rows of the page alone.
#[derive(QueryableByName)]
struct Found {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    totp_confirmed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Up to `limit` users that a search finds, within a transaction of the caller.
pub async fn page(
    conn: &AsyncPgConnection,
    search: &UserSearch,
    limit: i64,
) -> QueryResult<Vec<ManagedUser>> {
    let order = order(search.sort);
    let statement = format!(
        "SELECT users.*, (SELECT t.confirmed_at FROM totp_authenticators AS t
            WHERE t.user_id = users.id) AS totp_confirmed_at
         FROM users WHERE id = ANY(ARRAY({})) ORDER BY {order}",
        ids(search)
    );
    plan_for_values(conn).await?;
    let rows: Vec<Found> = bound(&statement, search, limit).load(&mut &*conn).await?;
    let user = |found: Found| managed((found.user, found.totp_confirmed_at, found.deleted_at));
    Ok(rows.into_iter().map(user).collect())
}

/// How many users a search finds on all its pages, counted up to [`BOUND`]; within a transaction.
pub async fn count(conn: &AsyncPgConnection, search: &UserSearch) -> QueryResult<Figure> {
    let arms: &[&str] = match search.text {
        Some(_) => &[ADDRESS, NAME, ID],
        None => &["true"],
    };
    let arms: Vec<String> = arms.iter().map(|arm| of_each_kind("id", arm)).collect();
    let arms = arms.join(" UNION ALL ");
    let statement = format!(
        "SELECT count(*) AS count FROM (SELECT FROM ({arms}) AS found LIMIT $2) AS counted"
    );
    plan_for_values(conn).await?;
    let Count { count } = bound(&statement, search, BOUND)
        .get_result(&mut &*conn)
        .await?;
    Ok(Figure::bounded(count, BOUND))
}

/// What is looked for decides which index is quick, so each statement is planned for its own
/// values: a plan for any values would not know a rare beginning from a common one.
async fn plan_for_values(conn: &AsyncPgConnection) -> QueryResult<()> {
    sql_query("SET LOCAL plan_cache_mode = force_custom_plan")
        .execute(&mut &*conn)
        .await?;
    Ok(())
}

/// Who is found by a text, each user by one of these alone. `$3` is the text as a pattern, `$4` the
/// text as an id.
const ADDRESS: &str = "email_canonical LIKE lower($3)";
const NAME: &str = "lower(display_name) LIKE lower($3) AND email_canonical NOT LIKE lower($3)";
const ID: &str = "id = $4 AND email_canonical NOT LIKE lower($3)
    AND (lower(display_name) LIKE lower($3)) IS NOT TRUE";

/// A statement that selects the ids of a page, in no order. Users are found by their kinds, the
/// number that stands for what filters look at: an index has the users of each in order.
fn ids(search: &UserSearch) -> String {
    let order = order(search.sort);
    let (keys, after) = (keys(search.sort), after(search));
    // The first of each kind, in order: `limit` times the number of kinds are read at most.
    let first_of_each_kind = |condition: &str| {
        format!(
            "SELECT found.* FROM unnest($1) AS of(kind) CROSS JOIN LATERAL (
                SELECT {keys} FROM users WHERE users.kind = of.kind AND {condition} AND {after}
                ORDER BY {order} LIMIT $2) AS found"
        )
    };
    if search.text.is_none() {
        let found = if search.filters() {
            first_of_each_kind("true")
        } else {
            format!("SELECT {keys} FROM users WHERE {after}")
        };
        return format!("SELECT id FROM ({found}) AS found ORDER BY {order} LIMIT $2");
    }
    let gathered = |condition: &str| of_each_kind(keys, &format!("{condition} AND {after}"));
    let by_address = match search.sort {
        Sort::Email => first_of_each_kind(ADDRESS),
        Sort::Newest | Sort::Oldest => gathered(ADDRESS),
    };
    let arms = [by_address, gathered(NAME), gathered(ID)];
    let unless_near = |arm: String| {
        format!("SELECT * FROM ({arm}) AS arm WHERE (SELECT count(*) FROM near) < $2")
    };
    let arms = arms.map(unless_near).join(" UNION ALL ");
    let near = match search.sort {
        Sort::Email => NEAR_BY_ADDRESS,
        Sort::Newest | Sort::Oldest => NEAR,
    };
    format!(
        "WITH near AS MATERIALIZED (
            SELECT {keys} FROM (SELECT * FROM users WHERE {after} ORDER BY {order} LIMIT {near}) AS next
            WHERE kind = ANY($1)
                AND (email_canonical LIKE lower($3) OR lower(display_name) LIKE lower($3) OR id = $4)
            ORDER BY {order} LIMIT $2)
         SELECT id FROM (
            SELECT * FROM near WHERE (SELECT count(*) FROM near) >= $2 UNION ALL {arms}
         ) AS found ORDER BY {order} LIMIT $2"
    )
}

/// Columns of the users of each kind who meet a condition. Kind by kind, Postgres takes the index that
/// leads with it and has all the columns, and never fetches each row to look at it.
fn of_each_kind(columns: &str, condition: &str) -> String {
    format!(
        "SELECT found.* FROM unnest($1) AS of(kind) CROSS JOIN LATERAL (
            SELECT {columns} FROM users WHERE users.kind = of.kind AND {condition} OFFSET 0) AS found"
    )
}

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "created_at DESC, id DESC",
        Sort::Oldest => "created_at, id",
        Sort::Email => "email_canonical",
    }
}

/// The columns that the order and the ids take, which the indexes have.
fn keys(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest | Sort::Oldest => "id, created_at",
        Sort::Email => "id, email_canonical",
    }
}

/// That a user comes after the last one of the page before.
fn after(search: &UserSearch) -> &'static str {
    match (&search.after, search.sort) {
        (None, _) => "true",
        (Some(Cursor::Email(_)), _) => "email_canonical > $7",
        (Some(Cursor::Created(..)), Sort::Oldest) => "(created_at, id) > ($5, $6)",
        (Some(Cursor::Created(..)), _) => "(created_at, id) < ($5, $6)",
    }
}

/// A statement with everything that any of them asks for.
fn bound<'a>(statement: &str, search: &UserSearch, limit: i64) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    let text = search.text.as_deref();
    let (at, id, email) = match search.after.clone() {
        Some(Cursor::Created(at, id)) => (Some(at), Some(id), None),
        Some(Cursor::Email(email)) => (None, None, Some(email)),
        None => (None, None, None),
    };
    sql_query(statement)
        .into_boxed::<Pg>()
        .bind::<Array<SmallInt>, _>(kinds(search))
        .bind::<BigInt, _>(limit)
        .bind::<Nullable<Text>, _>(text.map(pattern))
        .bind::<Nullable<SqlUuid>, _>(text.and_then(|text| Uuid::try_parse(text).ok()))
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Nullable<Text>, _>(email)
}

/// The kinds of users that pass the filters: the sums that the column `users.kind` may have.
fn kinds(search: &UserSearch) -> Vec<i16> {
    let part =
        |wanted: Option<i16>, all: &[i16]| wanted.map_or_else(|| all.to_vec(), |one| vec![one]);
    let status = search.status.map(|status| match status {
        Status::Active => 0,
        Status::Disabled => 1,
        Status::Deleted => 2,
    });
    let flag = |wanted: Option<bool>, value: i16| {
        part(wanted.map(|on| if on { value } else { 0 }), &[0, value])
    };
    let parts = [
        flag(search.role.map(|role| role == Role::Admin), 4),
        flag(search.verified, 8),
        flag(search.two_factor, 16),
    ];
    parts.iter().fold(part(status, &[0, 1, 2]), |sums, part| {
        let with = |sum: i16| part.iter().map(move |value| sum + value);
        sums.into_iter().flat_map(with).collect()
    })
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

    #[test]
    fn every_mix_of_filters_is_some_of_the_kinds() {
        assert_eq!(kinds(&UserSearch::default()).len(), 24);
        let search = UserSearch {
            status: Some(Status::Disabled),
            role: Some(Role::User),
            two_factor: Some(true),
            ..UserSearch::default()
        };
        assert_eq!(kinds(&search), [17, 25]);
    }
}
