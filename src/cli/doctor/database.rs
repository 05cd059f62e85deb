//! The database: whether it can be reached, the rights of our role, its migrations, and its clock.

use chrono::TimeDelta;

use super::{data, report::Report};
use crate::{
    app::SystemClock,
    cli::setup::{Database, Failure, NoDatabase},
    config::{Config, DatabaseSource},
    db::{
        ConnectError, Connection, Connector, migrate,
        upkeep::examine::{self, Examined},
    },
    domain::clock::Clock as _,
    local_postgres::{LocalPostgres, Options},
};

/// The oldest Postgres that is supported.
const OLDEST: i32 = 140_000;
/// Tokens and codes tolerate a smaller difference by design (`nbf` a minute, a code half a minute).
const SKEW_NOTED: TimeDelta = TimeDelta::seconds(1);
const SKEW_REFUSED: TimeDelta = TimeDelta::seconds(30);

/// Opens the database as any command does, and checks it.
pub(super) async fn check(config: &Config, report: &mut Report) {
    let is_ours = matches!(config.database, DatabaseSource::Embedded { .. });
    let remedy = if is_ours {
        "Install Postgres 14 or later, or set DATABASE_URL; DATA_DIR has the server's log."
    } else {
        "See that the server runs, and that DATABASE_URL names it, its database and its account."
    };
    let database = match Database::open(config).await {
        Ok(database) => database,
        Err(error) => {
            return match error.downcast_ref() {
                Some(NoDatabase(cluster)) => not_made(cluster, remedy, report).await,
                None => report.fail("database", error.to_string(), remedy),
            };
        }
    };
    if let Err(error) = look(config, &database, is_ours, report).await {
        let remedy = match error.downcast_ref() {
            Some(ConnectError::Standby(_)) => "Name the primary in DATABASE_URL.",
            Some(ConnectError::Pooler | ConnectError::OneAtATime(_)) => {
                "docs/database.md says how a pooler has to be set. Migrations, locks and settings \
                 need a session each."
            }
            _ => remedy,
        };
        report.fail("database", error.to_string(), remedy);
    }
    if let Err(error) = database.close().await {
        report.fail("database", error.to_string(), remedy);
    }
}

/// Before the first start of the service, which makes the embedded cluster.
async fn not_made(cluster: &Options, remedy: &str, report: &mut Report) {
    match LocalPostgres::check(cluster).await {
        Ok(version) => {
            let remedy = "The first start of the service makes it. If that gets DATABASE_URL as a credential, doctor \
                 needs it as well (docs/deployment.md).";
            let what = format!(
                "there is none yet, and DATABASE_URL is not set; Postgres {version} is found"
            );
            report.warn("database", what, remedy);
        }
        Err(error) => report.fail("database", error.to_string(), remedy),
    }
}

async fn look(
    config: &Config,
    database: &Database,
    is_ours: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let connector = Connector::new(&database.options)?;
    connector.refuse_pooler().await?;
    let conn = connector.open().await?;
    let found = examine::examine(&conn).await?;
    server(&found, report);
    role(&found, is_ours, report);
    connections(config, &found, report);
    if migrations(&conn, &found, report).await? {
        data::check(config, &conn, report).await?;
    }
    let before = SystemClock.now();
    let theirs = examine::clock(&conn).await?;
    let passed = SystemClock.now() - before;
    clock(theirs - (before + passed / 2), report);
    Ok(())
}

fn server(found: &Examined, report: &mut Report) {
    let Examined { version, role, .. } = found;
    if found.version_number < OLDEST {
        let what = format!("Postgres {version} is too old");
        report.fail("database", what, "Use Postgres 14 or later.");
    } else if found.read_only {
        let remedy = "Name the primary in DATABASE_URL.";
        report.fail("database", "takes no writes: it is a standby", remedy);
    } else if found.encoding != "UTF8" {
        let what = format!("its encoding is {}", found.encoding);
        report.fail("database", what, "Make a database with ENCODING 'UTF8'.");
    } else {
        let what = format!("Postgres {version} answers, as {role}");
        report.ok("database", what);
    }
    if found.remote && !found.encrypted {
        let remedy = "Add sslmode=verify-full to DATABASE_URL.";
        report.warn(
            "database",
            "another machine, and the connection is not over TLS",
            remedy,
        );
    }
}

