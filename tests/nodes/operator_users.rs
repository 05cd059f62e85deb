//! Accounts and sessions on the command line: each command succeeds once and is refused once, with its
//! audit event and its mail.

use serde_json::{Value, json};

use crate::cluster::{Cluster, Sql};
use crate::mails::token;
use crate::node::Node;
use crate::operator::{latest_event, mails, mode, run};
use crate::person::{Authenticator, Person};

#[tokio::test]
async fn users_are_listed_and_shown() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let ada = Person::register(&node, "ada").await;
    let grace = Person::register(&node, "grace").await;

    let said = run(&cluster, &["user", "list"]).well();
    assert!(said.contains(&ada.email) && said.contains(&grace.email));
    assert_eq!(said.lines().count(), 3, "{said}");
    let said = run(&cluster, &["user", "list", "AD", "--status", "active"]).well();
    assert!(said.contains(&ada.email) && !said.contains(&grace.email));
    let said = run(&cluster, &["user", "list", "--role", "admin"]).well();
    assert_eq!(said, "No user is found.\n");

    let ran = run(
        &cluster,
        &["user", "list", "--limit", "1", "--sort", "email"],
    );
    assert!(ran.said.contains(&ada.email) && !ran.said.contains(&grace.email));
    let cursor = ran.complaint.rsplit(' ').next().unwrap().trim();
    let rest = [
        "user", "list", "--sort", "email", "--json", "--cursor", cursor,
    ];
    let page: Value = serde_json::from_str(&run(&cluster, &rest).well()).unwrap();
    assert_eq!(page["next"], Value::Null);
    assert_eq!(page["users"].as_array().unwrap().len(), 1);
    assert_eq!(page["users"][0]["email"], grace.email);
    run(&cluster, &["user", "list", "--cursor", "x"]).refused("cursor: ");
    run(&cluster, &["user", "list", "--role", "root"]).refused("--role");

    let said = run(&cluster, &["user", "show", &ada.email]).well();
    for expected in [&ada.email, "Sessions: 1", "registered", "verify_email"] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    let id = page["users"][0]["id"].as_str().unwrap();
    let shown = run(&cluster, &["user", "show", id, "--json"]).well();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["email"], grace.email);
    assert_eq!(shown["sessions"].as_array().unwrap().len(), 1);
    let events = shown["events"].as_array().unwrap();
    assert!(
        events.iter().any(|event| event["event"] == "registered"),
        "{shown}"
    );
    run(&cluster, &["user", "show", "nobody@example.org"]).refused("has no account");
    run(&cluster, &["user", "show", "\u{1b}[2J"]).refused(r"\u{1b}[2J is neither");
}

/// Runs `vestibule user ...`, and asserts that it succeeds, is audited under this event, and is mailed.
async fn act(cluster: &Cluster, sql: &Sql, words: &[&str], event: &str, mail: Option<&str>) {
    let mut all = vec!["user"];
    all.extend(words);
    let before = match mail {
        Some(kind) => mails(sql, kind).await,
        None => 0,
    };
    let said = run(cluster, &all).well();
    assert_eq!(said.lines().count(), 1, "{said}");
    let user_agent = format!("vestibule user {}", words[0]);
    assert_eq!(latest_event(sql).await, (event.to_owned(), user_agent));
    if let Some(kind) = mail {
        assert_eq!(mails(sql, kind).await, before + 1, "{words:?}");
    }
}

fn refused(cluster: &Cluster, words: &[&str], why: &str) {
    let mut all = vec!["user"];
    all.extend(words);
    run(cluster, &all).refused(why);
}

/// A node with two users, and an operator.
struct Fixture {
    cluster: Cluster,
    node: Node,
    sql: Sql,
    ada: Person,
    grace: Person,
}

const WHY: [&str; 2] = ["--reason", "left the company"];

impl Fixture {
    async fn open() -> Self {
        let cluster = Cluster::start().await;
        let node = Node::on(&cluster).await;
        Self {
            sql: cluster.sql().await,
            ada: Person::register(&node, "ada").await,
            grace: Person::register(&node, "grace").await,
            node,
            cluster,
        }
    }

    /// Runs an act, and asserts that it succeeds, is audited, and is mailed if `mail` names a kind.
    async fn act(&self, words: &[&str], event: &str, mail: Option<&str>) {
        act(&self.cluster, &self.sql, words, event, mail).await;
    }

    /// What `vestibule user show` says.
    fn shown(&self, user: &str) -> String {
        run(&self.cluster, &["user", "show", user]).well()
    }

    fn refused(&self, words: &[&str], why: &str) {
        refused(&self.cluster, words, why);
    }
}

