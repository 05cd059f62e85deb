//! A database that is moved with `pg_dump`: every row arrives with every kind of restore, second factors
//! included. An account whose rows contradict each other cannot sign in.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::api::Answer;
use crate::audit::verify;
use crate::cluster::{Cluster, Sql, environment};
use crate::node::Node;
use crate::operator::{run, run_with};
use crate::person::{Authenticator, PASSWORD, Person};

/// One row for each table that the API calls of the test leave empty.
const MORE_ROWS: &str = "
    INSERT INTO user_imports (id, created_at, file_name, state, row_count, accounts_new, accounts_known,
        rows_bad, seen_at, finished_at) VALUES (gen_random_uuid(), now(), 'a.csv', 'done', 1, 1, 0, 0, now(), now());
    INSERT INTO user_import_parts (id, import_id, number, sealed)
        SELECT gen_random_uuid(), id, 1, 'x' FROM user_imports;
    UPDATE users SET import_id = (SELECT id FROM user_imports);
    INSERT INTO invitations (id, email, email_canonical, role, invited_by, token_hash, created_at, sent_at, expires_at)
        SELECT gen_random_uuid(), 'x@example.org', 'x@example.org', 'user', id, sha256('x'), now(), now(), now()
        FROM users LIMIT 1;
    INSERT INTO passkeys (id, user_id, credential_id, credential, backup_eligible, synced, name, created_at)
        SELECT gen_random_uuid(), id, 'x', '{}', false, false, 'Key', now() FROM users LIMIT 1;
    INSERT INTO phones (user_id, number, created_at) SELECT id, 'x', now() FROM users LIMIT 1;
    INSERT INTO trusted_devices (id, user_id, secret_hash, rev, created_at, expires_at, last_used_at)
        SELECT gen_random_uuid(), id, sha256('x'), 0, now(), now() + interval '1 day', now() FROM users;";

fn program(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder).env_clear();
    command.env("PATH", environment("PATH").unwrap_or_default());
    command
}

fn done(command: &mut Command) -> Output {
    let output = command.output().expect("the programs of Postgres");
    assert!(output.status.success(), "{output:?}");
    output
}

/// A node with rows of every kind, and its owner's authenticator.
async fn full(cluster: &Cluster) -> (Person, Authenticator) {
    let node = Node::on(cluster).await;
    let sql = cluster.sql().await;
    let ada = Person::register(&node, "ada").await;
    let app = Authenticator::enrol(&node, &sql, &ada).await;
    let wrong = json!({ "email": "nobody@example.org", "password": PASSWORD });
    node.post("/login", &wrong).await.expect(401);
    let token = ada.pending(&node).await;
    let code = json!({ "mfa_token": token, "code": app.backup_codes[0] });
    node.post("/login/mfa", &code).await.expect(200);
    sql.run(MORE_ROWS).await;
    node.stop(rustix::process::Signal::TERM).await;
    (ada, app)
}

/// Every table with a digest of its rows.
async fn rows_of_all(sql: &Sql) -> Vec<(String, String)> {
    let tables =
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> '__diesel_schema_migrations' ORDER BY relname";
    let mut all = Vec::new();
    for table in sql.rows(tables).await.into_iter().flatten() {
        let digest = format!(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM {table} AS t"
        );
        let digest = sql.one(&digest).await;
        all.push((table, digest));
    }
    all
}

/// The kinds of restore: the options of the dump, and the program that reads it.
const WAYS: [(&str, &[&str], &[&str]); 5] = [
    (
        "data only",
        &["--data-only", "--exclude-table=__diesel_schema_migrations"],
        &["psql", "-qv", "ON_ERROR_STOP=1"],
    ),
    ("data only, as it comes", &["--data-only"], &["psql", "-q"]),
    (
        "without triggers",
        &["--data-only", "--disable-triggers"],
        &["psql", "-q"],
    ),
    ("all of it", &[], &["psql", "-qv", "ON_ERROR_STOP=1"]),
    (
        "custom format",
        &["-Fc"],
        &["pg_restore", "--exit-on-error"],
    ),
];

