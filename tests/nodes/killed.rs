//! A node that is killed in the middle of a transaction leaves all of it, or nothing.

use std::cell::Cell;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::atomicity::{SLOW_WRITES, assert_registrations_are_whole};
use crate::cluster::{Cluster, Sql};
use crate::mails;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

const ROUNDS: usize = 10;

/// The outcomes of the requests of all rounds.
#[derive(Debug, Default)]
struct Tally {
    answered: usize,
    broken: usize,
    /// Transactions that were open when the node was killed.
    caught: i64,
}

impl Tally {
    /// Asserts that each outcome occurred; otherwise nothing was tested.
    fn assert_every_outcome(&self) {
        println!("{self:?}");
        assert!(
            self.answered > 0 && self.broken > 0 && self.caught > 0,
            "{self:?}"
        );
    }
}

/// Sends all inputs to a call at once, and kills the node when so many are answered and others have an
/// open transaction. Returns the answers once Postgres has noticed the node's end; `None` for a broken
/// connection.
async fn killed_after(
    so_many: usize,
    node: Node,
    sql: &Sql,
    (call, inputs): (&str, &[Value]),
    tally: &mut Tally,
) -> Vec<Option<Answer>> {
    let answered = Cell::new(0);
    let send = async |input| {
        let answer = node.try_post(call, None, input).await.ok();
        answered.set(answered.get() + 1);
        answer
    };
    let kill = async {
        let ours = "FROM pg_stat_activity WHERE application_name = 'vestibule'";
        let open = format!("SELECT count(*) {ours} AND wait_event = 'PgSleep'");
        let mut caught = 0;
        while answered.get() < inputs.len() && (answered.get() < so_many || caught == 0) {
            caught = sql.count(&open).await;
        }
        node.signal(Signal::KILL);
        let killed = Instant::now();
        while sql.count(&format!("SELECT count(*) {ours}")).await > 0 {
            assert!(
                killed.elapsed() < Duration::from_secs(30),
                "Postgres waits for the dead"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        caught
    };
    let (answers, caught) = tokio::join!(join_all(inputs.iter().map(send)), kill);
    tally.caught += caught;
    tally.answered += answers.iter().flatten().count();
    tally.broken += answers.iter().filter(|answer| answer.is_none()).count();
    node.kill().await;
    answers
}

#[tokio::test]
async fn a_registration_is_complete_or_absent_after_a_kill() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let mut tally = Tally::default();
    for round in 0..ROUNDS {
        let node = Node::on(&cluster).await;
        if round == 0 {
            sql.run(SLOW_WRITES).await;
        }
        let email = |at| format!("person{at}.{round}@example.org");
        let inputs: Vec<_> = (0..24)
            .map(|at| json!({ "email": email(at), "password": PASSWORD }))
            .collect();
        let sent = ("/register", inputs.as_slice());
        let answers = killed_after(2 * round, node, &sql, sent, &mut tally).await;
        for (at, answer) in answers.into_iter().enumerate() {
            if let Some(answer) = answer {
                answer.expect(201);
                let known = format!("SELECT count(*) FROM users WHERE email = '{}'", email(at));
                assert_eq!(sql.count(&known).await, 1, "answered and then forgotten");
            }
        }
        assert_registrations_are_whole(&sql).await;
    }
    tally.assert_every_outcome();
}

#[tokio::test]
async fn a_reset_is_complete_or_absent_after_a_kill() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    let mut node = Node::on(&cluster).await;
    let mut waiting = people_with_links(&node, &sql).await;
    let all = waiting.len();
    sql.run(SLOW_WRITES).await;

    let mut tally = Tally::default();
    for round in 0..ROUNDS {
        let some = waiting.iter().take(12);
        let password = format!("a wholly different sentence no {round}");
        let inputs: Vec<_> = some
            .map(|(_, token)| json!({ "token": token, "new_password": password }))
            .collect();
        let sent = ("/reset-password", inputs.as_slice());
        let answers = killed_after(round, node, &sql, sent, &mut tally).await;
        let changed = changed_wholly(&sql).await;
        for ((email, _), answer) in waiting.iter().zip(answers) {
            if let Some(answer) = answer {
                answer.expect(200);
                assert!(changed.contains(email), "answered and then forgotten");
            }
        }
        // A user who got no answer tries again with the same link, at another node.
        waiting.retain(|(email, _)| !changed.contains(email));
        node = Node::on(&cluster).await;
    }
    println!("{} of {all} reset", all - waiting.len());
    tally.assert_every_outcome();
    assert!(!waiting.is_empty(), "more people are needed");
    few_at_once(waiting.iter().map(async |(_, token)| {
        let input = json!({ "token": token, "new_password": "at last a different sentence" });
        node.post("/reset-password", &input).await.expect(200)
    }))
    .await;
    assert_eq!(changed_wholly(&sql).await.len(), all);
}

/// Runs all of them, ten at a time, so that none is refused because the service is busy.
async fn few_at_once<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(all).buffered(10).collect().await
}

/// Users with a session each and a link to reset their password. Returns addresses and tokens. The table
/// `earlier` keeps their rows as they were.
async fn people_with_links(node: &Node, sql: &Sql) -> Vec<(String, String)> {
    let people = few_at_once((0..70).map(async |at| {
        let person = Person::register(node, &format!("person{at}")).await;
        let input = json!({ "email": person.email });
        node.post("/forgot-password", &input).await.expect(202);
        person.email
    }))
    .await;
    sql.run(
        "CREATE TABLE earlier AS SELECT u.*, s.id AS session_id, NULL::text AS token_id
         FROM users u JOIN sessions s ON s.user_id = u.id",
    )
    .await;
    let mut waiting = Vec::new();
    for email in people {
        let token = mails::token(&[node], &email, "/reset-password").await;
        let id = token_id(&token);
        sql.run(&format!(
            "UPDATE earlier SET token_id = '{id}' WHERE email = '{email}'"
        ))
        .await;
        waiting.push((email, token));
    }
    waiting
}

/// Checks every row that a reset changes: each account has all changes or none. Returns the addresses of
/// those with all.
async fn changed_wholly(sql: &Sql) -> Vec<String> {
    let traces = "SELECT u.email,
            u.password_hash <> e.password_hash,
            u.revocation_id = e.revocation_id + 1,
            u.revocation_id <> e.revocation_id,
            u.password_changed_at IS NOT NULL,
            u.email_verified_at IS NOT NULL,
            EXISTS (SELECT FROM revoked_tokens t WHERE t.token_id = e.token_id),
            NOT EXISTS (SELECT FROM sessions s WHERE s.id = e.session_id AND s.revoked_at IS NULL),
            1 = (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.id <> e.session_id),
            1 = (SELECT count(*) FROM mails m
                 WHERE m.user_id = u.id AND m.kind = 'password_changed'),
            1 = (SELECT count(*) FROM audit_events a
                 WHERE a.subject_id = u.id AND a.event = 'password_reset')
        FROM users u JOIN earlier e USING (id)";
    let mut changed = Vec::new();
    for row in sql.rows(traces).await {
        let (email, traces) = row.split_first().expect("an address");
        assert!(
            traces.iter().all(|trace| *trace == traces[0]),
            "torn: {row:?}"
        );
        if traces[0] == "t" {
            changed.push(email.clone());
        }
    }
    changed
}

/// The `jti` of a JWT; the signature is not checked.
fn token_id(token: &str) -> String {
    let claims = token.split('.').nth(1).expect("three parts");
    let claims = BASE64URL_NOPAD
        .decode(claims.as_bytes())
        .expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["jti"].as_str().expect("a jti").to_owned()
}
