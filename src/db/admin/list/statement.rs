//! The statements of the list: which users a search finds, in which direction, and the values that they
//! bind.

use super::kinds::kinds;
use crate::domain::accounts::{
    user::Role,
    user_search::{Cursor, Sort, Status, Step, UserSearch},
};
use diesel::{
    pg::Pg,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query,
    sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};

/// How many users are read in the order of the list before all matches of a text are collected from the
/// index of words. A text with many matches is found among these at once, wherever the page begins.
pub(super) const NEAR: i64 = 2000;
/// The same if a few matches were found among those: with [`FEW`] of them, a page lies within about this
/// many users.
pub(super) const FURTHER: i64 = 25_000;
/// The number of matches among the next users after which a page is expected nearby.
pub(super) const FEW: usize = 5;
/// The most matches that are collected, since each is a row somewhere in the table. If a text has more, a
/// page of them is found by reading users in order.
pub(super) const GATHERED: i64 = 3000;
/// How many of the newest users are read for counting.
const NEAR_TO_COUNT: i64 = 4000;

/// The condition of a match: `$3` contains the words of the text, `$4` the text as an id.
const MATCHES: &str = "(search LIKE ALL (users_search_patterns($3)) OR id = $4)";
/// The words of a user in the index of words.
const ENTRIES: &str =
    "users_search_entries(search, disabled_at IS NOT NULL, deleted_at IS NOT NULL,
    role = 'admin', email_verified_at IS NULL, two_factor)";

/// The order in which users are read, and the position where the page begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Direction {
    sort: Sort,
    step: Option<bool>,
}

impl Direction {
    pub(super) fn of(search: &UserSearch) -> Self {
        let is_back = |step: &Step| matches!(step, Step::Before(_));
        Self {
            sort: search.sort,
            step: search.step.as_ref().map(is_back),
        }
    }

    /// Whether the last user of the page is read first.
    pub(super) fn is_backwards(self) -> bool {
        self.step == Some(true)
    }

    fn descends(self) -> bool {
        (self.sort == Sort::Newest) != self.is_backwards()
    }

    pub(super) fn order(self) -> &'static str {
        match (self.sort, self.descends()) {
            (Sort::Email, false) => "email_canonical",
            (Sort::Email, true) => "email_canonical DESC",
            (_, false) => "created_at, id",
            (_, true) => "created_at DESC, id DESC",
        }
    }

    /// The columns of the order and the ids, which the indexes contain.
    fn keys(self) -> &'static str {
        match self.sort {
            Sort::Newest | Sort::Oldest => "id, created_at",
            Sort::Email => "id, email_canonical",
        }
    }

    /// The condition that a user comes after the position where the page begins.
    fn after(self) -> &'static str {
        match (self.step, self.sort, self.descends()) {
            (None, ..) => "true",
            (Some(_), Sort::Email, false) => "email_canonical > $7",
            (Some(_), Sort::Email, true) => "email_canonical < $7",
            (Some(_), _, false) => "(created_at, id) > ($5, $6)",
            (Some(_), _, true) => "(created_at, id) < ($5, $6)",
        }
    }

    /// The ids of a page of users who pass the filters. Users are found by their kinds, the number that
    /// combines what filters use. An index has the users of each kind in order, and the first of each are
    /// read: at most `limit` times the number of kinds.
    pub(super) fn filtered(self, search: &UserSearch) -> String {
        let (order, keys, after) = (self.order(), self.keys(), self.after());
        let found = if search.filters() {
            format!(
                "SELECT found.* FROM unnest($1) AS of(kind) CROSS JOIN LATERAL (
                    SELECT {keys} FROM users WHERE users.kind = of.kind AND {after}
                    ORDER BY {order} LIMIT $2) AS found"
            )
        } else {
            format!("SELECT {keys} FROM users WHERE {after}")
        };
        format!("SELECT id FROM ({found}) AS found ORDER BY {order} LIMIT $2")
    }

    /// The ids of matches of a text among the next `near` users in order; a whole page if matches are
    /// frequent.
    pub(super) fn near(self, near: i64) -> String {
        let (order, keys, after) = (self.order(), self.keys(), self.after());
        format!(
            "SELECT id FROM (SELECT {keys}, kind, search FROM users WHERE {after}
                ORDER BY {order} LIMIT {near}) AS next
             WHERE kind = ANY($1) AND {MATCHES} ORDER BY {order} LIMIT $2"
        )
    }

    /// The ids of a page of matches of a text, however far away they are.
    pub(super) fn on_the_way(self) -> String {
        let (order, after) = (self.order(), self.after());
        format!(
            "SELECT id, 0::bigint AS count FROM users
             WHERE {after} AND kind = ANY($1) AND {MATCHES} ORDER BY {order} LIMIT $2"
        )
    }

    /// The ids of a page of all matches of a text, collected and sorted, each with the number of matches:
    /// [`GATHERED`] if there are more.
    pub(super) fn gathered(self, search: &UserSearch) -> String {
        let (order, keys, after) = (self.order(), self.keys(), self.after());
        let matches = gathered_matches(search);
        format!(
            "WITH found AS MATERIALIZED (SELECT {keys} FROM users
                WHERE {matches} AND kind = ANY($1) AND {after} LIMIT {GATHERED})
             SELECT id, (SELECT count(*) FROM found) AS count FROM found ORDER BY {order} LIMIT $2"
        )
    }
}

