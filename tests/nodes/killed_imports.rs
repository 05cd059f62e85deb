//! A process that is killed in the middle of an import: another one finishes it, and each account is
//! created, audited and mailed once.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::admin_browser::AdminBrowser;
use crate::cluster::{Cluster, Sql};
use crate::node::{Node, command_on};
use crate::person::Person;

/// Rows of a file, enough for five chunks.
const ROWS: i64 = 4500;
/// Slows each step of an import down.
const SLOW_STEPS: &str = "
    CREATE FUNCTION slow_step() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END';
    CREATE TRIGGER slow_step AFTER INSERT ON user_import_rows
        FOR EACH STATEMENT EXECUTE FUNCTION slow_step();
    CREATE TRIGGER slow_step AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION slow_step();
    CREATE TRIGGER slow_step AFTER INSERT ON mails FOR EACH STATEMENT EXECUTE FUNCTION slow_step();";
/// True while rows are being staged, after the first chunk.
const STAGING: &str = "SELECT count(*) FROM user_imports WHERE state = 'running' AND rows_staged BETWEEN 1000 AND 3000";
/// True while the accounts are being created.
const SWITCHING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE wait_event = 'PgSleep' AND query LIKE 'INSERT INTO users%'";
/// True while the owners are being mailed.
const MAILING: &str = "SELECT count(*) FROM user_imports WHERE state = 'done' AND owners_mailed BETWEEN 1000 AND 3000";
const STAGED: &str = "SELECT count(*) FROM user_import_rows";

fn file(domain: &str) -> String {
    let rows: Vec<_> = (0..ROWS).map(|n| format!("p{n}@{domain}")).collect();
    format!("email\n{}\n", rows.join("\n"))
}

/// Waits until a count has this value.
async fn until(sql: &Sql, query: &str, expected: i64) {
    let began = Instant::now();
    while sql.count(query).await != expected {
        let waited = began.elapsed() < Duration::from_mins(1);
        assert!(waited, "{query} is never {expected}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Kills a node, and makes its heartbeat old at once, so that others take over.
async fn kill(node: Node, sql: &Sql) {
    node.signal(Signal::KILL);
    node.kill().await;
    sql.run("UPDATE user_imports SET seen_at = seen_at - interval '1 minute'")
        .await;
}

/// Asserts that every account of a file is complete, and that only the import's own row is left.
async fn assert_whole(sql: &Sql, domain: &str) {
    let of = format!("FROM users u WHERE email LIKE '%@{domain}'");
    assert_eq!(sql.count(&format!("SELECT count(*) {of}")).await, ROWS);
    let torn = format!(
        "SELECT email {of} AND (import_id IS NULL
            OR (SELECT count(*) FROM audit_events WHERE subject_id = u.id AND event = 'imported') <> 1
            OR (SELECT count(*) FROM mails m WHERE m.user_id = u.id AND kind = 'imported') <> 1) LIMIT 3"
    );
    assert_eq!(sql.rows(&torn).await, Vec::<Vec<String>>::new());
    let stray = "SELECT count(*) FROM audit_events a WHERE event = 'imported'
        AND NOT EXISTS (SELECT FROM users u WHERE u.id = a.subject_id)";
    assert_eq!(sql.count(stray).await, 0);
    assert_eq!(sql.count("SELECT count(*) FROM user_import_parts").await, 0);
    let whole = "SELECT count(*) FROM audit_events WHERE event = 'users_imported'";
    let done = "SELECT count(*) FROM user_imports WHERE state = 'done' AND cleared_to IS NULL";
    assert_eq!(sql.count(whole).await, sql.count(done).await);
}

#[tokio::test]
async fn an_import_is_done_once_whenever_its_node_is_killed() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let mut node = Node::on(&cluster).await;
    let host = Person::register(&node, "host").await;
    let mut admin = AdminBrowser::of(&node, &sql, &host).await;
    sql.run(SLOW_STEPS).await;
    for (domain, moment, visible) in [
        ("staging.example", STAGING, 0),
        ("switching.example", SWITCHING, 0),
        ("mailing.example", MAILING, ROWS),
    ] {
        let page = admin.upload(&node, &file(domain)).await;
        assert_eq!(admin.press(&node, &page, "confirm").await.status, 303);
        until(
            &sql,
            "SELECT count(*) FROM user_imports WHERE run > 0 AND cleared_to IS NOT NULL",
            1,
        )
        .await;
        let other = Node::on(&cluster).await;
        until(&sql, moment, 1).await;
        kill(node, &sql).await;
        let there = format!("SELECT count(*) FROM users WHERE email LIKE '%@{domain}'");
        assert_eq!(sql.count(&there).await, visible, "{domain}");
        until(
            &sql,
            "SELECT count(*) FROM user_imports WHERE finished_at IS NULL OR cleared_to IS NOT NULL",
            0,
        )
        .await;
        until(&sql, STAGED, 0).await;
        assert_whole(&sql, domain).await;
        node = other;
    }
    node.kill().await;
}

#[tokio::test]
async fn a_half_staged_import_that_is_cancelled_leaves_nothing() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let nodes = [Node::on(&cluster).await, Node::on(&cluster).await];
    let host = Person::register(&nodes[0], "host").await;
    let mut admin = AdminBrowser::of(&nodes[0], &sql, &host).await;
    sql.run(SLOW_STEPS).await;
    for moment in [STAGING, SWITCHING] {
        let page = admin.upload(&nodes[0], &file("example.net")).await;
        admin.press(&nodes[0], &page, "confirm").await;
        until(&sql, moment, 1).await;
        let shown = admin.press(&nodes[1], &page, "discard").await;
        assert_eq!((shown.status, &shown.location), (303, &page));
        let shown = admin.get(&nodes[1], &page).await;
        assert!(shown.body.contains("It was cancelled"), "{}", shown.body);
        until(&sql, STAGED, 0).await;
        until(&sql, SWITCHING, 0).await;
        let left = "SELECT (SELECT count(*) FROM user_import_parts)
            + (SELECT count(*) FROM user_imports WHERE state <> 'failed' OR cleared_to IS NOT NULL)
            + (SELECT count(*) FROM users WHERE email LIKE '%@example.net')
            + (SELECT count(*) FROM audit_events WHERE event IN ('imported', 'users_imported'))
            + (SELECT count(*) FROM mails WHERE kind = 'imported')";
        until(&sql, left, 0).await;
    }
    for node in nodes {
        node.kill().await;
    }
}

