//! `vestibule audit` as an operator runs it, while nodes write events.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::cluster::{Cluster, Sql};
use crate::node::{Node, command_on};
use crate::person::{PASSWORD, Person};

const INSERT: &str = "INSERT INTO audit_events (at, event, level, user_agent)
    VALUES (now(), 'signed_in', 'info', '=1+1')";

/// Runs `vestibule audit`. Returns the exit status and standard output.
pub(crate) fn audit(cluster: &Cluster, args: &[&str]) -> (Option<i32>, String) {
    let mut command = command_on(cluster, &[]);
    let output = command.arg("audit").args(args).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    if said.is_empty() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    (output.status.code(), said)
}

/// Runs `verify`. Returns the exit status, the findings and the summary.
pub(crate) fn verify(cluster: &Cluster) -> (Option<i32>, Vec<Value>, Value) {
    let (status, said) = audit(cluster, &["verify", "--json"]);
    let mut lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sum = lines.pop().expect("a sum")["summary"].take();
    (status, lines, sum)
}

/// Waits until every event is sealed, and asserts that there are no findings. Returns the summary.
pub(crate) async fn sealed(cluster: &Cluster) -> Value {
    let began = Instant::now();
    loop {
        let (status, found, sum) = verify(cluster);
        assert_eq!((status, found), (Some(0), vec![]), "{sum}");
        if sum["waiting"] == 0 {
            return sum;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{sum}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Transactions that write events and are rolled back, or that commit late.
async fn undone_and_late(cluster: &Cluster, is_over: &Cell<bool>) -> u32 {
    let (undone, late) = (cluster.sql().await, cluster.sql().await);
    let mut rounds = 0;
    while !is_over.get() {
        late.run(&format!("BEGIN; {INSERT}")).await;
        for _ in 0..3 {
            undone
                .run(&format!("BEGIN; {INSERT}; {INSERT}; ROLLBACK"))
                .await;
            sleep(Duration::from_millis(50)).await;
        }
        late.run(&format!("{INSERT}; COMMIT")).await;
        rounds += 1;
    }
    rounds
}

#[tokio::test]
async fn an_untampered_log_verifies_while_two_nodes_write_to_it() {
    let cluster = Cluster::start().await;
    let nodes = [Node::on(&cluster).await, Node::on(&cluster).await];
    let is_over = Cell::new(false);
    let people = async {
        join_all((0..8).map(async |n| {
            let node = &nodes[n % 2];
            let person = Person::register(node, &format!("person{n}")).await;
            for _ in 0..12 {
                person.sign_in(node).await;
                let wrong = json!({ "email": person.email, "password": "not that one" });
                node.post("/login", &wrong).await.expect(401);
            }
        }))
        .await;
        is_over.set(true);
    };
    let verifying = async {
        let mut sealed = 0;
        while !is_over.get() {
            let (status, found, sum) = verify(&cluster);
            assert_eq!((status, found), (Some(0), vec![]), "{sum}");
            sealed += i32::from(sum["events"] != 0);
            sleep(Duration::from_millis(100)).await;
        }
        sealed
    };
    let late = undone_and_late(&cluster, &is_over);
    let ((), times, rounds) = tokio::join!(people, verifying, late);
    println!("verified {times} times, {rounds} late transactions");
    assert!(times > 0 && rounds > 0, "nothing was tested");

    let sum = sealed(&cluster).await;
    let sql = cluster.sql().await;
    assert_eq!(
        sum["events"],
        sql.count("SELECT count(*) FROM audit_events").await
    );
    let gaps = "SELECT max(seq) - count(*) FROM audit_events";
    assert!(
        sql.count(gaps).await >= i64::from(rounds),
        "no gap was tested"
    );
    let late = "SELECT count(*) FROM audit_events WHERE event = 'signed_in' AND subject_id IS NULL";
    assert_eq!(sql.count(late).await, i64::from(2 * rounds));
    tampered(&cluster, &sql, &sum).await;
}

/// Changes made directly in the database are reported with the right exit status.
async fn tampered(cluster: &Cluster, sql: &Sql, before: &Value) {
    sql.run(
        "ALTER TABLE audit_events DISABLE TRIGGER USER;
         UPDATE audit_events SET ip = '192.0.2.1' WHERE seq = 2;
         DELETE FROM audit_events WHERE seq = 3",
    )
    .await;
    let (status, found, sum) = verify(cluster);
    assert_eq!(status, Some(1), "{sum}");
    let kinds = found.iter().map(|one| (&one["finding"], &one["seq"]));
    let expected = [("event_changed", 2), ("event_removed", 3)];
    let expected = expected.map(|(kind, seq)| (json!(kind), json!(seq)));
    assert!(
        kinds.eq(expected.iter().map(|(kind, seq)| (kind, seq))),
        "{found:?}"
    );
    let (status, said) = audit(cluster, &["verify"]);
    assert_eq!(status, Some(1));
    assert!(said.contains("event 3 was removed after seal "), "{said}");
    assert!(said.ends_with("Findings: 2.\n"), "{said}");
    // The noted end of the chain reveals a cut as well.
    let head = before["head"].as_str().unwrap();
    let (_, said) = audit(cluster, &["verify", "--expect", head]);
    assert!(said.ends_with("Findings: 2.\n"), "{said}");
    let other = format!("1:{}", "0".repeat(64));
    let (_, said) = audit(cluster, &["verify", "--expect", &other]);
    assert!(said.contains("seal 1 is not the expected one"), "{said}");
    let (status, _) = audit(cluster, &["verify", "--expect", "nonsense"]);
    assert_eq!(status, Some(2));
}

#[tokio::test]
async fn events_are_listed_and_exported() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("PASSWORD_MIN_LENGTH", "14")]).await;
    let ada = Person::register(&node, "ada").await;
    ada.sign_in(&node).await;
    let nobody = json!({ "email": "nobody@example.org", "password": PASSWORD });
    node.post("/login", &nobody).await.expect(401);
    let sql = cluster.sql().await;
    sql.run(INSERT).await;

    let list = |args: &[&str]| -> Vec<Value> {
        let (status, said) = audit(&cluster, &[&["list", "--json"], args].concat());
        assert_eq!(status, Some(0), "{said}");
        said.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let names = |events: &[Value]| -> Vec<String> {
        let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
        events.iter().map(name).collect()
    };
    let all = list(&[]);
    let newest_first = [
        "signed_in",
        "sign_in_failed",
        "signed_in",
        "signed_in",
        "registered",
        "service_started",
    ];
    assert_eq!(names(&all), newest_first);
    let started = all[5]["detail"].clone();
    let settings = started["settings"].as_array().unwrap();
    for name in ["SEALING_KEYS", "PASSWORD_MIN_LENGTH", "DATABASE_URL"] {
        assert!(settings.contains(&json!(name)), "{started}");
    }
    assert!(!settings.contains(&json!("REGISTRATION")), "{started}");
    assert_eq!(started["origin"], "service");

    let of = |args: &[&str]| names(&list(args));
    assert_eq!(of(&["--subject", "Nobody@example.org"]), ["sign_in_failed"]);
    let hers = ["signed_in", "signed_in", "registered"];
    assert_eq!(of(&["--subject", &ada.email]), hers);
    let id = all[2]["subject_id"].as_str().unwrap();
    assert_eq!(of(&["--subject", id]), hers);
    assert_eq!(of(&["--actor", id, "--event", "signed_in"]).len(), 2);
    assert_eq!(of(&["--actor", "nobody@example.org"]), [""; 0]);
    assert_eq!(of(&["--limit", "2"]), newest_first[..2]);
    assert_eq!(
        of(&["--before", &all[3]["seq"].to_string()]),
        newest_first[4..]
    );
    assert_eq!(of(&["--to", "2020-01-01"]), [""; 0]);
    let at = all[1]["at"].as_str().unwrap();
    assert_eq!(of(&["--from", at]).len(), 2, "at that time and after it");
    assert_eq!(of(&["--to", at]).len(), 4);
    let (status, _) = audit(&cluster, &["list", "--actor", "ada"]);
    assert_eq!(status, Some(2));
    let (_, lines) = audit(&cluster, &["list", "--event", "registered"]);
    assert_eq!(lines.lines().count(), 1);
    assert!(lines.contains("  info     registered  actor="), "{lines}");

    let (status, said) = audit(&cluster, &["export"]);
    assert_eq!((status, said.lines().count()), (Some(0), 6));
    let (status, said) = audit(
        &cluster,
        &["export", "--format", "csv", "--event", "signed_in"],
    );
    let mut read = csv::Reader::from_reader(said.as_bytes());
    let rows: Vec<_> = read.records().map(Result::unwrap).collect();
    assert_eq!((status, rows.len()), (Some(0), 3));
    assert_eq!(&rows[2][9], "'=1+1");
}

/// The log is read in pages of a thousand events, never as a whole.
#[tokio::test]
async fn a_long_log_is_sealed_verified_and_exported_in_pieces() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let sql = cluster.sql().await;
    let many = INSERT.replace(
        "VALUES (now(), 'signed_in', 'info', '=1+1')",
        "SELECT now(), 'signed_in', 'info', 'Firefox' FROM generate_series(1, 20000)",
    );
    sql.run(&many).await;
    let began = Instant::now();
    let sum = sealed(&cluster).await;
    println!("20,000 events sealed and verified in {:?}", began.elapsed());
    assert_eq!(sum["events"], 20_001);
    assert_eq!(sql.count("SELECT max(events) FROM audit_seals").await, 1000);
    let (_, said) = audit(&cluster, &["export"]);
    assert_eq!(said.lines().count(), 20_001);
    drop(node);
}
