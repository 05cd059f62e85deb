//! `vestibule token inspect` as an operator runs it.

use std::io::{ErrorKind, Write};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::mails;
use crate::node::{Node, command_on};
use crate::person::{PASSWORD, Person};

/// The result of `token inspect`.
#[derive(Debug)]
struct Inspection {
    status: i32,
    said: String,
    complaint: String,
}

/// Passes a token to the command, and asserts that its output contains no part of the signature.
fn inspect(cluster: &Cluster, arguments: &[&str], input: &[u8]) -> Inspection {
    let mut command = command_on(cluster, &[]);
    command.args(["token", "inspect"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    match child.stdin.take().unwrap().write_all(input) {
        // The command may fail before it reads its input.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let inspection = Inspection {
        status: status.code().unwrap(),
        said: String::from_utf8(stdout).unwrap(),
        complaint: String::from_utf8(stderr).unwrap(),
    };
    let token = String::from_utf8_lossy(input);
    for part in token.trim().split('.').filter(|part| part.len() > 20) {
        assert!(
            !inspection.said.contains(part) && !inspection.complaint.contains(part),
            "echoed"
        );
    }
    inspection
}

fn json_of(cluster: &Cluster, token: &str) -> (i32, Value) {
    let inspection = inspect(cluster, &["--json"], token.as_bytes());
    let read = serde_json::from_str(&inspection.said);
    (
        inspection.status,
        read.unwrap_or_else(|_| panic!("{inspection:?}")),
    )
}

/// The status and the reason.
fn verdict(cluster: &Cluster, token: &str) -> (i32, Value) {
    let (status, inspection) = json_of(cluster, token);
    assert_eq!(inspection["accepted"], json!(status == 0));
    (status, inspection["refusal"].clone())
}

#[tokio::test]
async fn inspect_gives_the_verdict_of_the_service() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let link = mails::token(&[&node], &ada.email, "/verify-email").await;
    let (access, refresh) = (&ada.pair.access, &ada.pair.refresh);

    let inspection = inspect(&cluster, &[], format!("\n {access} \n").as_bytes());
    assert_eq!(inspection.status, 0, "{inspection:?}");
    for words in [
        "HS256",
        "\"access\"",
        "made by JWT_SECRET_KEY",
        "s ago",
        "in 29 min",
    ] {
        assert!(
            inspection.said.contains(words),
            "no {words}:\n{}",
            inspection.said
        );
    }
    assert!(
        inspection.said.ends_with("accepted\n"),
        "{}",
        inspection.said
    );
    for living in [access, refresh, &link] {
        assert_eq!(verdict(&cluster, living), (0, Value::Null));
    }
    let (_, inspection) = json_of(&cluster, access);
    assert_eq!(inspection["database"]["user"]["rev"], 0);
    assert_eq!(inspection["database"]["session"]["revoked"], false);
    assert_eq!(inspection["key"]["purpose"], "access");

    // Inspecting uses nothing up: the service still accepts all of them.
    assert_eq!(node.me(&ada.pair).await, 200);
    let next = node
        .post("/refresh", &json!({ "refresh_token": refresh }))
        .await;
    let next = next.expect(200).pair();
    assert_eq!(
        verdict(&cluster, refresh),
        (0, Value::Null),
        "within the grace"
    );
    let last = node
        .post("/refresh", &json!({ "refresh_token": next.refresh }))
        .await;
    let last = last.expect(200).pair();
    assert_eq!(verdict(&cluster, refresh), (1, json!("replayed")));
    assert_eq!(node.me(&last).await, 200, "looking at it is no replay");

    node.post_as(&last, "/logout", &json!({})).await.expect(204);
    let (status, inspection) = json_of(&cluster, &last.access);
    assert_eq!((status, &inspection["refusal"]), (1, &json!("revoked")));
    assert_eq!(inspection["database"]["on_revocation_list"], true);
    assert_eq!(
        verdict(&cluster, &last.refresh),
        (1, json!("session_ended"))
    );

    let other = ada.sign_in(&node).await.pair();
    let input =
        json!({ "current_password": PASSWORD, "new_password": "a wholly different sentence" });
    let changed = node.post_as(&other, "/change-password", &input).await;
    assert_eq!(verdict(&cluster, &changed.expect(200).pair().access).0, 0);
    assert_eq!(verdict(&cluster, &other.access), (1, json!("superseded")));
    assert_eq!(
        inspect(&cluster, &["--offline"], other.access.as_bytes()).status,
        0
    );
    cluster.sql().await.run("DELETE FROM users").await;
    assert_eq!(verdict(&cluster, &other.access), (1, json!("no_such_user")));
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_neither_accepted_nor_refused() {
    let cluster = Cluster::start().await;
    for input in [&b""[..], b"\n", b"\xff\xfe", "x".repeat(70_000).as_bytes()] {
        let inspection = inspect(&cluster, &[], input);
        assert_eq!(
            (inspection.status, inspection.said.as_str()),
            (2, ""),
            "{inspection:?}"
        );
        assert!(
            inspection.complaint.contains("standard input"),
            "{inspection:?}"
        );
    }
    assert_eq!(inspect(&cluster, &["--jsno"], b"x").status, 2);
    for junk in ["x", "a.b.c", "e30.e30.e30"] {
        assert_eq!(verdict(&cluster, junk), (1, json!("forged")));
    }

    // Correctly signed, but there is no table to look it up in.
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let sql = cluster.sql().await;
    sql.run("ALTER TABLE users RENAME TO people").await;
    let inspection = inspect(&cluster, &[], ada.pair.access.as_bytes());
    assert_eq!(inspection.status, 2, "{inspection:?}");
    assert!(inspection.complaint.contains("--offline"), "{inspection:?}");
}
