//! Counters of failed attempts. One statement checks and counts an attempt, so concurrent attempts on any
//! nodes never exceed the rule.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::case_when,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::methods::FilterDsl,
    sql_types::{Array, Binary, Integer, Timestamptz},
    upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::{Transaction, prepared::Prepare, schema::account_throttles as throttles};

/// How much the clocks of nodes may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// Allows an attempt and counts it; `false` if its time has not come, or `pauses` allows no more attempts.
/// `pauses` are the seconds after each attempt in a row.
pub async fn reserve(
    mut conn: &AsyncPgConnection,
    key: &[u8; 32],
    pauses: &[i32],
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let reserve = Reserve { key, pauses, now };
    let counted: Option<i32> = reserve.get_result(&mut conn).await.optional()?;
    Ok(counted.is_some())
}

/// The statement of [`reserve`]. Diesel's query builder has no array subscripts.
struct Reserve<'a> {
    key: &'a [u8],
    pauses: &'a [i32],
    now: DateTime<Utc>,
}

impl QueryId for Reserve<'_> {
    type QueryId = Reserve<'static>;
    /// The text never varies, so the statement is prepared once for each connection.
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Reserve<'_> {
    type SqlType = Integer;
}

impl QueryFragment<Pg> for Reserve<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO account_throttles AS t (key, failures, tried_at, next_allowed_at) \
             SELECT new.key, 1, new.now, new.now + make_interval(secs => new.pauses[1]) FROM (SELECT ",
        );
        out.push_bind_param::<Binary, _>(self.key)?;
        out.push_sql(" AS key, ");
        out.push_bind_param::<Array<Integer>, _>(self.pauses)?;
        out.push_sql(" AS pauses, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " AS now) AS new ON CONFLICT (key) DO UPDATE SET \
             failures = t.failures + 1, tried_at = excluded.tried_at, \
             next_allowed_at = excluded.tried_at + make_interval(secs => (",
        );
        out.push_bind_param::<Array<Integer>, _>(self.pauses)?;
        out.push_sql(
            ")[t.failures + 1]) WHERE (t.next_allowed_at <= excluded.tried_at OR coalesce((",
        );
        out.push_bind_param::<Array<Integer>, _>(self.pauses)?;
        // Without a pause, concurrent attempts may arrive out of clock order; allow them.
        out.push_sql(")[t.failures], 0) = 0 OR t.next_allowed_at > excluded.tried_at + make_interval(secs => 60 + (");
        out.push_bind_param::<Array<Integer>, _>(self.pauses)?;
        // A wait that is longer than the pause itself was set by a fast clock.
        out.push_sql(")[t.failures])) AND t.failures < cardinality(");
        out.push_bind_param::<Array<Integer>, _>(self.pauses)?;
        out.push_sql(") RETURNING failures");
        Ok(())
    }
}

/// Uncounts an attempt that was allowed `at` that time and never checked. If no attempt followed, its
/// pause is removed as well.
pub async fn give_back(
    mut conn: &AsyncPgConnection,
    key: &[u8; 32],
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let is_the_last = throttles::tried_at.eq(at);
    let next = case_when(is_the_last, throttles::tried_at).otherwise(throttles::next_allowed_at);
    diesel::update(throttles::table.find(&key[..]))
        .filter(throttles::failures.gt(0))
        .set((
            throttles::failures.eq(throttles::failures - 1),
            throttles::next_allowed_at.eq(next),
        ))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = throttles, check_for_backend(diesel::pg::Pg))]
pub struct Counter {
    pub key: Vec<u8>,
    /// No attempt is allowed before this time.
    pub next_allowed_at: DateTime<Utc>,
}

/// Those of these counters that exist.
pub async fn find(mut conn: &AsyncPgConnection, keys: &[[u8; 32]]) -> QueryResult<Vec<Counter>> {
    let keys: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
    FilterDsl::filter(throttles::table, throttles::key.eq_any(keys))
        .select(Counter::as_select())
        .load(&mut conn)
        .await
}

/// Whether something that happens at most once in `period` may happen now; if so, this is recorded. If the
/// transaction is rolled back, it may happen again.
pub async fn once(
    tx: &Transaction<'_>,
    key: &[u8; 32],
    now: DateTime<Utc>,
    period: TimeDelta,
) -> QueryResult<bool> {
    let upsert = diesel::insert_into(throttles::table)
        .values((
            throttles::key.eq(&key[..]),
            throttles::failures.eq(0),
            throttles::tried_at.eq(now),
            throttles::next_allowed_at.eq(now + period),
        ))
        .on_conflict(throttles::key)
        .do_update()
        .set((
            throttles::tried_at.eq(excluded(throttles::tried_at)),
            throttles::next_allowed_at.eq(excluded(throttles::next_allowed_at)),
        ));
    // One that is further ahead was recorded by a fast clock.
    let due = throttles::next_allowed_at
        .le(now)
        .or(throttles::next_allowed_at.gt(now + period + CLOCKS_DIFFER));
    let rows = FilterDsl::filter(upsert, due)
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}

/// Deletes a counter after a success. `false` if there was none.
pub async fn clear(mut conn: &AsyncPgConnection, key: &[u8; 32]) -> QueryResult<bool> {
    let rows = diesel::delete(throttles::table.find(&key[..]))
        .execute(&mut conn)
        .await?;
    Ok(rows == 1)
}

/// Deletes a counter that has reached `ceiling`; `false` if it has not.
pub async fn clear_blocked(
    tx: &Transaction<'_>,
    key: &[u8; 32],
    ceiling: i32,
) -> QueryResult<bool> {
    let rows = diesel::delete(throttles::table.find(&key[..]))
        .filter(throttles::failures.ge(ceiling))
        .execute(&mut tx.connection())
        .await?;
    Ok(rows == 1)
}