#[tokio::test]
async fn roles_change_and_the_last_admin_stays() {
    let fixture = Fixture::open().await;
    let (a, g) = (fixture.ada.email.as_str(), fixture.grace.email.as_str());
    let event = "user_role_changed";
    fixture
        .act(&["role", a, "admin"], event, Some("made_admin"))
        .await;
    fixture.refused(&["role", a, "admin"], "has that role already");
    fixture.refused(&["role", a, "root"], "root");
    fixture.refused(&["role", a, "user"], "the last admin");
    fixture.refused(&["disable", a, WHY[0], WHY[1]], "the last admin");
    fixture.refused(&["delete", a, WHY[0], WHY[1]], "the last admin");
    fixture
        .act(&["role", g, "admin"], event, Some("made_admin"))
        .await;
    fixture
        .act(&["role", a, "user"], event, Some("made_user"))
        .await;
}

#[tokio::test]
async fn accounts_are_disabled_and_enabled() {
    let fixture = Fixture::open().await;
    let a = fixture.ada.email.as_str();
    let disable = ["disable", a, WHY[0], WHY[1]];
    fixture.refused(&["disable", a], "--reason");
    fixture.refused(&["disable", a, "--reason", " "], "Say why");
    fixture.refused(
        &["disable", "nobody@example.org", WHY[0], WHY[1]],
        "has no account",
    );
    fixture
        .act(&disable, "user_disabled", Some("disabled_by_admin"))
        .await;
    let reason = "SELECT detail->>'reason' FROM audit_events WHERE event = 'user_disabled'";
    assert_eq!(fixture.sql.one(reason).await, WHY[1]);
    assert_eq!(fixture.node.me(&fixture.ada.pair).await, 401);
    fixture.refused(&disable, "disabled already");
    fixture.refused(&["reset-password", a], "disabled");
    fixture
        .act(&["enable", a], "user_enabled", Some("enabled_by_admin"))
        .await;
    fixture.refused(&["enable", a], "not disabled");
}

#[tokio::test]
async fn users_who_cannot_sign_in_are_helped() {
    let fixture = Fixture::open().await;
    let (a, g) = (fixture.ada.email.as_str(), fixture.grace.email.as_str());
    fixture
        .act(
            &["reset-password", a],
            "user_reset_sent",
            Some("reset_password"),
        )
        .await;
    let link = token(&[&fixture.node], a, "/reset-password").await;
    let new = json!({ "token": link, "new_password": "a heron above the quiet mill" });
    fixture.node.post("/reset-password", &new).await.expect(200);
    fixture.refused(&["resend-verification", a], "verified already");
    let resend = ["resend-verification", g];
    fixture
        .act(&resend, "user_verification_sent", Some("verify_email"))
        .await;

    fixture.refused(&["unlock", a], "No wrong attempts");
    let wrong = fixture
        .ada
        .sign_in_with(&fixture.node, "not the password at all");
    wrong.await.expect(401);
    fixture
        .act(
            &["unlock", a],
            "sign_in_unblocked",
            Some("unlocked_by_admin"),
        )
        .await;

    let lift = ["lift-freeze", a, WHY[0], WHY[1]];
    fixture.refused(&lift, "not frozen");
    let freeze = format!(
        "UPDATE users SET frozen_at = now(), frozen_until = now() + interval '3 days' WHERE email = '{a}' RETURNING email"
    );
    fixture.sql.one(&freeze).await;
    let shown = fixture.shown(a);
    assert!(shown.contains("frozen      until "), "{shown}");
    fixture
        .act(&lift, "user_freeze_lifted", Some("freeze_lifted_by_admin"))
        .await;
    assert!(!fixture.shown(a).contains("frozen"));

    let cancel = ["cancel-recovery", a, WHY[0], WHY[1]];
    fixture.refused(&cancel, "waits");
    let recovery = format!(
        "INSERT INTO recoveries (user_id, rev, started_at, ends_at) SELECT id, revocation_id, now(), now() + interval '3 days'
         FROM users WHERE email = '{a}' RETURNING user_id::text"
    );
    fixture.sql.one(&recovery).await;
    let shown = fixture.shown(a);
    assert!(
        shown.contains("recovery    of the second factor"),
        "{shown}"
    );
    let event = "user_recovery_cancelled";
    fixture
        .act(&cancel, event, Some("recovery_cancelled_by_admin"))
        .await;
    assert!(!fixture.shown(a).contains("recovery "));

    let reset = ["reset-two-factor", g, WHY[0], WHY[1]];
    fixture.refused(&reset, "not on");
    Authenticator::enrol(&fixture.node, &fixture.sql, &fixture.grace).await;
    let demand = ["require-password-change", g];
    let event = "user_password_change_required";
    fixture
        .act(&demand, event, Some("password_change_required"))
        .await;
    fixture.refused(&demand, "already");
    let event = "user_two_factor_reset";
    fixture
        .act(&reset, event, Some("two_factor_reset_by_admin"))
        .await;
}