#[tokio::test]
async fn every_kind_of_restore_keeps_every_row_and_the_second_factor() {
    let from = Cluster::start().await;
    let (ada, app) = full(&from).await;
    let before = rows_of_all(&from.sql().await).await;
    let empty = before
        .iter()
        .filter(|(table, rows)| rows.starts_with("0 ") && !table.ends_with("_lock"));
    println!(
        "not tried, as they are empty: {:?}",
        empty.collect::<Vec<_>>()
    );
    for (step, (way, dumping, reading)) in (0..).zip(WAYS) {
        println!("{way}");
        let to = Cluster::start().await;
        let is_data_only = dumping.contains(&"--data-only");
        if is_data_only {
            run(&to, &["migrate"]).well();
        }
        let file = from.folder().join("dump");
        let mut dump = program("pg_dump", from.folder());
        done(dump.args(dumping).arg("-f").arg(&file).arg(from.url()));
        let mut read = program(reading[0], to.folder());
        read.args(&reading[1..]).arg("-d").arg(to.url());
        if reading[0] == "psql" {
            read.arg("-f");
        }
        let output = done(read.arg(&file));
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        let errors = complaints.lines().filter(|line| line.contains("ERROR"));
        assert!(
            errors
                .clone()
                .all(|line| line.contains("__diesel_schema_migrations")),
            "{way}: {complaints}"
        );
        assert_eq!(rows_of_all(&to.sql().await).await, before, "{way}");

        // Migrating a restored database changes nothing.
        run(&to, &["migrate"]).well();
        assert_eq!(rows_of_all(&to.sql().await).await, before, "{way}");
        let (status, found, sum) = verify(&to);
        assert_eq!((status, found), (Some(0), vec![]), "{way}: {sum}");
        let node = Node::on(&to).await;
        let token = ada.pending(&node).await;
        let code = json!({ "mfa_token": token, "code": app.backup_codes[step + 1] });
        node.post("/login/mfa", &code).await.expect(200);
        let refused = to.sql().await.fails("DELETE FROM audit_events").await;
        assert!(refused.contains("append-only"), "{way}: {refused}");
        let said = run(&to, &["doctor"]).said;
        assert!(said.contains("ok    second factors: "), "{way}: {said}");
        fs::remove_file(&file).expect("our own file");
    }
}

/// Both contradictions: the column of the user without an authenticator, and the reverse.
#[tokio::test]
async fn an_account_with_contradictory_second_factor_rows_is_refused_and_reported() {
    for (lost, finding) in [
        (
            "ALTER TABLE totp_authenticators DISABLE TRIGGER USER; DELETE FROM totp_authenticators",
            "are noted to have one",
        ),
        (
            "UPDATE users SET two_factor = false",
            "are noted to have none",
        ),
    ] {
        let cluster = Cluster::start().await;
        let (ada, app) = full(&cluster).await;
        let node = Node::on(&cluster).await;
        let sql = cluster.sql().await;
        // The app is the only factor.
        sql.run("DELETE FROM passkeys").await;
        sql.run("DELETE FROM phones").await;
        let before = ada.pending(&node).await;
        let link = reset_link(&node, &ada).await;
        let sessions = "SELECT count(*) FROM sessions";
        let there = sql.count(sessions).await;
        sql.run(lost).await;
        sql.run("ALTER TABLE totp_authenticators ENABLE TRIGGER USER")
            .await;

        ada.sign_in_with(&node, PASSWORD).await.expect(401);
        node.logged("run `vestibule doctor`", 1).await;
        for code in [&app.backup_codes[1], &app.code(1)] {
            let code = json!({ "mfa_token": before, "code": code });
            node.post("/login/mfa", &code).await.expect(401);
        }
        let reset = json!({ "token": link, "new_password": "another kettle marches south" });
        let answer: Answer = node.post("/reset-password", &reset).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert_eq!(sql.count(sessions).await, there, "no sign-in succeeded");

        let doctor = run(&cluster, &["doctor"]);
        assert!(!doctor.done);
        assert!(doctor.said.contains(finding), "{}", doctor.said);
        let reset = [
            "user",
            "reset-two-factor",
            "ada@example.org",
            "--reason",
            "x",
        ];
        run_with(&cluster, &[], &reset).well();
        let said = run(&cluster, &["doctor"]).said;
        assert!(said.contains("ok    second factors: "), "{said}");
        ada.sign_in(&node).await.pair();
    }
}

/// The token of the latest reset mail.
async fn reset_link(node: &Node, person: &Person) -> String {
    let input = json!({ "email": person.email });
    node.post("/forgot-password", &input).await.expect(202);
    loop {
        let printed = node.printed();
        if let Some((_, after)) = printed.rsplit_once("/reset-password?token=") {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c));
            return after.split(ends).next().unwrap_or_default().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
