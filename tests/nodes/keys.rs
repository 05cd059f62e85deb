//! `vestibule keys rotate` as an operator runs it: beside a running node, killed, and run again.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::json;
use uuid::Uuid;
use vestibule::internals::app::SystemRandom;
use vestibule::internals::db::upkeep::sealed::SealedColumn;
use vestibule::internals::domain::secrets::{sealing::SealingRing, secret::Key};

use crate::cluster::{Cluster, Sql};
use crate::node::{Node, command_on};
use crate::person::{Authenticator, Person};

/// The sealing key that all nodes of the tests use.
const OLD: &str = "t1:dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=";
const NEW: &str = "t2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=";

/// Runs the command to its end with a new key before the old one. Returns whether it reports success, and
/// its output.
fn rotate(cluster: &Cluster, ring: &str) -> (bool, String) {
    let mut command = command_on(cluster, &[("SEALING_KEYS", ring)]);
    let output = command.args(["keys", "rotate"]).output().unwrap();
    let Output { status, stdout, .. } = &output;
    let said = String::from_utf8(stdout.clone()).unwrap();
    assert!(!said.is_empty(), "{output:?}");
    (status.success(), said)
}

fn ring(first: &str) -> SealingRing {
    let (id, key) = first.split_once(':').unwrap();
    let key = BASE64.decode(key.as_bytes()).unwrap();
    SealingRing::new((id.to_owned(), Key::new(key.try_into().unwrap())), vec![])
}

#[tokio::test]
async fn the_old_key_can_be_removed_without_disruption() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let app = Authenticator::enrol(&node, &sql, &ada).await;
    let input = second_step(&node, &ada, &app.backup_codes[0]).await;
    let signed_in = node.post("/login/mfa", &input).await;
    let pair = signed_in.expect(200).pair();

    // Each node first gets the new key behind the old one, then before it; then the command runs.
    let both = format!("{NEW},{OLD}");
    let other = Node::with(&cluster, &[("SEALING_KEYS", &format!("{OLD},{NEW}"))]).await;
    node.stop(rustix::process::Signal::TERM).await;
    let (complete, said) = rotate(&cluster, &both);
    assert!(complete, "{said}");
    assert!(
        said.contains("totp_authenticators.secret: 1 sealed again"),
        "{said}"
    );
    assert!(
        said.contains("Key t1 is still needed, for 9 unused backup codes."),
        "{said}"
    );
    assert_eq!(other.me(&pair).await, 200);

    let new = Node::with(&cluster, &[("SEALING_KEYS", NEW)]).await;
    let input = second_step(&new, &ada, &app.code(1)).await;
    new.post("/login/mfa", &input).await.expect(200);
    assert_eq!(new.me(&pair).await, 200);
    let input = second_step(&new, &ada, &app.backup_codes[1]).await;
    new.post("/login/mfa", &input).await.expect(401);
    new.logged("lacks their key", 1).await;

    // New backup codes use the new key, and the old one is not needed any more.
    let input = json!({ "password": crate::person::PASSWORD });
    let fresh = new.post_as(&pair, "/mfa/backup-codes", &input).await;
    fresh.expect(200);
    let (complete, said) = rotate(&cluster, &both);
    assert!(
        complete && said.contains("Key t1 is not needed any more"),
        "{said}"
    );

    let (complete, said) = rotate(&cluster, "t3:dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=");
    assert!(
        !complete && said.contains("Key t2 is not in SEALING_KEYS"),
        "{said}"
    );
}

async fn second_step(node: &Node, person: &Person, code: &str) -> serde_json::Value {
    json!({ "mfa_token": person.pending(node).await, "code": code })
}

const MAILS: i64 = 1000;
const BATCH: i64 = 100;

/// The number of mails that are sealed with the new key.
async fn moved(sql: &Sql) -> i64 {
    sql.count(r"SELECT count(*) FROM mails WHERE substr(sealed, 1, 4) = '\x01027432'")
        .await
}

/// Mails that are to be sent tomorrow, each with its own id as text, sealed with the old key.
async fn waiting_mails(sql: &Sql) {
    let (ring, column) = (ring(OLD), SealedColumn::ALL[1]);
    let mut values = Vec::new();
    for at in 0..MAILS {
        let id = Uuid::from_u128(0x1000 + u128::from(at.unsigned_abs()));
        let sealed = ring.seal(&SystemRandom, column.place(id), id.as_bytes());
        let sealed = HEXLOWER.encode(&sealed.unwrap());
        values.push(format!(
            r"('{id}', 'verify_email', '\x{sealed}', now() + interval '1 day', now())"
        ));
    }
    sql.run(&format!(
        "INSERT INTO mails (id, kind, sealed, next_attempt_at, created_at) VALUES {}",
        values.join(",")
    ))
    .await;
}

#[tokio::test]
async fn a_killed_rotation_loses_nothing_and_a_second_run_finishes() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    Node::on(&cluster).await.kill().await;
    waiting_mails(&sql).await;
    sql.run(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END';
         CREATE TRIGGER slowly BEFORE UPDATE ON mails FOR EACH ROW EXECUTE FUNCTION slowly();",
    )
    .await;

    let both = format!("{NEW},{OLD}");
    for round in 1..=3 {
        let mut command = command_on(&cluster, &[("SEALING_KEYS", &both)]);
        command.args(["keys", "rotate"]).stdout(Stdio::null());
        let mut running = command.stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while moved(&sql).await < 200 * round {
            assert!(began.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // Killed at some point within a batch.
        tokio::time::sleep(Duration::from_millis(40)).await;
        running.kill().unwrap();
        assert!(!running.wait().unwrap().success(), "killed");
    }
    // Postgres may still be executing the last statement of the killed process.
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vestibule'";
    while sql.count(open).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let half = moved(&sql).await;
    println!("{half} of {MAILS} when it was killed for the last time");
    assert!(
        half < MAILS && half % BATCH == 0,
        "{half}: batches are whole"
    );
    let audited = "SELECT sum((detail->>'rows')::int) FROM audit_events
        WHERE event = 'secrets_resealed' AND detail->>'table' = 'mails'";
    assert_eq!(sql.count(audited).await, half);

    let (complete, said) = rotate(&cluster, &both);
    let rest = format!("mails.sealed: {} sealed again", MAILS - half);
    assert!(complete && said.contains(&rest), "{said}");
    assert!(said.contains("Key t1 is not needed any more"), "{said}");
    assert_eq!(moved(&sql).await, MAILS);
    let new = ring(NEW);
    for row in sql
        .rows("SELECT id, encode(sealed, 'hex') FROM mails")
        .await
    {
        let id: Uuid = row[0].parse().unwrap();
        let sealed = HEXLOWER.decode(row[1].as_bytes()).unwrap();
        let place = SealedColumn::ALL[1].place(id);
        assert_eq!(new.open(place, &sealed).unwrap(), id.as_bytes());
    }
}
