//! The lock under which one process at a time migrates a database.
//!
//! It is held on the table of the migrations by a transaction on a separate connection, because each
//! migration ends a transaction on the other one. Unlike an advisory lock, a role that may only connect
//! cannot take it.

use std::time::Duration;

use diesel::{QueryableByName, result::DatabaseErrorKind, sql_types::Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::time::Instant;

use super::MigrateError;

const POLL: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(1);
/// The statement of `diesel_migrations`, which would create the table later.
const MAKE_TABLE: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";
/// Takes the lock, or reports that another transaction has it; NOWAIT would fail like any other statement.
/// The lock mode allows adding rows. The transaction is idle for as long as the migrations take.
const TRY: &str = "BEGIN;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    DO $$ BEGIN
        LOCK TABLE __diesel_schema_migrations IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        PERFORM set_config('vestibule.may_migrate', 'yes', true);
    EXCEPTION WHEN lock_not_available THEN
        PERFORM set_config('vestibule.may_migrate', 'no', true);
    END $$";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// The lock; it is released when dropped.
pub(super) struct Lock(
    #[expect(dead_code, reason = "the open transaction is the lock")] AsyncPgConnection,
);

impl Lock {
    /// Waits until no other process migrates.
    ///
    /// The lock is polled rather than waited for: a waiting statement would hold a snapshot that
    /// `CREATE INDEX CONCURRENTLY` of a later migration had to wait for in turn.
    pub(super) async fn take(mut conn: AsyncPgConnection) -> Result<Self, MigrateError> {
        let deadline = Instant::now() + PATIENCE;
        make_table(&mut conn, deadline).await?;
        while !try_lock(&mut conn).await? {
            if Instant::now() > deadline {
                return Err(MigrateError::Locked);
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(Self(conn))
    }
}

/// If several processes create the same table at once, Postgres lets some of them fail.
async fn make_table(conn: &mut AsyncPgConnection, deadline: Instant) -> Result<(), MigrateError> {
    while !has_table(conn).await? {
        let Err(error) = conn.batch_execute(MAKE_TABLE).await else {
            break;
        };
        tokio::time::sleep(POLL).await;
        // The faster process may not have committed yet.
        let is_race = matches!(
            error,
            diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
        );
        let goes_on = is_race && Instant::now() < deadline;
        if !goes_on && !has_table(conn).await? {
            return Err(error.into());
        }
    }
    Ok(())
}

async fn has_table(conn: &mut AsyncPgConnection) -> Result<bool, MigrateError> {
    let there = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS answer";
    let there: Answer = diesel::sql_query(there).get_result(conn).await?;
    Ok(there.answer)
}

async fn try_lock(conn: &mut AsyncPgConnection) -> Result<bool, MigrateError> {
    conn.batch_execute(TRY).await?;
    let locked = "SELECT current_setting('vestibule.may_migrate') = 'yes' AS answer";
    let locked: Answer = diesel::sql_query(locked).get_result(conn).await?;
    if !locked.answer {
        conn.batch_execute("ROLLBACK").await?;
    }
    Ok(locked.answer)
}
