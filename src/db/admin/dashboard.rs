//! Counts for the dashboard. None reads more than a limited part of a table, however large it is: rows
//! with an index are counted up to a bound, others are estimated from a sample of pages.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Double, Nullable, Text, Timestamptz},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::domain::{
    dashboard::{Figure, Span},
    sign_in::attempts::{CEILING, LONGEST_PAUSE},
};

/// The most rows of one kind or one time span that are counted.
pub const BOUND: i64 = 20_000;
/// The most pages of a table that are read for a sample: 16 MiB.
const PAGES: i64 = 2048;
/// The same for a less important count: 2 MiB.
const FEW_PAGES: i64 = 256;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Percent {
    #[diesel(sql_type = Double)]
    percent: f64,
}

/// Rows of a table that match a condition, estimated from at most this many pages. The same pages are read
/// each time, so that the estimate changes only with the table.
async fn sampled(
    mut conn: &AsyncPgConnection,
    table: &str,
    condition: &str,
    now: DateTime<Utc>,
    most_pages: i64,
) -> QueryResult<Figure> {
    let pages = "SELECT LEAST(100.0, 100.0 * $1 / GREATEST(1, pg_relation_size($2::regclass)
            / current_setting('block_size')::bigint))::float8 AS percent";
    let Percent { percent } = sql_query(pages)
        .bind::<BigInt, _>(most_pages)
        .bind::<Text, _>(table)
        .get_result(&mut conn)
        .await?;
    let counted = format!(
        "SELECT count(*) AS count FROM {table} TABLESAMPLE SYSTEM ($1) REPEATABLE (0)
         WHERE ({condition}) AND $2 IS NOT NULL"
    );
    let Count { count } = sql_query(counted)
        .bind::<Double, _>(percent)
        .bind::<Timestamptz, _>(now)
        .get_result(&mut conn)
        .await?;
    Ok(Figure::sampled(count, percent))
}

/// All accounts, including deleted ones that are not erased yet.
pub async fn users(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    sampled(conn, "users", "true", now, PAGES).await
}

/// The same from a smaller sample.
pub async fn users_at_a_glance(
    conn: &AsyncPgConnection,
    now: DateTime<Utc>,
) -> QueryResult<Figure> {
    sampled(conn, "users", "true", now, FEW_PAGES).await
}

/// Accounts with a second factor.
pub async fn second_factors(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    sampled(conn, "users", "two_factor", now, PAGES).await
}

/// Sessions that have neither ended nor expired. Each rotation changes the expiry, so it has no index.
pub async fn sessions(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    let living = "revoked_at IS NULL AND expires_at > $2 AND absolute_expires_at > $2";
    sampled(conn, "sessions", living, now, PAGES).await
}

/// Rows that an index finds, up to the bound. `$1` in the condition is a time.
async fn bounded(
    mut conn: &AsyncPgConnection,
    table: &str,
    condition: &str,
    at: DateTime<Utc>,
) -> QueryResult<Figure> {
    let counted = format!(
        "SELECT count(*) AS count FROM
         (SELECT 1 FROM {table} WHERE {condition} AND $1 IS NOT NULL LIMIT {BOUND}) AS found"
    );
    let Count { count } = sql_query(counted)
        .bind::<Timestamptz, _>(at)
        .get_result(&mut conn)
        .await?;
    Ok(Figure::bounded(count, BOUND))
}

/// Mails that are waiting to be sent.
pub async fn mails_waiting(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    bounded(
        conn,
        "mails",
        "sealed IS NOT NULL AND dropped_at IS NULL AND NOT decoy",
        now,
    )
    .await
}

/// Mails that failed in the last 30 days, after which they are deleted.
pub async fn mails_given_up(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    let given_up = "dropped_at > $1 AND NOT decoy";
    bounded(conn, "mails", given_up, now - TimeDelta::days(30)).await
}

/// Counters of failed attempts that are paused now. Counters older than the longest pause need not be
/// read.
pub async fn paused(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    let longest = LONGEST_PAUSE.as_secs();
    let paused = format!(
        "failures > 0 AND failures < {CEILING} AND next_allowed_at > $1
         AND tried_at > $1::timestamptz - interval '{longest} seconds'"
    );
    bounded(conn, "account_throttles", &paused, now).await
}

/// Counters of failed attempts that refuse unknown browsers until the address is unlocked.
pub async fn blocked(conn: &AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<Figure> {
    let blocked = format!("failures >= {CEILING}");
    bounded(conn, "account_throttles", &blocked, now).await
}

/// The number of events with a name in each time span, each up to the bound.
pub async fn events(
    mut conn: &AsyncPgConnection,
    event: &str,
    spans: &[Span],
) -> QueryResult<Vec<Figure>> {
    let counted = format!(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM audit_events AS e
            WHERE e.event = $1 AND e.at >= span.since AND e.at < span.until
            LIMIT {BOUND}) AS found) AS count
         FROM unnest($2, $3) WITH ORDINALITY AS span(since, until, n) ORDER BY n"
    );
    let (from, to): (Vec<_>, Vec<_>) = spans.iter().map(|span| (span.from, span.to)).unzip();
    let rows: Vec<Count> = sql_query(counted)
        .bind::<Text, _>(event)
        .bind::<Array<Timestamptz>, _>(from)
        .bind::<Array<Timestamptz>, _>(to)
        .get_results(&mut conn)
        .await?;
    let figure = |row: Count| Figure::bounded(row.count, BOUND);
    Ok(rows.into_iter().map(figure).collect())
}

/// The latest migration that ran.
pub async fn last_migration(mut conn: &AsyncPgConnection) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = Nullable<Text>)]
        version: Option<String>,
    }
    let last: Last =
        sql_query("SELECT max(version)::text AS version FROM __diesel_schema_migrations")
            .get_result(&mut conn)
            .await?;
    Ok(last.version)
}
