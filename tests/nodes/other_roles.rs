//! What another role of the same Postgres can block, and how the service reports it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::audit::{audit, sealed, verify};
use crate::cluster::{Cluster, Sql};
use crate::metrics::scrape;
use crate::node::Node;
use crate::operator::run;
use crate::person::Person;

/// The keys of the advisory locks of earlier versions, and one other key.
const ADVISORY: &str = "SELECT pg_advisory_lock(key), pg_advisory_xact_lock(key) FROM unnest(ARRAY[
    8531352012944663661, 7022344801877386081, 8531352012944176492, 0, 1]) AS key";

/// A role that may only connect, and that holds every lock it can until it disconnects.
async fn stranger(cluster: &Cluster) -> Vec<Sql> {
    let sql = cluster.sql().await;
    sql.run("CREATE ROLE stranger LOGIN").await;
    let tables = "SELECT quote_ident(relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let tables = sql.rows(tables).await;
    let url = cluster.url().replacen("vestibule@", "stranger@", 1);
    let (locks, writes) = (Sql::connect(&url).await, Sql::connect(&url).await);
    locks.run("BEGIN; SELECT pg_current_xact_id()").await;
    locks.run(ADVISORY).await;
    // Preparing a statement takes the same locks as executing it, and needs no privilege.
    writes
        .run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        .await;
    for (n, table) in tables.iter().flatten().enumerate() {
        let prepare = format!(
            "PREPARE i{n} AS INSERT INTO {table} DEFAULT VALUES;
             PREPARE d{n} AS DELETE FROM {table};
             PREPARE s{n} AS SELECT FROM {table} FOR UPDATE"
        );
        writes.run(&prepare).await;
    }
    vec![locks, writes]
}

#[tokio::test]
async fn a_role_that_may_only_connect_cannot_delay_the_service() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let held = stranger(&cluster).await;
    Person::register(&node, "ada").await;
    let began = Instant::now();
    let sum = sealed(&cluster).await;
    println!("sealed after {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(sum["status"], "ok");

    // Acts of admins and operators, and migrations.
    let promoted = ["user", "disable", "ada@example.org", "--reason", "x"];
    run(&cluster, &promoted).well();
    run(&cluster, &["migrate"]).well();
    let another = Node::on(&cluster).await;
    Person::register(&another, "bob").await;
    sealed(&cluster).await;
    drop(held);
}

/// The service's own role can block sealing: with a transaction that wrote an event and does not end.
#[tokio::test]
async fn overdue_events_are_reported_in_every_place() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("METRICS_ADDR", "127.0.0.1:0")]).await;
    let quiet = "audit events wait to be sealed";
    let insert = "INSERT INTO audit_events (at, event, level) VALUES (now(), 'signed_in', 'info')";
    sealed(&cluster).await;
    let late = cluster.sql().await;
    late.run(&format!("BEGIN; {insert}")).await;
    let ada = Person::register(&node, "ada").await;
    let (status, _, sum) = verify(&cluster);
    assert_eq!((status, &sum["status"]), (Some(0), &json!("ok")));
    assert!(!node.log().contains(quiet));

    let began = Instant::now();
    node.logged(quiet, 1).await;
    assert!(began.elapsed() > Duration::from_secs(8));
    let (status, found, sum) = verify(&cluster);
    assert_eq!((status, found.len()), (Some(3), 0), "{sum}");
    assert_eq!(sum["status"], "unsealed");
    assert_eq!(sum["overdue"], true);
    let (status, said) = audit(&cluster, &["verify"]);
    assert_eq!(status, Some(3));
    assert!(said.contains("Unsealed: that is too long."), "{said}");
    let said = run(&cluster, &["doctor"]).said;
    let warns = said
        .lines()
        .any(|line| line.starts_with("warn  audit log: "));
    assert!(warns, "{said}");
    let metrics = scrape(&node).await;
    let value = |name: &str| -> i64 {
        let line = metrics.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split(' ').nth(1));
        value.expect(name).parse().expect("a number")
    };
    assert!(value("vestibule_audit_waiting ") >= 2, "{metrics}");
    assert!(value("vestibule_audit_waiting_seconds ") >= 10, "{metrics}");

    late.run("COMMIT").await;
    assert_eq!(sealed(&cluster).await["status"], "ok");
    let said = run(&cluster, &["doctor"]).said;
    assert!(said.contains("ok    audit log: "), "{said}");
    assert_eq!(node.me(&ada.pair).await, 200);
}

/// The last events are sealed when a node stops or a command ends.
#[tokio::test]
async fn no_event_is_left_unsealed_after_a_stop_or_a_command() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    Person::register(&node, "ada").await;
    node.stop(rustix::process::Signal::TERM).await;
    assert_eq!(verify(&cluster).2["waiting"], 0);
    run(
        &cluster,
        &["user", "disable", "ada@example.org", "--reason", "x"],
    )
    .well();
    assert_eq!(verify(&cluster).2["waiting"], 0);
}
