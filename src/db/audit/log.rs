//! Reading the audit log as a whole: by filters, and in pages that begin after a number.

mod leads;

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

use crate::db::schema::{audit_events, users};
use leads::{Lead, events};

/// How much the order of event times may differ from the order of their numbers: the time between reading
/// the clock and getting the number in a transaction, and the difference between the clocks of nodes.
const OUT_OF_ORDER: TimeDelta = TimeDelta::minutes(10);
/// How many events must agree on the position of a time: a single node with a wrong clock must not decide.
const WITNESSES: i64 = 100;

/// Filters for events; without any, all events.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub actor: Option<Uuid>,
    pub subject: Option<Uuid>,
    /// The hash of an address without account.
    pub subject_hash: Option<[u8; 32]>,
    pub event: Option<String>,
    /// Not before this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// The range of numbers in which matching events can be, so that nothing else is read.
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// After this number,
    pub after: i64,
    /// and before this one.
    pub before: i64,
}

impl Default for Span {
    fn default() -> Self {
        Self {
            after: i64::MIN,
            before: i64::MAX,
        }
    }
}

/// Where a page begins, and in which direction it continues.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// Older than this number, newest first.
    Before(i64),
    /// Newer than this number, oldest first.
    After(i64),
}

impl Page {
    /// The newest events.
    pub const NEWEST: Self = Self::Before(i64::MAX);
    /// The oldest events.
    pub const OLDEST: Self = Self::After(i64::MIN);
}

/// An event with all its columns.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct LoggedEvent {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub event: String,
    pub level: String,
    pub actor_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    /// The hash of an address without account.
    pub subject_hash: Option<Vec<u8>>,
    pub session_id: Option<Uuid>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
    pub detail: Value,
    /// The address that an admin invited, while the invitation is kept.
    #[diesel(select_expression = invited(), select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub invited: Option<String>,
}

/// The address of the invitation that an event names. `NULL` for a row that was tampered with.
fn invited() -> SqlLiteral<Nullable<Text>> {
    sql("(CASE WHEN audit_events.detail->>'invitation' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          THEN (SELECT i.email FROM invitations AS i
                WHERE i.id = (audit_events.detail->>'invitation')::uuid) END)")
}

#[cfg(test)]
impl LoggedEvent {
    /// An event with a formula, a quote and a terminal sequence, for tests of every format.
    pub(crate) fn sample() -> Self {
        Self {
            seq: 7,
            at: DateTime::from_timestamp_micros(1_772_546_700_123_456).unwrap(),
            event: "signed_in".to_owned(),
            level: "info".to_owned(),
            actor_id: Some(Uuid::nil()),
            subject_id: None,
            subject_hash: Some(vec![0xab; 2]),
            session_id: None,
            ip: Some("192.0.2.7/32".parse().unwrap()),
            user_agent: Some("=1+1,\"\u{1b}[2J".to_owned()),
            detail: serde_json::json!({ "methods": ["pwd"] }),
            invited: None,
        }
    }
}

/// The range of numbers that contains the events of these times.
///
/// Times follow the numbers except for a few minutes, so events well before and well after determine the
/// range. Near the ends of the log there are too few of them, and the range is not restricted there.
pub async fn span(
    mut conn: &AsyncPgConnection,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> QueryResult<Span> {
    #[derive(QueryableByName)]
    struct Ends {
        #[diesel(sql_type = Nullable<BigInt>)]
        after: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        before: Option<i64>,
    }
    let all = Span::default();
    if from.is_none() && to.is_none() {
        return Ok(all);
    }
    let ends = "SELECT
        (SELECT min(seq) FROM (SELECT seq FROM audit_events WHERE at < $1 ORDER BY at DESC LIMIT $3)
            AS older HAVING count(*) = $3) AS after,
        (SELECT max(seq) FROM (SELECT seq FROM audit_events WHERE at >= $2 ORDER BY at LIMIT $3)
            AS newer HAVING count(*) = $3) AS before";
    let ends: Ends = sql_query(ends)
        .bind::<Nullable<Timestamptz>, _>(from.map(|from| from - OUT_OF_ORDER))
        .bind::<Nullable<Timestamptz>, _>(to.map(|to| to + OUT_OF_ORDER))
        .bind::<BigInt, _>(WITNESSES)
        .get_result(&mut conn)
        .await?;
    Ok(Span {
        after: ends.after.unwrap_or(all.after),
        before: ends.before.unwrap_or(all.before),
    })
}

/// Up to `limit` events of a page, within the caller's transaction.
///
/// With several filters, only their values tell which one is rare, so each statement is planned for its
/// values. It always uses an index in the order of the page: with old statistics, Postgres would sort all
/// later events for every page.
pub async fn page(
    mut conn: &AsyncPgConnection,
    filter: &Filter,
    page: Page,
    limit: i64,
) -> QueryResult<Vec<LoggedEvent>> {
    sql_query(
        "SELECT set_config(name, value, true) FROM (VALUES
            ('plan_cache_mode', 'force_custom_plan'), ('enable_sort', 'off')) AS kept(name, value)",
    )
    .execute(&mut conn)
    .await?;
    let mut leads: Vec<Lead<'_>> = filter.actor.map(Lead::Actor).into_iter().collect();
    leads.extend(filter.event.as_deref().map(Lead::Event));
    let user = filter.subject.map(Lead::User);
    let address = filter.subject_hash.as_ref();
    let address = address.map(|hash| Lead::Address(hash.as_slice()));
    let (Some(user), Some(address)) = (user, address) else {
        leads.extend(user.or(address));
        return events(conn, filter, &leads, page, limit).await;
    };
    // With an `OR` of two indexes, Postgres would sort all events of both for each page.
    let of_user = [leads.as_slice(), &[user]].concat();
    let of_address = [leads.as_slice(), &[address]].concat();
    let mut both = events(conn, filter, &of_user, page, limit).await?;
    both.extend(events(conn, filter, &of_address, page, limit).await?);
    match page {
        Page::Before(_) => both.sort_by_key(|event| Reverse(event.seq)),
        Page::After(_) => both.sort_by_key(|event| event.seq),
    }
    both.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(both)
}

/// The addresses of those of these users whose account still exists.
pub async fn addresses(
    mut conn: &AsyncPgConnection,
    ids: &[Uuid],
) -> QueryResult<HashMap<Uuid, String>> {
    let found: Vec<(Uuid, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::email))
        .load(&mut conn)
        .await?;
    Ok(found.into_iter().collect())
}