#[tokio::test]
async fn accounts_are_signed_out_deleted_and_restored() {
    let fixture = Fixture::open().await;
    let (a, g) = (fixture.ada.email.as_str(), fixture.grace.email.as_str());
    let event = "user_sessions_revoked";
    fixture
        .act(
            &["revoke-sessions", a],
            event,
            Some("sessions_revoked_by_admin"),
        )
        .await;
    assert_eq!(fixture.node.me(&fixture.ada.pair).await, 401);
    fixture.refused(&["revoke-sessions", "nobody@example.org"], "has no account");

    let id = fixture
        .sql
        .one(&format!("SELECT id FROM users WHERE email = '{a}'"))
        .await;
    fixture.refused(&["restore", a], "not deleted");
    fixture.refused(&["delete", &id, WHY[0], WHY[1]], "not the address");
    fixture.refused(
        &["delete", &id, WHY[0], WHY[1], "--confirm", g],
        "not the address",
    );
    let delete = ["delete", a, WHY[0], WHY[1]];
    fixture
        .act(&delete, "user_deleted", Some("deleted_by_admin"))
        .await;
    fixture.refused(&delete, "deleted already");
    fixture
        .act(
            &["restore", &id],
            "user_restored",
            Some("restored_by_admin"),
        )
        .await;
    let again = ["delete", &id, "--confirm", a, WHY[0], WHY[1]];
    fixture
        .act(&again, "user_deleted", Some("deleted_by_admin"))
        .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let sql = cluster.sql().await;
    let ada = Person::register(&node, "ada").await;
    let other = ada.sign_in(&node).await.pair();
    let said = run(&cluster, &["session", "list", &ada.email]).well();
    assert_eq!(said.lines().count(), 2, "{said}");
    let said = run(&cluster, &["session", "list", &ada.email, "--json"]).well();
    let listed: Value = serde_json::from_str(&said).unwrap();
    let first = sql
        .one("SELECT id FROM sessions ORDER BY created_at LIMIT 1")
        .await;
    assert!(listed.to_string().contains(&first), "{listed}");
    run(&cluster, &["session", "list", "nobody@example.org"]).refused("has no account");

    let said = run(&cluster, &["session", "revoke", &first]).well();
    assert!(said.contains(&ada.email), "{said}");
    let (event, user_agent) = latest_event(&sql).await;
    assert_eq!(event, "user_session_revoked");
    assert_eq!(user_agent, "vestibule session revoke");
    assert_eq!(
        (node.me(&ada.pair).await, node.me(&other).await),
        (401, 200)
    );
    run(&cluster, &["session", "revoke", &first]).refused("no session");
    run(&cluster, &["session", "revoke", "x"]).refused("invalid value");
}

#[tokio::test]
async fn an_export_has_every_user_no_secret_and_no_formula() {
    let cluster = Cluster::start().await;
    let node = Node::on(&cluster).await;
    let sql = cluster.sql().await;
    let ada = Person::register(&node, "ada").await;
    let _grace = Person::register(&node, "+grace").await;
    sql.run("UPDATE users SET display_name = '=HYPERLINK(\"x\"),y' WHERE email LIKE 'ada%'")
        .await;
    sql.run(
        "INSERT INTO users (id, email, email_canonical, password_hash, role, created_at) \
         SELECT gen_random_uuid(), n || '@example.net', n || '@example.net', '', 'user', now() \
         FROM generate_series(1, 2500) n",
    )
    .await;

    let ran = run(&cluster, &["user", "export"]);
    assert!(
        ran.complaint.contains("2502 users exported."),
        "{}",
        ran.complaint
    );
    let csv = ran.well();
    assert_eq!(csv.lines().count(), 2503);
    assert!(csv.starts_with("id,email,display_name,role,"), "{csv}");
    assert!(csv.contains(r#",ada@example.org,"'=HYPERLINK(""x""),y",user,false,"#));
    assert!(csv.contains(",'+grace@example.org,"));
    assert!(!csv.contains("$argon2"));
    let (event, user_agent) = latest_event(&sql).await;
    assert_eq!(event, "users_exported");
    assert_eq!(user_agent, "vestibule user export");

    let file = cluster.folder().join("ada.jsonl");
    let name = file.to_str().unwrap();
    let words = [
        "user", "export", "--format", "json", "--output", name, "ada",
    ];
    assert_eq!(run(&cluster, &words).well(), "");
    assert_eq!(mode(&file), 0o600);
    let line: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(line["display_name"], "=HYPERLINK(\"x\"),y");
    assert_eq!(line["email"], ada.email);
    assert_eq!(line.as_object().unwrap().len(), 11);
    run(&cluster, &words).refused("cannot be made");
    run(&cluster, &["user", "export", "--status", "gone"]).refused("--status");
}
