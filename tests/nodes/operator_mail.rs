//! The outbox on the command line, and test mails.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::operator::{run, run_with};
use crate::person::Person;
use crate::smtp::{Mode, SmtpServer};

/// The settings for a test mail server.
pub(crate) fn settings(server: &SmtpServer) -> Vec<(&'static str, String)> {
    vec![
        ("SMTP_HOST", server.host.clone()),
        ("SMTP_PORT", server.port.to_string()),
        ("SMTP_USERNAME", "vestibule".to_owned()),
        ("SMTP_PASSWORD", "correct horse".to_owned()),
        ("SMTP_FROM", "Vestibule <no-reply@example.org>".to_owned()),
        ("SMTP_CA_FILE", server.ca_file.to_str().unwrap().to_owned()),
    ]
}

pub(crate) fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    let pair = |(name, value): &'a (&'static str, String)| (*name, value.as_str());
    settings.iter().map(pair).collect()
}

fn queue(cluster: &Cluster) -> Value {
    let said = run(cluster, &["mail", "queue", "--json"]).well();
    serde_json::from_str(&said).unwrap()
}

#[tokio::test]
async fn failed_mails_are_sent_again_on_request() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    // Nothing listens at this port.
    let nowhere = [
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", "1"),
        ("SMTP_TLS", "none"),
    ];
    let node = Node::with(&cluster, &nowhere).await;
    let ada = Person::register(&node, "ada").await;
    let began = Instant::now();
    while queue(&cluster)["failed"] != 1 {
        assert!(
            began.elapsed() < Duration::from_secs(100),
            "{}",
            queue(&cluster)
        );
    }
    let listed = queue(&cluster);
    let mail = &listed["mails"][0];
    assert_eq!(
        (&mail["kind"], &mail["state"]),
        (&"verify_email".into(), &"failed".into())
    );
    assert!(
        mail["last_error"].as_str().unwrap().contains("refused"),
        "{mail}"
    );
    let said = run(&cluster, &["mail", "queue"]).well();
    assert!(
        said.contains("1 failed so far") && !said.contains(&ada.email),
        "{said}"
    );
    drop(node);

    let id = mail["id"].as_str().unwrap();
    // A worker may be sending it until a minute after the next attempt.
    let near = run(&cluster, &["mail", "retry", id]).well();
    assert!(near.contains("within a minute"), "{near}");
    sql.run("UPDATE mails SET next_attempt_at = now() + interval '1 hour'")
        .await;
    assert_eq!(
        run(&cluster, &["mail", "retry", id]).well(),
        "The mail is due now.\n"
    );
    let due = "SELECT count(*) FROM mails WHERE next_attempt_at <= now()";
    assert_eq!(sql.count(due).await, 1);

    // After its last attempt it has failed, and keeps its text.
    sql.run("UPDATE mails SET attempts = 19").await;
    let node = Node::with(&cluster, &nowhere).await;
    while queue(&cluster)["dead"] != 1 {
        assert!(
            began.elapsed() < Duration::from_secs(200),
            "{}",
            queue(&cluster)
        );
    }
    drop(node);
    assert_eq!(
        run(&cluster, &["mail", "retry", "--all"]).well(),
        "1 mail is due now.\n"
    );
    let node = Node::on(&cluster).await;
    crate::mails::token(&[&node], &ada.email, "/verify-email").await;
    while queue(&cluster)["mails"] != Value::Array(vec![]) {
        assert!(
            began.elapsed() < Duration::from_mins(5),
            "{}",
            queue(&cluster)
        );
    }

    run(&cluster, &["mail", "retry", id]).refused("is in the outbox");
    run(&cluster, &["mail", "retry", "--all"]).refused("no mail waits");
    run(&cluster, &["mail", "retry"]).refused("--all");
    let expired = format!(
        "INSERT INTO mails (id, kind, sealed, dropped_at, next_attempt_at, expires_at, created_at) \
         VALUES ('{id}'::uuid, 'x', '\\x00', now(), now(), now(), now()) ON CONFLICT (id) DO UPDATE \
         SET sealed = '\\x00', sent_at = NULL, dropped_at = now(), expires_at = now()"
    );
    sql.run(&expired).await;
    run(&cluster, &["mail", "retry", id]).refused("has expired");
}

#[tokio::test]
async fn a_test_mail_reports_its_result() {
    let cluster = Cluster::start().await;
    let words = ["mail", "test", "ada@example.org"];
    let printed = run(&cluster, &words).well();
    assert!(printed.contains("Subject: A test mail") && printed.contains("instead of sent"));
    run(&cluster, &["mail", "test", "ada"]).refused("not an email address");

    let server = SmtpServer::start(Mode::StartTls, "vestibule", "correct horse");
    let mut set = settings(&server);
    let said = run_with(&cluster, &borrowed(&set), &words).well();
    assert!(
        said.contains("took a test mail to ada@example.org"),
        "{said}"
    );
    let received = server.wait_for_mails(1);
    assert_eq!(received[0].to, ["ada@example.org"]);
    assert_eq!(received[0].subject, "A test mail from Vestibule");
    assert!(received[0].encrypted && received[0].authenticated);
    set[3].1 = "wrong".to_owned();
    run_with(&cluster, &borrowed(&set), &words).refused("SMTP_USERNAME, SMTP_PASSWORD");
}