/// A pipe without input holds no transaction. A killed command leaves rows, which a node deletes.
#[tokio::test]
async fn a_command_that_waits_for_rows_holds_no_transaction_and_leaves_nothing_if_killed() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let first = Node::on(&cluster).await;
    let mut command = command_on(&cluster, &[]);
    command.args(["user", "import", "-"]).stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the built binary");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(file("example.net").as_bytes())
        .expect("taken");
    input.flush().expect("taken");
    until(
        &sql,
        "SELECT count(*) FROM user_imports WHERE arriving AND rows_staged = 4000",
        1,
    )
    .await;
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vestibule'
        AND xact_start < now() - interval '200 milliseconds'";
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(sql.count(open).await, 0, "a transaction waits for a pipe");
    child.kill().expect("our own child");
    child.wait().expect("our own child");
    assert_eq!(sql.count("SELECT count(*) FROM users").await, 0);
    sql.run("UPDATE user_imports SET seen_at = seen_at - interval '11 minutes'")
        .await;
    // A node looks for such rows when it starts.
    let second = Node::on(&cluster).await;
    until(&sql, "SELECT count(*) FROM user_imports", 0).await;
    assert_eq!(sql.count(STAGED).await, 0);
    first.kill().await;
    second.kill().await;
}

/// An account that was created after the file was checked keeps its address, and the command reports the
/// row.
#[tokio::test]
async fn a_row_whose_address_was_taken_in_the_meantime_is_reported() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let sql = cluster.sql().await;
    let mut command = command_on(&cluster, &[]);
    command.args(["user", "import", "-"]).stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the built binary");
    let mut input = child.stdin.take().expect("a pipe");
    let rows: Vec<_> = (0..1000).map(|n| format!("p{n}@example.net\n")).collect();
    input
        .write_all(format!("email\n{}", rows.concat()).as_bytes())
        .expect("taken");
    until(
        &sql,
        "SELECT count(*) FROM user_imports WHERE arriving AND rows_staged = 1000",
        1,
    )
    .await;
    // The first address is verified and so keeps its account; the second one is not.
    sql.run(
        "INSERT INTO users (id, email, email_canonical, password_hash, created_at, email_verified_at)
         VALUES (gen_random_uuid(), 'p5@example.net', 'p5@example.net', '!', now(), now()),
            (gen_random_uuid(), 'p6@example.net', 'p6@example.net', '!', now(), NULL)",
    )
    .await;
    drop(input);
    let output = child.wait_with_output().expect("our own child");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    let lines: Vec<_> = said.lines().filter(|line| line.contains(" p5@")).collect();
    assert_eq!(
        lines,
        [
            "line 7: new: p5@example.net",
            "line 7: exists: p5@example.net"
        ]
    );
    assert!(
        said.ends_with("999 new, 1 exist, 0 bad. Everything is written.\n"),
        "{said}"
    );
    let whole =
        "SELECT count(*) FROM users u JOIN mails m ON m.user_id = u.id WHERE import_id IS NOT NULL";
    assert_eq!(sql.count(whole).await, 999);
    assert_eq!(sql.count(STAGED).await, 0);
    node.kill().await;
}
