//! This build reads what an earlier build wrote: a database with rows of every kind, sealed and hashed
//! under the keys of the tests, and the cookies, tokens, cursors and mailed links that were issued at the
//! same time.
//!
//! `make.rs` wrote `database.sql` and `given.json`. Replace them only when a format changes on purpose.

mod make;
mod people;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule::internals::flows::audit::verify;

use super::imports;
use crate::harness::{Browser, Page, Person, Reply, TestApp, people::NEW_PASSWORD};
use people::Kept;

const DATABASE: &str = include_str!("database.sql");
const GIVEN: &str = include_str!("given.json");

/// The thresholds of production, with flood limits that no test reaches: earlier failures must still
/// count.
const SETTINGS: [(&str, &str); 4] = [
    ("RATE_LIMIT_SCALE", "1"),
    ("RATE_LIMIT_LOGIN_IP", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL_IP", "100000/1m"),
];

/// What the earlier build issued.
#[derive(Debug, Serialize, Deserialize)]
struct Given {
    /// How far the clock had been moved.
    minutes: i64,
    people: BTreeMap<String, Kept>,
    /// The cookies of each browser.
    browsers: BTreeMap<String, BTreeMap<String, String>>,
    /// Access, refresh and `login_mfa` tokens.
    tokens: BTreeMap<String, String>,
    /// Tokens of mailed links.
    links: BTreeMap<String, String>,
    /// Calls with the cursor of a second page.
    cursors: Vec<String>,
    /// Pages of imports.
    imports: BTreeMap<String, String>,
}

/// The service on the earlier database, with the clock at that time.
struct Story {
    app: TestApp,
    given: Given,
}

impl Story {
    async fn open() -> Self {
        let given: Given = serde_json::from_str(GIVEN).unwrap();
        let app = TestApp::restored(DATABASE, &SETTINGS, TimeDelta::minutes(given.minutes)).await;
        Self { app, given }
    }

    fn person(&self, name: &str) -> Person {
        self.given.people[name].person(&self.app.clock)
    }

    fn browser(&self, name: &str) -> Browser {
        let mut browser = self.app.browser();
        browser.jar.put(&self.given.browsers[name]);
        browser
    }

    fn token(&self, name: &str) -> &str {
        &self.given.tokens[name]
    }

    async fn link(&self, page: &str, name: &str) -> (Browser, Page) {
        let mut browser = self.app.browser();
        let path = format!("{page}?token={}", self.given.links[name]);
        let shown = browser.visit(&path).await;
        assert_eq!(shown.status(), 200, "{name}");
        (browser, shown)
    }
}

#[test]
fn the_dump_has_rows_in_every_table() {
    let words = |line: &str| line.split([' ', '(']).nth(2).unwrap_or_default().to_owned();
    let made = DATABASE
        .lines()
        .filter(|line| line.starts_with("CREATE TABLE "));
    let tables: Vec<String> = made.map(words).collect();
    assert!(tables.len() > 12, "{tables:?}");
    for table in tables {
        let filled = DATABASE.contains(&format!("INSERT INTO {table} VALUES"));
        // Only the name of a lock is used.
        assert!(filled || table.ends_with("_lock"), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_cookies_are_accepted() {
    let story = Story::open().await;
    let mut signed_in = story.browser("signed in");
    assert!(signed_in.is_signed_in().await);
    // Forms of a page that was already open are still accepted.
    signed_in.visit("/account/password").await;
    let ada = story.person("ada");
    assert_eq!(
        signed_in.visit("/account").await.text(".who-name"),
        format!("Signed in as {}", ada.email)
    );

    let mut pending = story.browser("waits for a code");
    pending.visit("/login/verify").await;
    let code = story.person("bob").code();
    let page = pending.submit("/login/verify", &[("code", &code)]).await;
    assert_eq!(
        page.path(),
        "/account/sessions",
        "with its `next`: {}",
        page.alert()
    );

    let mut trusted = story.browser("trusted");
    assert_eq!(
        trusted.sign_in(&story.person("bob")).await.path(),
        "/account"
    );

    // A known browser can sign in although its address is blocked.
    let frank = story.person("frank");
    assert_eq!(story.app.api().sign_in(&frank).await.status, 429);
    let mut earlier = story.browser("known to frank");
    assert_eq!(earlier.sign_in(&frank).await.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_tokens_are_accepted() {
    let story = Story::open().await;
    let api = story.app.api();
    let me = api.with_token(story.token("access")).get("/me").await;
    assert_eq!(me.status, 200);
    let refreshed = api.refresh(story.token("refresh")).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(api.with(&refreshed).get("/me").await.status, 200);
    let replayed = api.refresh(story.token("used refresh")).await;
    assert_eq!((replayed.status, replayed.code()), (401, "invalid_token"));
    let ended = api.with_token(story.token("ended access")).get("/me").await;
    assert_eq!(ended.status, 401);
    let bob = story.person("bob");
    let body = json!({ "mfa_token": story.token("mfa"), "code": bob.backup_codes[0] });
    assert_eq!(api.post("/login/mfa", body).await.status, 200);
    let enrolling = api.with_token(story.token("enrolling"));
    let erin = story.person("erin");
    let confirmed = enrolling
        .post(
            "/mfa/totp/confirm",
            json!({ "code": erin.code(), "password": erin.password }),
        )
        .await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_mailed_links_work() {
    let story = Story::open().await;
    let (mut browser, _) = story.link("/verify-email", "verify").await;
    let typed = [("password", story.person("gus").password)];
    let typed = typed
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    assert_eq!(
        browser.submit("/verify-email", &typed).await.path(),
        "/account"
    );

    let (mut browser, _) = story.link("/reset-password", "reset").await;
    let typed = [("new_password", NEW_PASSWORD)];
    assert_eq!(
        browser.submit("/reset-password", &typed).await.path(),
        "/account"
    );

    let (mut browser, _) = story.link("/invitation", "invitation").await;
    let typed = [("password", NEW_PASSWORD)];
    assert_eq!(
        browser.submit("/invitation", &typed).await.path(),
        "/account"
    );

    let (mut browser, _) = story.link("/unlock", "unlock").await;
    assert_eq!(browser.submit("/unlock", &[]).await.path(), "/login");
    assert_eq!(
        browser.sign_in(&story.person("frank")).await.path(),
        "/account"
    );

    // A reset that waits for its second factor.
    let api = story.app.api();
    let hal = story.person("hal");
    let body = json!({ "mfa_token": story.token("reset mfa"), "code": hal.code() });
    assert_eq!(api.post("/login/mfa", body).await.status, 200);
    let again = Person {
        password: NEW_PASSWORD.to_owned(),
        ..hal
    };
    assert_eq!(api.sign_in(&again).await.body["mfa_required"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_failures_still_count() {
    let story = Story::open().await;
    let ivy = story.person("ivy");
    let body = json!({ "email": ivy.email, "password": "not the right password" });
    // The tenth failure in a row.
    assert_eq!(story.app.api().post("/login", body).await.status, 401);
    assert_eq!(story.app.api().sign_in(&ivy).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_cursors_work() {
    let story = Story::open().await;
    let admin = story.app.api().with_token(story.token("admin"));
    assert!(story.given.cursors.len() >= 6);
    for call in &story.given.cursors {
        let reply = Reply::of(admin.request_at(Method::GET, call)).await;
        assert_eq!(reply.status, 200, "{call}: {reply:?}");
        let lists = reply.body.as_object().unwrap().values();
        assert!(
            lists
                .filter_map(Value::as_array)
                .any(|list| !list.is_empty()),
            "{call}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_imports_are_run_and_undone() {
    let story = Story::open().await;
    let mut host = story.browser("admin");
    let (waits, done) = (&story.given.imports["waits"], &story.given.imports["done"]);
    host.visit("/reauthenticate").await;
    let password = story.person("host").password;
    host.submit("/reauthenticate", &[("password", &password)])
        .await;
    assert_eq!(host.visit(waits).await.status(), 200);
    host.submit(&format!("{waits}/confirm"), &[]).await;
    assert_eq!(imports::settled(&story.app, waits).await, "done");
    host.visit(&format!("{done}/undo")).await;
    let reason = [("reason", "a test"), ("confirm_count", "60")];
    let page = host.submit(&format!("{done}/undo"), &reason).await;
    assert_eq!(page.status(), 200, "{}", page.alert());
    let left = "SELECT email FROM users WHERE email LIKE '%@done.example.com'";
    assert!(story.app.sql(left, &[]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_earlier_audit_chain_verifies_and_grows() {
    let story = Story::open().await;
    let s = story.app.services();
    let mut findings = Vec::new();
    let mut tell = |finding: &verify::Finding| findings.push(finding.clone());
    let report = verify::verify(s, None, &mut tell).await.unwrap();
    assert_eq!(findings, []);
    assert!(report.events >= 60 && report.seals >= 1, "{report:?}");
    // The hash of an address without an account can still be looked up by the address.
    let admin = story.app.api().with_token(story.token("admin"));
    let call = "/api/admin/audit?subject=nobody@example.com";
    let found = Reply::of(admin.request_at(Method::GET, call)).await;
    assert!(!found.body["events"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_queued_mails_are_delivered() {
    let story = Story::open().await;
    let waiting = "SELECT count(*) FROM mails WHERE sealed IS NOT NULL AND dropped_at IS NULL";
    let count: i64 = story.app.sql(waiting, &[]).await[0].get(0);
    assert!(count > 0);
    story.app.wait(TimeDelta::hours(1));
    let mail = story
        .app
        .post
        .mail(&story.person("ada").email, "password")
        .await;
    assert!(mail.text().contains("changed"), "{}", mail.text());
}
