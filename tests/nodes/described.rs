//! The API against its own description: schemathesis reads `/api/openapi.json` and calls a node with
//! what the description allows and what it forbids, every check on, once as nobody and once signed in.
//!
//! A fault, a status or a code that is not described, an answer of another shape than described, bad
//! data that is taken or good data that is refused: each fails the test. `tests/openapi` has the
//! settings and the sign-in; the tool needs `target/test-venv`, which `script/setup` makes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::cluster::{Cluster, Sql, environment};
use crate::node::Node;
use crate::person::{Authenticator, PASSWORD, Person};

/// How many seconds each run may generate data.
const BUDGET: &str = "20";
/// How long a run may take beyond that, for its start and its report.
const PATIENCE: Duration = Duration::from_mins(2);
/// What the data comes from; `SCHEMATHESIS_SEED` takes its place.
const SEED: &str = "1";

#[tokio::test]
async fn nobody_finds_the_api_otherwise_than_described() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    schemathesis(&node, cluster.folder(), &[]).await;
    assert_no_fault(&node);
}

#[tokio::test]
async fn nor_does_somebody_signed_in() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let sql = cluster.sql().await;
    // The address and the password of the examples in the description, so that those succeed.
    let ada = Person::register(&node, "ada").await;
    sql.run("UPDATE users SET email_verified_at = now(), role = 'admin'")
        .await;
    let grace = Person::register(&node, "grace").await;
    let enrolled = enrolled(&node, &sql, &grace).await;
    let settings = [
        ("VESTIBULE_EMAIL", ada.email.as_str()),
        ("VESTIBULE_PASSWORD", PASSWORD),
        ("VESTIBULE_ENROLLED_BEARER", enrolled.as_str()),
    ];
    schemathesis(&node, cluster.folder(), &settings).await;
    assert_no_fault(&node);
    // It did get past the first refusal.
    for call in [
        "me",
        "refresh",
        "change-password",
        "mfa/totp/enroll",
        "mfa/backup-codes",
    ] {
        assert!(answered(&node, call, 200), "{call} never succeeded");
    }
    assert!(answered(&node, "logout-all", 204));
    // Ada is an admin: she finds everybody, and nobody by an id that was made up.
    assert!(told(&node, "path=\"/api/admin/users\"", 200), "no list");
}

/// The access token of somebody with a second factor.
async fn enrolled(node: &Node, sql: &Sql, person: &Person) -> String {
    let app = Authenticator::enrol(node, sql, person).await;
    let input = json!({ "mfa_token": person.pending(node).await, "code": app.code(1) });
    let answer = node.post("/login/mfa", &input).await;
    answer.expect(200).text("access_token")
}

/// Runs it, and shows what it found.
async fn schemathesis(node: &Node, folder: &Path, settings: &[(&str, &str)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seed = environment("SCHEMATHESIS_SEED").unwrap_or_else(|| SEED.into());
    let mut command = Command::new(root.join("target/test-venv/bin/st"));
    command
        .current_dir(folder)
        .arg("--config-file")
        .arg(root.join("tests/openapi/schemathesis.toml"))
        .args(["run", &node.url("/api/openapi.json")])
        .args(["--checks", "all", "--max-time", BUDGET, "--seed"])
        .arg(seed)
        .env("PYTHONPATH", root.join("tests/openapi"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("VESTIBULE_ORIGIN", node.url(""))
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await;
    let output = output.expect("it ends in time").expect("it runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn assert_no_fault(node: &Node) {
    let log = node.log();
    let faults: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("ERROR") || line.contains("panicked"))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn answered(node: &Node, call: &str, status: u16) -> bool {
    told(node, &format!("path=\"/api/auth/{call}\""), status)
}

/// Whether the log has an answer of that status with these words.
fn told(node: &Node, path: &str, status: u16) -> bool {
    let status = format!("status={status} ");
    node.log()
        .lines()
        .any(|line| line.contains(path) && line.contains(&status))
}