/// The number of users who pass the filters.
pub(super) fn count_filtered() -> String {
    "SELECT count(*) AS count FROM (SELECT FROM unnest($1) AS of(kind) CROSS JOIN LATERAL (
        SELECT FROM users WHERE users.kind = of.kind OFFSET 0) AS found LIMIT $2) AS counted"
        .to_owned()
}

/// The number of matches among the newest users.
pub(super) fn count_near() -> String {
    format!(
        "SELECT count(*) AS count FROM (SELECT FROM (
            SELECT * FROM users ORDER BY created_at DESC, id DESC LIMIT {NEAR_TO_COUNT}) AS next
         WHERE kind = ANY($1) AND {MATCHES} LIMIT $2) AS counted"
    )
}

/// The number of matches of a text.
pub(super) fn count_candidates(search: &UserSearch) -> String {
    let matches = gathered_matches(search);
    format!(
        "WITH found AS MATERIALIZED (SELECT id FROM users WHERE {matches} AND kind = ANY($1))
         SELECT count(*) AS count FROM (SELECT FROM found LIMIT $2) AS counted"
    )
}

/// The ids of the users that a search finds, in no particular order.
pub(super) fn matching_ids(search: &UserSearch) -> String {
    let matches = match search.text {
        Some(_) => gathered_matches(search),
        None => "true".to_owned(),
    };
    format!("SELECT id, 0::bigint AS count FROM users WHERE {matches} AND kind = ANY($1) LIMIT $2")
}

/// Like [`MATCHES`], with the filters that the index of words contains: it reads no further than the
/// rarest of all conditions.
fn gathered_matches(search: &UserSearch) -> String {
    let mut states = Vec::new();
    match search.status {
        Some(Status::Active) => states.extend(["!=disabled"]),
        Some(Status::Disabled) => states.extend(["=disabled", "!=deleted"]),
        Some(Status::Deleted) => states.extend(["=deleted"]),
        None => {}
    }
    let mut flag = |wanted: Option<bool>, yes, no| {
        states.extend(wanted.map(|wanted| if wanted { yes } else { no }));
    };
    flag(
        search.role.map(|role| role == Role::Admin),
        "=admin",
        "!=admin",
    );
    flag(search.verified, "!=unverified", "=unverified");
    flag(search.two_factor, "=two_factor", "!=two_factor");
    let states = states.into_iter().map(|state| {
        let (not, state) = state
            .strip_prefix('!')
            .map_or(("", state), |state| ("!", state));
        format!(" && tsquery $${not}'{state}'$$")
    });
    let states: String = states.collect();
    format!("({ENTRIES} @@ (users_search_query($3){states}) OR id = $4) AND {MATCHES}")
}

/// A statement with all values that any of them binds.
pub(super) fn bound<'a>(
    statement: &str,
    search: &UserSearch,
    limit: i64,
) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    let text = search.text.as_ref();
    let (at, id, email) = match search.step.clone() {
        Some(Step::Behind(place) | Step::Before(place)) => match place {
            Cursor::Created(at, id) => (Some(at), Some(id), None),
            Cursor::Email(email) => (None, None, Some(email)),
        },
        None => (None, None, None),
    };
    sql_query(statement)
        .into_boxed::<Pg>()
        .bind::<Array<SmallInt>, _>(kinds(search))
        .bind::<BigInt, _>(limit)
        .bind::<Nullable<Array<Text>>, _>(text.map(|text| text.words.clone()))
        .bind::<Nullable<SqlUuid>, _>(text.and_then(|text| text.id))
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Nullable<Text>, _>(email)
}
