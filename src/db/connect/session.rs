//! How a session is set, whatever the defaults of the server, the database, the role and the URL's
//! `options` are; and whether it is ours alone.

use std::time::Duration;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{ConnectError, Patience, with_sources};

/// How long things may take on a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) struct Bounds {
    /// A statement, by the server. Streaming its rows counts.
    statement: Duration,
    /// An answer, and each pause in it, by us: a server that is stopped ends nothing.
    pub(super) silence: Duration,
    /// A transaction without a statement, by the server.
    idle_in_transaction: Duration,
    /// A row or a lock that another transaction holds, by the server.
    lock: Duration,
}

impl Bounds {
    /// For what a client waits for.
    pub(in crate::db) const REQUEST: Self = Self {
        statement: Duration::from_secs(8),
        silence: Duration::from_secs(10),
        idle_in_transaction: Duration::from_mins(1),
        // Shorter than a request waits for a connection, so that some who wait for one row never
        // take all connections for long.
        lock: Duration::from_secs(3),
    };
    /// For imports, their undoing, purges and checks of the whole log, which no client waits for.
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

    /// The settings of the server, in milliseconds; 0 is without limit.
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

    /// Sets a session that is open to these bounds.
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

/// Settings whose default must not decide what our statements mean or how long they wait. 0 is
/// without limit, of time. What a version of Postgres does not have is left out.
///
/// `search_path` is not among them: an operator says with it which schema the tables are in.
const SETTINGS: &[(&str, &str)] = &[
    // Each statement sees what was committed before it, and waits for a row that is being changed
    // and evaluates it again. The conditional statements of one-time things are written for that.
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("default_transaction_deferrable", "off"),
    // Our statements look rows up by key, which has one good plan. Left alone, Postgres plans many
    // of them again for each execution, which takes longer than to execute them.
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
    // A policy that hid rows would make what is there look gone.
    ("row_security", "on"),
];

/// Sets the session up; whether the server is a standby.
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
    // Without prepared statements, which a pooler may not know. The limit first, for the others.
    let answer = client
        .simple_query(&format!(
            "SET statement_timeout = {};
             SELECT set_config(name, said.value, false) FROM (VALUES {}) AS said (name, value)
               JOIN pg_catalog.pg_settings USING (name);
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

/// How long a pooler may let the other session wait before nothing is known.
const PATIENCE: Duration = Duration::from_secs(3);

/// What one session sets, no other may see, and it must still find it when another one is at work.
/// With a pooler that lends the connections of the database transaction by transaction, locks and
/// settings of a session are anyone's and its prepared statements are gone.
pub(super) async fn refuse_pooler(one: &Client, other: &Client) -> Result<(), ConnectError> {
    let failed = |e: tokio_postgres::Error| ConnectError::Connect(with_sources(&e));
    let set = "SELECT set_config('vestibule.session', pg_backend_pid() || ' ' || clock_timestamp(), false)";
    let mark = first(&one.simple_query(set).await.map_err(failed)?);
    let looking = other.simple_query("BEGIN; SELECT current_setting('vestibule.session', true)");
    // A pooler with one connection, whose sessions are whole, lets it wait; that shows elsewhere.
    let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await else {
        return Ok(());
    };
    // A pooler that lends them statement by statement lets no transaction begin.
    let seen = match seen {
        Ok(seen) => seen,
        Err(error) if error.code().is_some() => return Err(ConnectError::Pooler),
        Err(error) => return Err(failed(error)),
    };
    // Before anything more is asked: a pooler with a single connection has lent it to the other one.
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
    Ok(())
}

fn first(answer: &[SimpleQueryMessage]) -> Option<String> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}
