//! The embedded migrations, and the lock that allows several nodes to start at once.

mod lock;

use diesel::{QueryableByName, sql_types::Bool};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::{
    connect::{Bounds, ConnectError, Connector},
    prepared::Prepare,
};
use lock::Lock;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Why the database cannot be used.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("database: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("a migration failed: {0}")]
    Migration(String),
    /// Another node holds the lock for too long.
    #[error(
        "another process has been migrating this database for over a minute; start again when it is done"
    )]
    Locked,
    /// The database is newer than this binary.
    #[error(
        "the database has migrations that this version does not know ({0}); run the version that made them, or a later one"
    )]
    Ahead(String),
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Migrates the database to the current version. Returns the names of the migrations that ran.
pub async fn run(connector: &Connector) -> Result<Vec<String>, MigrateError> {
    let [(locking, _), (mut conn, patience)] = connector.two_sessions().await?;
    let lock = Lock::take(locking).await?;
    Bounds::MIGRATION.apply(&mut conn, &patience).await?;
    // The harness blocks its thread.
    let migrate = move || -> Result<Vec<String>, MigrateError> {
        let mut harness = AsyncMigrationHarness::new(conn);
        let failed =
            |e: Box<dyn std::error::Error + Send + Sync>| MigrateError::Migration(e.to_string());
        refuse_unknown(&mut harness)?;
        let ran = harness.run_pending_migrations(MIGRATIONS).map_err(failed)?;
        Ok(ran.iter().map(ToString::to_string).collect())
    };
    let ran = tokio::task::spawn_blocking(migrate)
        .await
        .map_err(|e| MigrateError::Migration(e.to_string()))?;
    drop(lock);
    ran
}

fn refuse_unknown(
    harness: &mut AsyncMigrationHarness<diesel_async::AsyncPgConnection>,
) -> Result<(), MigrateError> {
    let failed =
        |e: Box<dyn std::error::Error + Send + Sync>| MigrateError::Migration(e.to_string());
    let applied = harness.applied_migrations().map_err(failed)?;
    let known = known_versions().map_err(failed)?;
    let unknown: Vec<String> = applied
        .iter()
        .map(ToString::to_string)
        .filter(|version| !known.contains(version))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::Ahead(unknown.join(", ")))
    }
}

fn known_versions() -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    use diesel::migration::{Migration, MigrationSource};
    let migrations: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations()?;
    Ok(migrations
        .iter()
        .map(|m| m.name().version().to_string())
        .collect())
}

/// Whether the database can serve this binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Every migration of this binary has run; a newer node may have run more.
    pub is_current: bool,
    pub is_writable: bool,
}

/// Checks the migrations, and whether the database can be written to. Changes nothing.
pub async fn readiness(
    mut conn: &diesel_async::AsyncPgConnection,
) -> Result<Readiness, diesel::result::Error> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        applied: i64,
        #[diesel(sql_type = Bool)]
        read_only: bool,
    }
    let seen: Seen = diesel::sql_query(
        "SELECT count(*) AS applied,
                pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS read_only
           FROM __diesel_schema_migrations",
    )
    .prepared()
    .get_result(&mut conn)
    .await?;
    let known = known_versions()
        .map(|versions| versions.len())
        .unwrap_or_default();
    Ok(Readiness {
        is_current: usize::try_from(seen.applied).is_ok_and(|count| count >= known),
        is_writable: !seen.read_only,
    })
}

/// The difference between the migrations of a database and those of this binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Migrations of this binary that have not run.
    pub pending: Vec<String>,
    /// Migrations that ran and that this binary does not have.
    pub unknown: Vec<String>,
}

/// Compares the migrations. Changes nothing.
pub async fn difference(
    mut conn: &diesel_async::AsyncPgConnection,
) -> Result<Difference, MigrateError> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let there = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS locked";
    let there: Locked = diesel::sql_query(there).get_result(&mut conn).await?;
    let mut applied: Vec<Version> = Vec::new();
    if there.locked {
        let versions = "SELECT version::text FROM __diesel_schema_migrations ORDER BY version";
        applied = diesel::sql_query(versions).load(&mut conn).await?;
    }
    let known = known_versions().map_err(|e| MigrateError::Migration(e.to_string()))?;
    let ran = |version: &String| applied.iter().any(|row| row.version == *version);
    Ok(Difference {
        pending: known
            .iter()
            .filter(|version| !ran(version))
            .cloned()
            .collect(),
        unknown: applied
            .iter()
            .filter(|row| !known.contains(&row.version))
            .map(|row| row.version.clone())
            .collect(),
    })
}
