//! Mail scanners: programs that open every link of a mail before its owner does.

use std::{collections::BTreeSet, fs, path::Path};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use vestibule::internals::{flows::authenticators::recovery::due, throttle::account::Guess};

use super::matrix::everything;
use crate::{
    admin::imports::{DJANGO, DJANGO_PASSWORD, host, imported},
    harness::{
        Reply, TestApp,
        answer::Answer,
        browser::http,
        people::{NEW_PASSWORD, PASSWORD},
        settings::{HOST, ORIGIN},
    },
    lost_factor::recover,
};

const NEW: &str = "new@example.com";
const MOVED: &str = "moved@example.com";
const GUEST: &str = "guest@example.com";
const IMPORTED: &str = "imported@example.com";

/// The links of a text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .filter(|word| word.starts_with(ORIGIN))
}

/// The path that a link opens.
fn path(link: &str) -> String {
    let path = link.strip_prefix(ORIGIN).unwrap();
    path.split('?').next().unwrap().to_owned()
}

/// Where the links of all mails lead that there are, as `docs/mails` has them.
fn paths_of_all_mails() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mails");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let texts = files.filter(|file| file.extension().is_some_and(|extension| extension == "txt"));
    texts
        .flat_map(|file| {
            links(&fs::read_to_string(file).unwrap())
                .map(path)
                .collect::<Vec<_>>()
        })
        .collect()
}

async fn call(app: &TestApp, call: &str, body: serde_json::Value) -> Reply {
    app.api().post(call, body).await
}

/// Causes a mail with each kind of link. A new kind of link needs a line here, and one in the test.
async fn cause_every_link(app: &TestApp) {
    let register = json!({ "email": NEW, "password": PASSWORD });
    assert_eq!(call(app, "/register", register).await.status, 202);
    // The owner is told that the address is taken, and asks for a reset.
    let owner = app.person().verified().await;
    let register = json!({ "email": owner.email, "password": PASSWORD });
    assert_eq!(call(app, "/register", register).await.status, 202);
    let forgetful = app.person().verified().await;
    let forgot = json!({ "email": forgetful.email });
    assert_eq!(call(app, "/forgot-password", forgot).await.status, 202);
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let change = json!({ "new_email": MOVED, "password": PASSWORD });
    assert_eq!(api.post("/change-email", change).await.status, 202);
    // Another one is blocked.
    let blocked = app.person().verified().await;
    let guess = json!({ "email": blocked.email, "password": "not the right password" });
    assert_eq!(call(app, "/login", guess).await.status, 401);
    let key = app
        .services()
        .account_throttle
        .key_of(Guess::Password, &blocked.email);
    let update = "UPDATE account_throttles SET failures = 100 WHERE key = $1";
    app.sql(update, &[&key.as_slice()]).await;
    assert_eq!(app.api().sign_in(&blocked).await.status, 429);
    // Another one has lost the second factor, three days ago.
    let recovering = app.person().with_totp().await;
    for start in [
        "INSERT INTO recoveries (user_id, rev, started_at, ends_at, reminded_at)
            SELECT id, revocation_id, created_at - interval '3 days', created_at, created_at FROM users WHERE id::text = $1",
        "INSERT INTO mails (id, user_id, kind, decoy, next_attempt_at, created_at, sent_at)
            SELECT gen_random_uuid(), id, 'recovery_started', false, created_at, created_at - interval '3 days',
                created_at - interval '3 days' FROM users WHERE id::text = $1",
    ] {
        app.sql(start, &[&recovering.id.to_string()]).await;
    }
    due::run(app.services()).await.unwrap();
    // Admins invite and import.
    let mut browser = host(app).await;
    browser.visit("/admin/users/new").await;
    let typed = [("email", GUEST), ("role", "user")];
    browser.submit("/admin/users/new", &typed).await;
    let file = format!("email,password_hash\n{IMPORTED},{DJANGO}\n");
    imported(app, &mut browser, &file).await;
    app.outbox_is_empty().await;
}

/// Opens a link twice by GET and twice by HEAD, as a program without cookies and as a browser of its own that follows and
/// keeps them.
async fn scan(app: &TestApp, link: &str) {
    let url = app.url() + link.strip_prefix(ORIGIN).unwrap();
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD] {
        let request = http().request(method.clone(), &url).header("host", HOST);
        let answer = Answer::of(request.header("user-agent", "Scanner/1.0")).await;
        assert_eq!(answer.status, 200, "{method} {link}: {answer:?}");
    }
    let mut browser = app.browser();
    for _ in 0..2 {
        assert_eq!(browser.visit(link).await.status(), 200, "{link}");
        let head = browser.request(Method::HEAD, link.strip_prefix(ORIGIN).unwrap());
        assert_eq!(browser.send(head).await.status, 200, "{link}");
    }
}

/// Opening changes no row, and every link works afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_opens_every_link_changes_nothing() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    cause_every_link(&app).await;
    let mails = app.post.mailbox().sent();
    let links: Vec<String> = mails
        .iter()
        .flat_map(|mail| links(&mail.text).map(str::to_owned))
        .collect();
    let opened: BTreeSet<String> = links.iter().map(|link| path(link)).collect();
    assert_eq!(opened, paths_of_all_mails(), "every kind of link is opened");

    let before = everything(&app).await;
    for link in &links {
        // Late enough for whatever notes when something was last seen.
        app.wait(TimeDelta::seconds(61));
        scan(&app, link).await;
    }
    let after = everything(&app).await;
    let changed: Vec<&String> = after.symmetric_difference(&before).collect();
    assert!(changed.is_empty(), "{changed:#?}");

    let to = |path: &str, email: &str| {
        let mut to = mails.iter().filter(|mail| mail.to == email);
        let link =
            to.find_map(|mail| self::links(&mail.text).find(|link| self::path(link) == path));
        let link = link.unwrap_or_else(|| panic!("{path} for {email}"));
        link.split_once("?token=").unwrap().1.to_owned()
    };
    let of = |path: &str| {
        let mail = mails
            .iter()
            .find(|mail| self::links(&mail.text).any(|link| self::path(link) == path));
        mail.unwrap().to.clone()
    };
    let body = json!({ "token": to("/verify-email", NEW), "password": PASSWORD });
    assert_eq!(call(&app, "/verify-email", body).await.status, 204);
    let body = json!({ "token": to("/verify-email", IMPORTED), "password": DJANGO_PASSWORD });
    assert_eq!(call(&app, "/verify-email", body).await.status, 204);
    let token = to("/reset-password", &of("/reset-password"));
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    assert_eq!(call(&app, "/reset-password", body).await.status, 200);
    let body = json!({ "token": to("/confirm-email", MOVED), "password": PASSWORD });
    assert_eq!(call(&app, "/confirm-email", body).await.status, 204);
    let body = json!({ "token": to("/unlock", &of("/unlock")) });
    assert_eq!(call(&app, "/unlock", body).await.status, 204);
    let body = json!({ "token": to("/invitation", GUEST), "password": PASSWORD });
    assert_eq!(call(&app, "/accept-invitation", body).await.status, 201);
    let token = to("/recover", &of("/recover"));
    assert_eq!(recover(&app, &token).await.1.path(), "/account");
    // The last one, as it ends what the others wait for.
    let body = json!({ "token": to("/not-me", &of("/not-me")) });
    assert_eq!(call(&app, "/not-me", body).await.status, 200);
}
