//! `vestibule user import` as an operator runs it, from a file and from standard input.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::node::{Node, command_on};

/// `café au lait, twice`, hashed as Django does, by `hashlib.pbkdf2_hmac`.
const DJANGO: &str = "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=";

/// Runs the command with this text on standard input. Returns whether it succeeded, its output and its
/// errors.
fn import(cluster: &Cluster, flags: &[&str], text: &str) -> (bool, String, String) {
    let mut command = command_on(cluster, &[]);
    command.args(["user", "import"]).args(flags).arg("-");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    // The command writes while it reads, and no pipe can hold all of the text.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

#[tokio::test]
async fn imported_accounts_keep_their_passwords() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let file = cluster.folder().join("users.csv");
    let rows = format!(
        "email,password_hash,email_verified,display_name,role,created_at\r\n\
         Ada@example.org,{DJANGO},true,\"Ada, Countess\",,2020-01-02T03:04:05Z\r\n\
         new@example.org,,,,user,\r\n"
    );
    fs::write(&file, rows).unwrap();
    let run = |flags: &[&str]| {
        let mut command = command_on(&cluster, &[]);
        command.args(["user", "import"]).args(flags).arg(&file);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), said)
    };
    let rows =
        "line 2: new: Ada@example.org\nline 3: new: new@example.org\n2 new, 0 exist, 0 bad. ";
    let dry = format!("{rows}Nothing was written, as this was a dry run.\n");
    assert_eq!(run(&["--dry-run"]), (true, dry));
    let sql = cluster.sql().await;
    assert_eq!(sql.count("SELECT count(*) FROM users").await, 0);

    assert_eq!(run(&[]), (true, format!("{rows}Everything is written.\n")));
    let signed_in = node
        .post(
            "/login",
            &json!({ "email": "ada@example.org", "password": "café au lait, twice" }),
        )
        .await;
    let user = &signed_in.expect(200).body["user"];
    assert_eq!(user["display_name"], "Ada, Countess");
    assert_eq!(
        (&user["email_verified"], &user["role"]),
        (&json!(true), &json!("user"))
    );
    assert_eq!(user["created_at"], "2020-01-02T03:04:05Z");
    let replaced = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(sql.count(replaced).await, 1);
    let audited = "SELECT count(*) FROM audit_events WHERE event = 'imported'";
    assert_eq!(sql.count(audited).await, 2);

    let (good, said) = run(&[]);
    assert!(
        good && said.ends_with("0 new, 2 exist, 0 bad. Everything is written.\n"),
        "{said}"
    );
    node.kill().await;
}

#[tokio::test]
async fn one_bad_row_prevents_the_whole_import() {
    let cluster = Cluster::start().await;
    let insane = DJANGO.replace("1000", "4294967295");
    let rows = [
        json!({ "email": "good@example.org" }),
        json!({ "email": "GOOD@example.org" }),
        json!({ "email": "root@example.org", "role": "admin" }),
        json!({ "email": "slow@example.org", "password_hash": insane }),
        json!({ "email": "nobody" }),
        json!({ "email": "more@example.org", "is_superuser": true }),
    ];
    let text = rows.each_ref().map(Value::to_string).join("\n");
    let (succeeded, said, complaint) = import(&cluster, &["--json"], &text);
    assert!(!succeeded, "{complaint}");
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines[0],
        json!({ "line": 1, "email": "good@example.org", "status": "new" })
    );
    for (row, why) in lines[1..6].iter().zip([
        "an earlier row of this file",
        "--allow-admins",
        "too much memory or time",
        "not an email address",
        "no column is_superuser",
    ]) {
        assert!(row["why"].as_str().unwrap().contains(why), "{row}");
    }
    let sum = json!({ "new": 1, "exists": 0, "bad": 5, "written": false });
    assert_eq!(lines[6]["summary"], sum);
    let sql = cluster.sql().await;
    assert_eq!(sql.count("SELECT count(*) FROM users").await, 0);
    assert_eq!(sql.count("SELECT count(*) FROM audit_events").await, 0);

    let (succeeded, ..) = import(&cluster, &["--allow-admins"], &format!("{}\n", rows[2]));
    assert!(succeeded);
    let admins = "SELECT count(*) FROM users WHERE role = 'admin'";
    assert_eq!(sql.count(admins).await, 1);
}

#[tokio::test]
async fn a_long_import_reports_its_progress() {
    let cluster = Cluster::start().await;
    let rows: Vec<_> = (0..25_000).map(|n| format!("p{n}@example.org")).collect();
    let (succeeded, said, progress) = import(&cluster, &[], &format!("email\n{}", rows.join("\n")));
    assert!(succeeded, "{progress}");
    assert!(said.ends_with("25000 new, 0 exist, 0 bad. Everything is written.\n"));
    for count in ["10000 rows", "20000 rows"] {
        assert!(progress.contains(count), "{progress}");
    }
}
