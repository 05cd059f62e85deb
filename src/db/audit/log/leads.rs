//! Events by the filter that leads: each such filter has an index in the order of the pages.

use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Bool, Bytea, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Filter, LoggedEvent, Page, Span};
use crate::db::schema::audit_events;

/// A filter with its own index in the order of the pages.
#[derive(Clone, Copy)]
pub(super) enum Lead<'a> {
    Actor(Uuid),
    User(Uuid),
    Address(&'a [u8]),
    Event(&'a str),
}

type Query<'a> = audit_events::BoxedQuery<'a, Pg>;

pub(super) async fn events(
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
    // The span has determined the position; with the index of times, Postgres would sort all events from
    // there on.
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

/// Filters by an event and another column, as a range within the index over both. Two frequent values may never occur
/// together; with two `column = value` conditions Postgres would read all rows of one of them, and with a range over
/// all three columns all rows with the first value.
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

/// Filters by one column alone, as a range over its index, in index order. With `column = value` instead, Postgres may
/// scan the whole log by `seq` when it estimates that the value is frequent. That is slow if all matching events are
/// old.
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
            // Two of the indexes leave out rows without a value.
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
