//! The API against its own description: schemathesis reads `/api/openapi.json` and calls a node with input
//! that the description allows and input that it forbids, with every check on, once anonymously and once
//! signed in.
//!
//! The test fails on a server error, on a status or code that is not described, on an answer of another
//! shape than described, on bad input that is accepted, and on good input that is refused. `tests/openapi`
//! has the settings and the sign-in. The tool needs `target/test-venv`, which `script/setup` makes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::cluster::{Cluster, Sql, environment};
use crate::node::Node;
use crate::person::{Authenticator, PASSWORD, Person};

/// Seconds that each run may spend on generating data.
const BUDGET: &str = "20";
/// Time that a run may take beyond the budget, to start and to report.
const PATIENCE: Duration = Duration::from_mins(2);
/// A gateway, so that the calls for phones are there. Nothing listens at this address.
const WITH_PHONES: [(&str, &str); 1] = [("SMS_GATEWAY_URL", "http://127.0.0.1:1")];
/// The seed of the generated data; `SCHEMATHESIS_SEED` overrides it.
const SEED: &str = "1";

#[tokio::test]
async fn anonymous_calls_match_the_description() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &WITH_PHONES).await;
    schemathesis(&node, cluster.folder(), &[]).await;
    assert_no_fault(&node);
}

#[tokio::test]
async fn signed_in_calls_match_the_description() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &WITH_PHONES).await;
    let sql = cluster.sql().await;
    // The examples of the description contain this address and password, so that they succeed.
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
    // At least one call was not refused at the first check.
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
    // Ada is an admin, so she finds every user, and no user for an invented id.
    assert!(logged(&node, "path=\"/api/admin/users\"", 200), "no list");
}

/// The access token of a user with a second factor.
async fn enrolled(node: &Node, sql: &Sql, person: &Person) -> String {
    let app = Authenticator::enrol(node, sql, person).await;
    let input = json!({ "mfa_token": person.pending(node).await, "code": app.code(1) });
    let answer = node.post("/login/mfa", &input).await;
    answer.expect(200).text("access_token")
}

/// Runs schemathesis and prints its findings.
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
    logged(node, &format!("path=\"/api/auth/{call}\""), status)
}

/// Whether the log has a line for that path with that status.
fn logged(node: &Node, path: &str, status: u16) -> bool {
    let status = format!("status={status} ");
    node.log()
        .lines()
        .any(|line| line.contains(path) && line.contains(&status))
}
