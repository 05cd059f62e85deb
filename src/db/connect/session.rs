//! The settings of a session, whatever the defaults of the server, the database, the role and the URL's
//! `options`; and whether the session is ours alone.

use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{
    error::{ConnectError, with_sources},
    watched::Patience,
};

/// Time limits on a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) struct Bounds {
    /// Of a statement, enforced by the server. It includes streaming its rows.
    statement: Duration,
    /// Of an answer and of each pause in it, enforced by us, since a stopped server ends nothing.
    pub(super) silence: Duration,
    /// Of a transaction without a statement, enforced by the server.
    idle_in_transaction: Duration,
    /// Of waiting for a row or a lock of another transaction, enforced by the server.
    lock: Duration,
}

impl Bounds {
    /// For work that a client waits for.
    pub(in crate::db) const REQUEST: Self = Self {
        statement: Duration::from_secs(8),
        silence: Duration::from_secs(10),
        idle_in_transaction: Duration::from_mins(1),
        // Shorter than a request waits for a connection, so that requests waiting for one row never occupy
        // all connections for long.
        lock: Duration::from_secs(3),
    };
    /// For imports, undoing them, purges and checks of the whole log, which no client waits for.
    pub(in crate::db) const BACKGROUND: Self = Self {
        statement: Duration::from_mins(5),
        silence: Duration::from_secs(310),
        // Rows may come from a pipe.
        idle_in_transaction: Duration::ZERO,
        lock: Duration::from_secs(3),
    };
    /// For migrations, which may build an index over a large table.
    pub(in crate::db) const MIGRATION: Self = Self {
        statement: Duration::from_hours(1),
        silence: Duration::from_secs(3610),
        idle_in_transaction: Duration::ZERO,
        lock: Duration::ZERO,
    };

    /// The settings of the server, in milliseconds; 0 is no limit.
    fn settings(&self) -> [(&'static str, String); 3] {
        let millis = |limit: Duration| limit.as_millis().to_string();
        [
            ("statement_timeout", millis(self.statement)),
            (
                "idle_in_transaction_session_timeout",
                millis(self.idle_in_transaction),
            ),
            ("lock_timeout", millis(self.lock)),
        ]
    }

    /// Applies these limits to an open session.
    pub(in crate::db) async fn apply(
        &self,
        conn: &mut AsyncPgConnection,
        patience: &Patience,
    ) -> QueryResult<()> {
        let set = self
            .settings()
            .map(|(name, value)| format!("SET {name} = {value}"));
        conn.batch_execute(&set.join(";")).await?;
        patience.set(self.silence);
        Ok(())
    }
}

/// Settings whose defaults must not change the meaning of our statements or how long they wait. A time of
/// 0 is no limit. Settings that a version of Postgres does not have are skipped.
///
/// `search_path` is not among them: operators use it to choose the schema of the tables.
const SETTINGS: &[(&str, &str)] = &[
    // Each statement sees what was committed before it. It waits for a row that is being changed, and
    // evaluates it again. The conditional statements of one-time things rely on that.
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("default_transaction_deferrable", "off"),
    // Our statements look rows up by key, which has one good plan. By default, Postgres plans many of them
    // again for each execution, which takes longer than executing them.
    ("plan_cache_mode", "force_generic_plan"),
    ("transaction_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
    ("standard_conforming_strings", "on"),
    ("array_nulls", "on"),
    ("transform_null_equals", "off"),
    // A policy that hides rows would make existing data look missing.
    ("row_security", "on"),
];

/// Sets the session up. Returns whether the server is a standby.
pub(super) async fn set_up(
    client: &Client,
    bounds: &Bounds,
) -> Result<bool, tokio_postgres::Error> {
    let limits = bounds.settings();
    let fixed = SETTINGS.iter().map(|(name, value)| (*name, *value));
    let limits = limits.iter().map(|(name, value)| (*name, value.as_str()));
    let values: Vec<String> = fixed
        .chain(limits)
        .map(|(name, value)| format!("('{name}', '{value}')"))
        .collect();
    // Without prepared statements, which a pooler may not support. The time limit comes first, so that it
    // applies to the others.
    let answer = client
        .simple_query(&format!(
            "SET statement_timeout = {};
             SELECT set_config(name, value, false) FROM (VALUES {}) AS said (name, value)
               WHERE current_setting(name, true) IS NOT NULL;
             SELECT pg_catalog.pg_is_in_recovery()",
            bounds.statement.as_millis(),
            values.join(", ")
        ))
        .await?;
    let last = answer.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(last == Some("t"))
}

/// How long a pooler may let the other session wait before the check is inconclusive.
const PATIENCE: Duration = Duration::from_secs(3);

/// What one session sets must be invisible to the other, and the first must still find it while the other
/// is working. A pooler that assigns connections transaction by transaction shares locks and settings of
/// sessions, and loses prepared statements.
///
/// `false` if it is inconclusive.
pub(super) async fn refuse_pooler(one: &Client, other: &Client) -> Result<bool, ConnectError> {
    let failed = |e: tokio_postgres::Error| ConnectError::Connect(with_sources(&e));
    let set = "SELECT set_config('vestibule.session', pg_backend_pid() || ' ' || clock_timestamp(), false)";
    let mark = first(&one.simple_query(set).await.map_err(failed)?);
    let looking = other.simple_query("BEGIN; SELECT current_setting('vestibule.session', true)");
    // A pooler with one connection in session mode lets the other session wait; another check finds that.
    let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await else {
        return Ok(false);
    };
    // A pooler in statement mode does not allow transactions.
    let seen = match seen {
        Ok(seen) => seen,
        Err(error) if error.code().is_some() => return Err(ConnectError::Pooler),
        Err(error) => return Err(failed(error)),
    };
    // This comes first: a pooler with a single connection has given it to the other session.
    if first(&seen) == mark {
        return Err(ConnectError::Pooler);
    }
    let again = one.simple_query("SELECT current_setting('vestibule.session', true)");
    let Ok(kept) = tokio::time::timeout(PATIENCE, again).await else {
        let why = format!("no answer within {} s", PATIENCE.as_secs());
        return Err(ConnectError::OneAtATime(why));
    };
    let kept = kept.map_err(failed)?;
    other.simple_query("ROLLBACK").await.map_err(failed)?;
    if first(&kept) != mark {
        return Err(ConnectError::Pooler);
    }
    Ok(true)
}

fn first(answer: &[SimpleQueryMessage]) -> Option<String> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}