fn role(found: &Examined, is_ours: bool, report: &mut Report) {
    let role = &found.role;
    if !found.out_of_reach.is_empty() {
        let what = format!("{role} may not read or write {}", found.out_of_reach);
        let remedy = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON them TO {role}.");
        report.fail("database role", what, &remedy);
    } else if found.superuser && !is_ours {
        let what = format!("{role} is a superuser, and may do more than is needed");
        report.warn(
            "database role",
            what,
            "Use a role that owns its database and no more.",
        );
    } else {
        report.ok("database role", format!("{role} may do what is needed"));
    }
}

fn connections(config: &Config, found: &Examined, report: &mut Report) {
    let pool = config.database_pool_size;
    if usize::try_from(found.connections).is_ok_and(|shared| pool > shared) {
        let what = format!(
            "DATABASE_POOL_SIZE is {pool}, and the server takes {} connections",
            found.connections
        );
        report.warn("database", what, "Lower it, or raise max_connections.");
    }
}

/// Returns whether the tables match this version.
async fn migrations(
    conn: &Connection,
    found: &Examined,
    report: &mut Report,
) -> Result<bool, Failure> {
    let difference = migrate::difference(conn).await?;
    let (pending, unknown) = (difference.pending.len(), difference.unknown.len());
    if unknown > 0 {
        let what = format!("the database has {unknown} that this version does not know");
        report.fail(
            "migrations",
            what,
            "Run the version that made them, or a later one.",
        );
    } else if pending > 0 && !found.may_create {
        let what = format!(
            "{pending} are to be run, and {} may not make tables",
            found.role
        );
        let remedy = "Run `vestibule migrate` as the owner of the database.";
        report.fail("migrations", what, remedy);
    } else if pending > 0 {
        let what = format!("{pending} are to be run");
        report.warn(
            "migrations",
            what,
            "`vestibule migrate` runs them, and so does a start.",
        );
    } else {
        report.ok("migrations", "all have run");
    }
    Ok(pending == 0 && unknown == 0)
}

/// `ahead`: how far the database's clock is ahead of ours.
fn clock(ahead: TimeDelta, report: &mut Report) {
    let by = ahead.abs();
    let which = if ahead < TimeDelta::zero() {
        "behind"
    } else {
        "ahead of"
    };
    let seconds = by.as_seconds_f64();
    let what = format!("the database is {seconds:.1} s {which} this machine");
    let remedy = "Keep both in step with NTP: sessions and codes are judged by these clocks.";
    if by > SKEW_REFUSED {
        report.fail("clock", what, remedy);
    } else if by > SKEW_NOTED {
        report.warn("clock", what, remedy);
    } else {
        report.ok("clock", "in step with the database");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_difference_is_reported() {
        for (ahead, word) in [
            (900, "ok"),
            (-900, "ok"),
            (1_100, "warn"),
            (-29_000, "warn"),
            (31_000, "fail"),
            (-31_000, "fail"),
        ] {
            let mut report = Report::default();
            clock(TimeDelta::milliseconds(ahead), &mut report);
            let output = report.in_words();
            assert!(output.starts_with(word), "{output}");
        }
    }

    #[test]
    fn faults_of_a_server_or_a_role_are_reported() {
        let good = Examined {
            role: "vestibule".to_owned(),
            version: "15.8".to_owned(),
            version_number: 150_008,
            superuser: false,
            may_create: true,
            read_only: false,
            encoding: "UTF8".to_owned(),
            encrypted: true,
            remote: true,
            connections: 97,
            out_of_reach: String::new(),
        };
        let output = |change: &dyn Fn(&mut Examined)| {
            let (mut found, mut report) = (good.clone(), Report::default());
            change(&mut found);
            server(&found, &mut report);
            role(&found, false, &mut report);
            report.in_words()
        };
        assert!(!output(&|_| {}).contains("->"));
        assert!(output(&|found| found.version_number = 130_000).contains("fail  database"));
        assert!(output(&|found| found.read_only = true).contains("fail  database"));
        assert!(
            output(&|found| found.encoding = "SQL_ASCII".to_owned()).contains("fail  database")
        );
        assert!(output(&|found| found.encrypted = false).contains("warn  database"));
        assert!(output(&|found| found.superuser = true).contains("warn  database role"));
    }
}
