//! How an account becomes an admin, and that one admin always remains: at a start, from the command line,
//! and when admins act on each other on two nodes at once.

use std::io::Write as _;
use std::process::{Output, Stdio};

use futures_util::future::join;
use serde_json::{Value, json};

use crate::api::{Answer, Pair};
use crate::cluster::{Cluster, Sql};
use crate::node::{Node, command_on};
use crate::person::{PASSWORD, Person};

const EMAIL: &str = "root@example.org";
const START: &str = "a lamp beside the harbour gate";
const FIRST: [(&str, &str); 2] = [("ADMIN_EMAIL", EMAIL), ("ADMIN_PASSWORD", START)];

/// Runs a subcommand of `user`. Returns whether it succeeded, its output, and its errors.
fn user(cluster: &Cluster, arguments: &[&str], input: &str) -> (bool, String, String) {
    let mut command = command_on(cluster, &[]);
    command.arg("user").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // The command may have ended without reading its input.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

async fn sign_in(node: &Node, email: &str, password: &str) -> Answer {
    let input = json!({ "email": email, "password": password });
    node.post("/login", &input).await
}

/// A call below `/api/admin`.
async fn call(node: &Node, pair: &Pair, path: &str, body: &Value) -> Answer {
    let request = node.http.post(node.url(&format!("/api/admin{path}")));
    let answer = request.bearer_auth(&pair.access).json(body).send().await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a body");
    Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

#[tokio::test]
async fn of_nodes_that_start_at_once_one_creates_the_first_admin() {
    let cluster = Cluster::start().await;
    let nodes = [0; 4].map(|_| Node::spawn_on(&cluster, &FIRST));
    let mut ready = Vec::new();
    for node in nodes {
        ready.push(node.ready().await);
    }
    let sql = cluster.sql().await;
    let admins = "SELECT count(*) FROM users WHERE role = 'admin' AND password_must_change";
    assert_eq!(sql.count(admins).await, 1);
    let made = "SELECT count(*) FROM audit_events WHERE event = 'user_created'";
    assert_eq!(sql.count(made).await, 1);

    // Until the password is changed, nothing else is possible.
    let pair = sign_in(&ready[0], EMAIL, START).await.expect(200).pair();
    let refused = call(&ready[1], &pair, "/users/x/enable", &json!({})).await;
    assert_eq!(refused.expect(403).text("code"), "password_change_required");
    assert_eq!(ready[1].me(&pair).await, 200);
    let input = json!({ "current_password": START, "new_password": PASSWORD });
    let changed = ready[2].post_as(&pair, "/change-password", &input).await;
    let pair = changed.expect(200).pair();
    let found = call(&ready[3], &pair, "/users/x/enable", &json!({})).await;
    assert_eq!(found.expect(404).text("code"), "not_found");

    // Starting again changes nothing, whatever the settings say by now.
    let other = [
        ("ADMIN_EMAIL", "other@example.org"),
        ("ADMIN_PASSWORD", START),
    ];
    let _again = Node::with(&cluster, &other).await;
    assert_eq!(sql.count("SELECT count(*) FROM users").await, 1);
    sign_in(&ready[0], EMAIL, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_start_never_promotes_an_existing_account() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let person = Person::register(&node, "root").await;
    let mut late = Node::spawn_on(&cluster, &FIRST);
    assert!(!late.ended().await.success());
    let command = format!("vestibule user promote {EMAIL}");
    assert!(late.log().contains(&command), "{}", late.log());
    let mut weak = FIRST;
    weak[0].1 = "fresh@example.org";
    weak[1].1 = "admin";
    let mut weak = Node::spawn_on(&cluster, &weak);
    assert!(!weak.ended().await.success());
    assert!(weak.log().contains("ADMIN_PASSWORD: "), "{}", weak.log());
    let sql = cluster.sql().await;
    let admins = "SELECT count(*) FROM users WHERE role = 'admin'";
    assert_eq!(sql.count(admins).await, 0);

    let (done, said, _) = user(&cluster, &["promote", &person.email], "");
    assert!(
        done && said == format!("{EMAIL} is an admin now.\n"),
        "{said}"
    );
    let (done, said, _) = user(&cluster, &["promote", &person.email], "");
    assert!(done && said.contains("already"), "{said}");
    assert_eq!(sql.count(admins).await, 1);
    let mails = "SELECT count(*) FROM mails WHERE kind = 'made_admin'";
    assert_eq!(sql.count(mails).await, 1);
    let _fine = Node::with(&cluster, &FIRST).await;
    let (done, _, complaint) = user(&cluster, &["promote", "nobody@example.org"], "");
    assert!(!done && complaint.contains("no account"), "{complaint}");
}

#[tokio::test]
async fn accounts_are_created_on_the_command_line() {
    let cluster = Cluster::start().await;
    let (done, said, complaint) = user(&cluster, &["create", "--admin", EMAIL], "");
    assert!(done, "{complaint}");
    let password = said.split("once: ").nth(1).unwrap().lines().next().unwrap();
    let node = Node::on(&cluster).await;
    let answer = sign_in(&node, EMAIL, password).await.expect(200);
    assert_eq!(answer.body["user"]["role"], "admin");
    assert_eq!(answer.body["user"]["password_must_change"], true);
    assert_eq!(answer.body["user"]["email_verified"], true);

    let (done, _, complaint) = user(&cluster, &["create", "--admin", EMAIL], "");
    assert!(
        !done && complaint.contains("vestibule user promote"),
        "{complaint}"
    );
    let from_input = ["create", "--password-stdin", "grace@example.org"];
    let (done, said, _) = user(&cluster, &from_input, &format!("{PASSWORD}\r\nmore"));
    assert!(done && !said.contains(PASSWORD), "{said}");
    let answer = sign_in(&node, "grace@example.org", PASSWORD).await;
    assert_eq!(answer.expect(200).body["user"]["role"], "user");
    let weak = ["create", "--password-stdin", "weak@example.org"];
    for input in ["password\n", ""] {
        let (done, _, complaint) = user(&cluster, &weak, input);
        assert!(!done && !complaint.is_empty(), "{input:?}");
    }
}

/// Rounds in which two admins act on each other.
const ROUNDS: usize = 200;

struct Two {
    emails: [String; 2],
    ids: [String; 2],
    pairs: [Pair; 2],
}

impl Two {
    async fn of(nodes: &[Node; 2], sql: &Sql) -> Self {
        let [one, other] = [
            Person::register(&nodes[0], "one").await,
            Person::register(&nodes[1], "other").await,
        ];
        let id = async |person: &Person| {
            let email = &person.email;
            sql.one(&format!("SELECT id FROM users WHERE email = '{email}'"))
                .await
        };
        Self {
            ids: [id(&one).await, id(&other).await],
            emails: [one.email, other.email],
            pairs: [one.pair, other.pair],
        }
    }

    /// Makes both admins again where an act took that away, and signs them in again where their session
    /// ended.
    async fn restored(&mut self, nodes: &[Node; 2], sql: &Sql) {
        sql.run("UPDATE users SET role = 'admin', disabled_at = NULL, deleted_at = NULL")
            .await;
        for ((node, pair), email) in nodes.iter().zip(&mut self.pairs).zip(&self.emails) {
            if node.me(pair).await != 200 {
                *pair = sign_in(node, email, PASSWORD).await.expect(200).pair();
            }
        }
    }
}

/// Rounds in which two admins act on many accounts at once, including each other.
const BULK_ROUNDS: usize = 30;

#[tokio::test]
async fn two_admins_who_disable_each_other_in_bulk_leave_one() {
    let cluster = Cluster::start().await;
    let nodes = [Node::on(&cluster).await, Node::on(&cluster).await];
    let sql = cluster.sql().await;
    let mut two = Two::of(&nodes, &sql).await;
    sql.run(
        "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
         SELECT gen_random_uuid(), 'many' || n || '@example.org', 'many' || n || '@example.org',
            '!', now() FROM generate_series(1, 60) AS n",
    )
    .await;
    let ids = sql
        .one("SELECT string_agg(id::text, ' ') FROM users WHERE email LIKE 'many%'")
        .await;
    let many: Vec<&str> = ids.split(' ').collect();
    for round in 0..BULK_ROUNDS {
        two.restored(&nodes, &sql).await;
        sql.run("UPDATE users SET role = 'user' WHERE email LIKE 'many%'")
            .await;
        let send = async |at: usize| {
            // The two selections overlap and start from opposite ends.
            let mut ids = many[at * 20..at * 20 + 40].to_vec();
            ids.push(&two.ids[1 - at]);
            if at == 1 {
                ids.reverse();
            }
            let body = json!({ "action": "disable", "reason": "a race", "ids": ids });
            call(&nodes[at], &two.pairs[at], "/users/bulk", &body).await
        };
        let (one, other) = join(send(0), send(1)).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        let refused = [401, 403].contains(&statuses[1]);
        assert!(
            statuses[0] == 200 && refused,
            "round {round}: {one:?} {other:?}"
        );
        let left = "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL";
        assert_eq!(sql.count(left).await, 1, "round {round}");
        let done =
            "SELECT count(*) FROM users WHERE email LIKE 'many%' AND disabled_at IS NOT NULL";
        assert_eq!(sql.count(done).await, 40, "round {round}");
    }
}

#[tokio::test]
async fn two_admins_who_act_on_each_other_leave_one() {
    let cluster = Cluster::start().await;
    let nodes = [Node::on(&cluster).await, Node::on(&cluster).await];
    let sql = cluster.sql().await;
    let mut two = Two::of(&nodes, &sql).await;
    let mut late = 0;
    for round in 0..ROUNDS {
        two.restored(&nodes, &sql).await;
        let act = |at: usize| {
            let (subject, email) = (&two.ids[1 - at], &two.emails[1 - at]);
            // Each kind of act runs against each other kind.
            match (round + at * (round / 3)) % 3 {
                0 => ("role", json!({ "role": "user" }), subject),
                1 => ("disable", json!({ "reason": "a race" }), subject),
                _ => {
                    let body = json!({ "reason": "a race", "confirm_email": email });
                    ("delete", body, subject)
                }
            }
        };
        let send = async |at: usize| {
            let (word, body, subject) = act(at);
            call(
                &nodes[at],
                &two.pairs[at],
                &format!("/users/{subject}/{word}"),
                &body,
            )
            .await
        };
        let (one, other) = join(send(0), send(1)).await;
        let done = [&one, &other]
            .iter()
            .filter(|answer| answer.status == 204)
            .count();
        assert_eq!(done, 1, "round {round}: {one:?} {other:?}");
        let loser = if one.status == 204 { &other } else { &one };
        assert!(
            [401, 403].contains(&loser.status),
            "round {round}: {loser:?}"
        );
        late += usize::from(loser.status == 403);
        let left = "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL";
        assert_eq!(sql.count(left).await, 1, "round {round}");
    }
    println!("{ROUNDS} rounds, {late} losers were no admin any more");
}
