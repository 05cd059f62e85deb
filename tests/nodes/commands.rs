//! The command line: its output and its effects.

use std::net::TcpListener;
use std::process::{Command, Output};

use crate::cluster::{Cluster, Folder};
use crate::node::vestibule;

/// Runs a command to its end. Returns whether it succeeded, standard output and standard error.
fn run(command: &mut Command) -> (bool, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

#[test]
fn help_names_every_command() {
    let folder = Folder::new();
    let (succeeded, said, _) = run(vestibule(folder.path()).arg("--help"));
    assert!(succeeded);
    for word in [
        "serve",
        "init",
        "migrate",
        "keys",
        "token",
        "user",
        "audit",
        "session",
        "mail",
        "doctor",
        "healthcheck",
        "completions",
        "man",
        "tune-argon2",
        "Examples:",
        ".env",
    ] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
    for command in [
        "serve",
        "init",
        "migrate",
        "keys rotate",
        "token inspect",
        "user import",
        "user create",
        "user promote",
        "audit list",
        "audit export",
        "audit verify",
        "user list",
        "user show",
        "user export",
        "user disable",
        "user enable",
        "user delete",
        "user restore",
        "user role",
        "user reset-password",
        "user require-password-change",
        "user resend-verification",
        "user lift-freeze",
        "user cancel-recovery",
        "user reset-two-factor",
        "user revoke-sessions",
        "user unlock",
        "session list",
        "session revoke",
        "mail queue",
        "mail retry",
        "mail test",
        "doctor",
        "healthcheck",
        "completions",
        "man",
        "tune-argon2",
    ] {
        let words = command.split(' ').chain(["--help"]);
        let (succeeded, said, _) = run(vestibule(folder.path()).args(words));
        assert!(succeeded && said.contains("Usage:"), "{said}");
    }
    let (succeeded, _, complaint) = run(vestibule(folder.path()).arg("sevre"));
    assert!(!succeeded && complaint.contains("serve"), "{complaint}");
}

#[test]
fn production_without_settings_reports_every_fault_at_once() {
    let folder = Folder::new();
    let mut command = vestibule(folder.path());
    command
        .env("ENVIRONMENT", "production")
        .env("DATA_DIR", folder.data_dir());
    let (succeeded, _, complaint) = run(&mut command);
    assert!(!succeeded);
    for fault in [
        "BASE_URL",
        "SMTP_HOST",
        "JWT_SECRET_KEY",
        "COOKIE_KEY",
        "SEALING_KEYS",
    ] {
        let names = |line: &str| line.starts_with(&format!("  {fault} "));
        assert!(
            complaint.lines().any(names),
            "{fault} is missing:\n{complaint}"
        );
    }
    assert!(
        !folder.data_dir().exists(),
        "a start that fails leaves nothing"
    );
}

#[tokio::test]
async fn migrate_runs_once_and_then_has_nothing_to_do() {
    let cluster = Cluster::start().await;
    let key = "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=";
    let mut command = vestibule(cluster.folder());
    command
        .arg("migrate")
        .env("DATABASE_URL", cluster.url())
        .env("DATA_DIR", cluster.folder().join("untouched"))
        .envs([("JWT_SECRET_KEY", key), ("COOKIE_KEY", key)])
        .env("SEALING_KEYS", format!("k1:{key}"));
    let (succeeded, said, complaint) = run(&mut command);
    assert!(succeeded, "{complaint}");
    let ran = said.lines().filter(|line| line.starts_with("ran ")).count();
    let sql = cluster.sql().await;
    let kept = sql
        .count("SELECT count(*) FROM __diesel_schema_migrations")
        .await;
    assert_eq!(i64::try_from(ran).unwrap(), kept, "{said}");
    assert!(kept > 0);

    let (succeeded, said, _) = run(&mut command);
    assert!(succeeded);
    assert_eq!(said, "The database is up to date.\n");
    assert!(!cluster.folder().join("untouched").exists());
}

#[test]
fn migrate_on_the_embedded_database_leaves_no_server_behind() {
    let folder = Folder::new();
    let mut command = vestibule(folder.path());
    command.arg("migrate").env("DATA_DIR", folder.data_dir());
    for expected in ["ran ", "The database is up to date."] {
        let (succeeded, said, complaint) = run(&mut command);
        assert!(succeeded, "{complaint}");
        assert!(said.starts_with(expected), "{said}");
        assert_eq!(folder.postmaster(), None);
    }
}

#[test]
fn a_port_in_use_is_reported_in_one_line() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let mut command = vestibule(folder.path());
    command
        .env("LISTEN_ADDR", &addr)
        .env("DATA_DIR", folder.data_dir());
    let (succeeded, _, complaint) = run(&mut command);
    assert!(!succeeded);
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.contains(&addr) && complaint.contains("in use"),
        "{complaint}"
    );
    assert_eq!(folder.postmaster(), None);
}
