//! Reading the audit log as a whole: by filters, and by pages that begin after a number.

use std::{cmp::Reverse, collections::HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

use crate::db::schema::{audit_events, users};

/// How far the times of events may be out of the order of their numbers: what a transaction takes
/// between the time it notes and the number it gets, and what the clocks of nodes differ by.
const OUT_OF_ORDER: TimeDelta = TimeDelta::minutes(10);
/// How many events have to agree on where a time lies: one node with a wrong clock must not decide.
const WITNESSES: i64 = 100;

/// Which events; all of them where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub actor: Option<Uuid>,
    pub subject: Option<Uuid>,
    /// The hash of an address without account.
    pub subject_hash: Option<[u8; 32]>,
    pub event: Option<String>,
    /// Not before,
    pub from: Option<DateTime<Utc>>,
    /// but before this time.
    pub to: Option<DateTime<Utc>>,
    /// Where such events can be, so that nothing else is read.
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Those after this one,
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

/// Where a page begins, and in which direction it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// Older than this number, newest first.
    Before(i64),
    /// Newer than this number, oldest first.
    After(i64),
}

impl Page {
    /// The newest.
    pub const NEWEST: Self = Self::Before(i64::MAX);
    /// The oldest.
    pub const OLDEST: Self = Self::After(i64::MIN);
}

/// An event with all there is to it.
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

/// The address of the invitation that an event names. A row that was tampered with names none.
fn invited() -> SqlLiteral<Nullable<Text>> {
    sql("(CASE WHEN audit_events.detail->>'invitation' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          THEN (SELECT i.email FROM invitations AS i
                WHERE i.id = (audit_events.detail->>'invitation')::uuid) END)")
}

#[cfg(test)]
impl LoggedEvent {
    /// One that wants care in any form: a formula, a quote and a sequence for terminals in it.
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

/// The numbers between which the events of these times lie.
///
/// Times follow the numbers but for a few minutes, so the events well before and well after tell
/// where to begin and where to end. Near the ends of the log there are too few of them, and too few
/// to be worth it.
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

/// A filter that has an index of its own, in the order of the pages.
#[derive(Clone, Copy)]
enum Lead<'a> {
    Actor(Uuid),
    User(Uuid),
    Address(&'a [u8]),
    Event(&'a str),
}

/// Up to `limit` events of a page, within a transaction of the caller.
///
/// Where several filters are given, which of them is rare is known for the very values alone, so
/// each statement is planned for its own. An index in the order of the page is always taken: where
/// its statistics are old, Postgres would rather sort all that follows, page after page.
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
    // An `OR` of two indexes would have all events of both sorted for each page.
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

type Query<'a> = audit_events::BoxedQuery<'a, Pg>;

async fn events(
    mut conn: &AsyncPgConnection,
    filter: &Filter,
    leads: &[Lead<'_>],
    page: Page,
    limit: i64,
) -> QueryResult<Vec<LoggedEvent>> {
    let Span { after, before } = filter.span;
    let (span, newest_first) = match page {
        Page::Before(seq) => (
            Span {
                after,
                before: before.min(seq),
            },
            true,
        ),
        Page::After(seq) => (
            Span {
                after: after.max(seq),
                before,
            },
            false,
        ),
    };
    let mut query: Query<'_> = audit_events::table.into_boxed();
    // The span has found the place; the index of times would have all from there on sorted.
    if let Some(from) = filter.from {
        query = query.filter(sql::<Bool>("at + interval '0' >= ").bind::<Timestamptz, _>(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(sql::<Bool>("at + interval '0' < ").bind::<Timestamptz, _>(to));
    }
    query = match leads {
        [lead] => alone(query, *lead, span, newest_first),
        [Lead::Event(event), lead] | [lead, Lead::Event(event)] => {
            with_event(query, *lead, event, span, newest_first)
        }
        several => several
            .iter()
            .fold(query, |query, lead| equal(query, *lead))
            .filter(audit_events::seq.gt(span.after))
            .filter(audit_events::seq.lt(span.before)),
    };
    query = if newest_first {
        query.then_order_by(audit_events::seq.desc())
    } else {
        query.then_order_by(audit_events::seq.asc())
    };
    query
        .limit(limit)
        .select(LoggedEvent::as_select())
        .load(&mut conn)
        .await
}

fn equal<'a>(query: Query<'a>, lead: Lead<'a>) -> Query<'a> {
    match lead {
        Lead::Actor(id) => query.filter(audit_events::actor_id.eq(id)),
        Lead::User(id) => query.filter(audit_events::subject_id.eq(id)),
        Lead::Address(hash) => query.filter(audit_events::subject_hash.eq(hash)),
        Lead::Event(name) => query.filter(audit_events::event.eq(name)),
    }
}

/// An event and another filter, as a range within the index of both: two frequent values may never
/// meet, and as two equations Postgres would pass all that either of them has. As a range of all three
/// columns it would pass all other events of the first.
fn with_event<'a>(
    query: Query<'a>,
    lead: Lead<'a>,
    event: &'a str,
    span: Span,
    newest_first: bool,
) -> Query<'a> {
    let range = sql::<Bool>("((event, seq) > (")
        .bind::<Text, _>(event)
        .sql(", ")
        .bind::<BigInt, _>(span.after)
        .sql(") AND (event, seq) < (")
        .bind::<Text, _>(event)
        .sql(", ")
        .bind::<BigInt, _>(span.before)
        .sql("))");
    let query = equal(query, lead).filter(range);
    if newest_first {
        query.order(audit_events::event.desc())
    } else {
        query.order(audit_events::event.asc())
    }
}

/// The only filter, as a range of its index in the order of that index. For the same as an equation
/// Postgres would walk the numbers where it takes a value for a frequent one, also when all of it
/// happened long ago.
fn alone<'a>(query: Query<'a>, lead: Lead<'a>, span: Span, newest_first: bool) -> Query<'a> {
    macro_rules! range {
        ($column:ident, $kind:ty, $value:expr) => {{
            let name = stringify!($column);
            let range = sql::<Bool>(&format!("(({name}, seq) > ("))
                .bind::<$kind, _>($value)
                .sql(", ")
                .bind::<BigInt, _>(span.after)
                .sql(&format!(") AND ({name}, seq) < ("))
                .bind::<$kind, _>($value)
                .sql(", ")
                .bind::<BigInt, _>(span.before)
                .sql("))");
            // Two of the indexes leave those without out.
            let query = query
                .filter(audit_events::$column.is_not_null())
                .filter(range);
            if newest_first {
                query.order(audit_events::$column.desc())
            } else {
                query.order(audit_events::$column.asc())
            }
        }};
    }
    match lead {
        Lead::Actor(id) => range!(actor_id, SqlUuid, id),
        Lead::User(id) => range!(subject_id, SqlUuid, id),
        Lead::Address(hash) => range!(subject_hash, Bytea, hash),
        Lead::Event(name) => range!(event, Text, name),
    }
}

/// The addresses of those of these users whose account is still there.
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
