//! Accounts that come in a file: judged, confirmed, imported in the background, and taken back.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join;
use reqwest::Method;
use serde_json::json;
use tokio::time::{sleep, timeout};
use vestibule::internals::flows::upkeep::{purge, rotate_keys};

use super::admin;
use crate::harness::{Browser, TestApp, answer::Answer, people::PASSWORD, settings::ORIGIN};

/// Accounts that are staged.
const STAGED: &str = "SELECT count(*) FROM user_import_rows";
pub(super) const IMPORTS: &str = "/admin/users/import";
/// `café au lait, twice`, hashed as Django does, by `hashlib.pbkdf2_hmac`.
pub(super) const DJANGO: &str =
    "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=";
pub(super) const DJANGO_PASSWORD: &str = "café au lait, twice";

/// A form with a file, as a browser writes it.
pub(super) fn multipart(token: Option<&str>, name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(token) = token {
        let field = "--edge\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n";
        body.extend_from_slice(format!("{field}{token}\r\n").as_bytes());
    }
    let field = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    body.extend_from_slice(field.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    body
}

async fn send(browser: &mut Browser, body: Vec<u8>) -> Answer {
    let request = browser
        .request(Method::POST, IMPORTS)
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .body(body);
    browser.send(request).await
}

async fn upload(browser: &mut Browser, content: &str) -> Answer {
    let token = browser.csrf_token().await;
    let body = multipart(Some(&token), "users.csv", content.as_bytes());
    send(browser, body).await
}

/// Uploads a file that is kept; returns its page.
pub(super) async fn kept(browser: &mut Browser, content: &str) -> String {
    let answer = upload(browser, content).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").unwrap().to_owned()
}

/// Uploads and confirms a file, and waits until it is done.
pub(super) async fn imported(app: &TestApp, browser: &mut Browser, content: &str) -> String {
    let path = kept(browser, content).await;
    browser.visit(&path).await;
    browser.submit(&format!("{path}/confirm"), &[]).await;
    assert_eq!(settled(app, &path).await, "done");
    path
}

async fn state(app: &TestApp, path: &str) -> String {
    let id = path.rsplit('/').next().unwrap().to_owned();
    let rows = app
        .sql("SELECT state FROM user_imports WHERE id::text = $1", &[&id])
        .await;
    rows[0].get(0)
}

/// What becomes of an import that runs.
pub(super) async fn settled(app: &TestApp, path: &str) -> String {
    let until_done = async {
        loop {
            match state(app, path).await.as_str() {
                "running" => sleep(Duration::from_millis(50)).await,
                state => return state.to_owned(),
            }
        }
    };
    let patience = Duration::from_secs(30);
    timeout(patience, until_done).await.expect("it ends")
}

pub(super) async fn count(app: &TestApp, sql: &str) -> i64 {
    app.sql(sql, &[]).await[0].get(0)
}

pub(super) async fn host(app: &TestApp) -> Browser {
    let (host, _) = admin(app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    browser
}

/// Addresses of a domain of their own, a row each.
pub(super) fn rows(domain: &str, count: usize) -> String {
    let rows: Vec<_> = (1..=count).map(|n| format!("p{n}@{domain}")).collect();
    format!("email\n{}\n", rows.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_judged_confirmed_imported_and_taken_back() {
    let app = TestApp::start().await;
    let (host, _) = admin(&app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let content = format!(
        "email,password_hash,display_name,email_verified\r\n\
         ada@example.org,{DJANGO},<script>alert(1)</script>,true\r\n\
         =cmd@example.org,,=1+1,\r\n{},,,\r\n",
        host.email
    );
    let path = kept(&mut browser, &content).await;

    // The database holds none of it in plain text, and no account exists yet.
    let stored = app.sql("SELECT sealed FROM user_import_parts", &[]).await;
    let stored: Vec<u8> = stored[0].get(0);
    for word in ["ada@example.org", "pbkdf2"] {
        let found = stored.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!found, "{word} can be read");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);

    let page = browser.visit(&path).await;
    assert_eq!(page.text("h1"), "Import of users.csv");
    let reported = page.text("main");
    assert!(reported.contains("2 accounts would be made. 1 address has an account"));
    let new = page.texts(".rows tbody tr");
    assert_eq!(
        new,
        [
            "2 ada@example.org Gets an account.",
            "3 =cmd@example.org Gets an account."
        ]
    );
    let page = browser.visit(&format!("{path}?show=exists")).await;
    assert!(page.texts(".rows tbody tr")[0].starts_with(&format!("4 {}", host.email)));
    let page = browser.visit(&format!("{path}?show=new&page=7")).await;
    assert!(page.texts(".rows tbody tr").is_empty());

    let page = browser.submit(&format!("{path}/confirm"), &[]).await;
    assert_eq!(page.path(), path);
    assert_eq!(settled(&app, &path).await, "done");
    let page = browser.visit(&path).await;
    assert!(page.text("main").contains("2 accounts were made"));
    assert_eq!(page.header("refresh"), None);
    assert_eq!(
        count(&app, "SELECT count(*) FROM user_import_parts").await,
        0
    );
    let actor = "SELECT count(*) FROM audit_events WHERE actor_id::text = $1 AND session_id IS NOT NULL AND event = $2";
    for (event, events) in [("imported", 2), ("users_imported", 1)] {
        let found = app.sql(actor, &[&host.id.to_string(), &event]).await;
        assert_eq!(found[0].get::<_, i64>(0), events, "{event}");
    }
    let listed = browser.visit(IMPORTS).await;
    assert!(listed.texts(".people li")[0].starts_with("users.csv Made 2 accounts Imported"));
    let found = browser.visit("/admin/users?q=ada@example.org").await;
    assert!(!found.html().contains("<script>alert"), "{}", found.html());

    // Guesses of strangers are no use of an account.
    let guess = json!({ "email": "ada@example.org", "password": "not the right one" });
    assert_eq!(app.api().post("/login", guess).await.status, 401);
    let undo = format!("{path}/undo");
    let page = browser.visit(&undo).await;
    assert!(page.text("main").contains("All 2 accounts"));
    for (reason, typed, why) in [
        ("", "2", "Say why"),
        ("wrong file", "3", "number of accounts"),
    ] {
        let typed = [("reason", reason), ("confirm_count", typed)];
        let page = browser.submit(&undo, &typed).await;
        assert_eq!(page.status(), 422);
        assert!(page.alert().contains(why), "{}", page.alert());
    }
    let typed = [("reason", "wrong file"), ("confirm_count", " 2 ")];
    let page = browser.submit(&undo, &typed).await;
    assert_eq!(page.path(), path);
    assert!(page.text("main").contains("2 accounts are gone"));
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
    let events = app.audit().await;
    let erased = events.iter().filter(|event| *event == "user_erased");
    assert_eq!(erased.count(), 2);
    assert_eq!(events.last().unwrap(), "users_import_undone");

    // It is over: both forms of before lead nowhere.
    let page = browser.visit(&undo).await;
    assert_eq!(page.path(), path);
    let again = browser
        .post(&undo, &with_token(&mut browser.clone(), &typed).await)
        .await;
    assert!(again.text("main").contains("nothing to take back"));
}

async fn with_token<'a>(
    browser: &mut Browser,
    fields: &[(&'a str, &'a str)],
) -> Vec<(&'a str, String)> {
    let mut all = vec![("csrf_token", browser.csrf_token().await)];
    all.extend(
        fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_file_is_reported_and_not_kept() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let token = browser.csrf_token().await;
    for (content, why) in [
        (&b"email\na@x.org\n\xff\xfe\n"[..], "line 3 is not UTF-8"),
        (b" \n", "empty"),
        (b"", "empty"),
        (b"mail\na@x.org\n", "no column mail"),
        (b"role\nuser\n", "no column email"),
        (b"email\n", "no rows"),
    ] {
        let answer = send(&mut browser, multipart(Some(&token), "a.csv", content)).await;
        assert_eq!(answer.status, 422, "{why}");
        assert!(answer.body.contains(why), "{why}: {}", answer.body);
    }
    // No file at all, as a browser sends it, and a form that is no form for files.
    let answer = send(&mut browser, multipart(Some(&token), "", b"")).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("Choose a file."));
    let page = browser.post(IMPORTS, &[("csrf_token", &token)]).await;
    assert_eq!(page.status(), 422);
    let whole = vec![b'x'; 10 * 1024 * 1024 + 1];
    let answer = send(&mut browser, multipart(Some(&token), "a.csv", &whole)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("vestibule user import"));
    let whole = vec![b'x'; 11 * 1024 * 1024];
    let answer = send(&mut browser, multipart(Some(&token), "a.csv", &whole)).await;
    assert_eq!(answer.status, 413);
    assert_eq!(count(&app, "SELECT count(*) FROM user_imports").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_listed_first_and_nothing_can_be_confirmed() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let pairs: Vec<_> = (0..60)
        .map(|n| format!("p{n}@example.org,\n<b>{n}</b>,\n"))
        .collect();
    let content = format!("email,role\n{}root@example.org,admin\n", pairs.concat());
    let path = kept(&mut browser, &content).await;
    let page = browser.visit(&path).await;
    assert!(page.text("main").contains("61 rows cannot be used"));
    assert!(!page.html().contains("/confirm"));
    assert!(!page.html().contains("<b>"));
    assert_eq!(page.texts(".rows tbody tr").len(), 50);
    let page = browser.visit(&format!("{path}?show=bad&page=2")).await;
    let left = page.texts(".rows tbody tr");
    assert_eq!(left.len(), 11);
    assert!(left[10].contains("--allow-admins"), "{left:?}");
    let confirm = format!("{path}/confirm");
    let fields = with_token(&mut browser, &[]).await;
    let page = browser.post(&confirm, &fields).await;
    assert!(page.alert().contains("nothing was imported"), "{page:?}");
    assert_eq!(state(&app, &path).await, "uploaded");
    let page = browser.submit(&format!("{path}/discard"), &[]).await;
    assert_eq!(page.path(), IMPORTS);
    for table in ["user_imports", "user_import_parts"] {
        let left = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(&app, &left).await, 0);
    }
    assert_eq!(browser.visit(&path).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_this_browsers_token_keeps_nothing() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let other = app.browser().csrf_token().await;
    let own = browser.csrf_token().await;
    let content = rows("example.org", 3);
    for token in [None, Some(""), Some(other.as_str())] {
        let body = multipart(token, "a.csv", content.as_bytes());
        assert_eq!(send(&mut browser, body).await.status, 403, "{token:?}");
    }
    // The token has to come before the file.
    let mut late = multipart(None, "a.csv", content.as_bytes());
    late.truncate(late.len() - "--edge--\r\n".len());
    late.extend_from_slice(&multipart(Some(&own), "b.csv", b"x"));
    assert_eq!(send(&mut browser, late).await.status, 403);
    // A foreign page has no token, and is refused before that.
    let body = multipart(Some(&own), "a.csv", content.as_bytes());
    let foreign = browser
        .request(Method::POST, IMPORTS)
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body(body);
    assert_eq!(browser.send(foreign).await.status, 403);
    for broken in [&b"--edge"[..], b"--edge\r\n\r\n", b"", b"--other--\r\n"] {
        let status = send(&mut browser, broken.to_vec()).await.status;
        assert!([400, 403].contains(&status), "{status}");
    }
    for unbounded in ["multipart/form-data", "multipart/form-data; boundary"] {
        let request = browser
            .request(Method::POST, IMPORTS)
            .header("content-type", unbounded)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .body(multipart(Some(&own), "a.csv", content.as_bytes()));
        assert_eq!(browser.send(request).await.status, 400, "{unbounded}");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM user_imports").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_recent_proof_the_page_asks_for_it_before_a_file_is_chosen() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let path = kept(&mut browser, &rows("example.org", 2)).await;
    app.wait(TimeDelta::minutes(10));
    let page = browser.visit(IMPORTS).await;
    assert!(!page.html().contains("type=\"file\""));
    assert!(page.text("main").contains("confirm that it is you"));
    // A form that was already open answers that the file was not kept.
    let answer = upload(&mut browser, &rows("example.com", 2)).await;
    let to = answer.header("location").unwrap().to_owned();
    assert_eq!(to, "/reauthenticate?next=%2Fadmin%2Fusers%2Fimport");
    let page = browser.visit(&to).await;
    assert!(page.text("main").contains("Your file was not kept."));
    assert!(page.text("main").contains("to import accounts"));
    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.path(), IMPORTS);
    assert!(page.html().contains("type=\"file\""));

    // What has no file waits for the proof.
    app.wait(TimeDelta::minutes(10));
    browser.visit(&path).await;
    let confirm = format!("{path}/confirm");
    let page = browser.submit(&confirm, &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
    assert_eq!(state(&app, &path).await, "uploaded");
    browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    let page = browser.submit(&confirm, &[]).await;
    assert_eq!(page.path(), path);
    assert_eq!(settled(&app, &path).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_confirm_at_once_import_once() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let mut one = host(&app).await;
    let mut two = host(&app).await.at(&other);
    for round in 0..5 {
        let path = kept(&mut one, &rows(&format!("r{round}.example.org"), 40)).await;
        let confirm = format!("{path}/confirm");
        let fields = with_token(&mut one, &[]).await;
        let others = with_token(&mut two, &[]).await;
        let (a, b) = join(one.post(&confirm, &fields), two.post(&confirm, &others)).await;
        assert_eq!((a.path(), b.path()), (path.as_str(), path.as_str()));
        assert_eq!(settled(&app, &path).await, "done");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 2 + 5 * 40);
    let events = app.audit().await;
    let done = events.iter().filter(|event| *event == "users_imported");
    assert_eq!(done.count(), 5);
    let imported = events.iter().filter(|event| *event == "imported");
    assert_eq!(imported.count(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_how_far_it_is_and_a_run_that_was_followed_writes_nothing() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let path = kept(&mut browser, &rows("example.org", 700)).await;
    // Another transaction registers an address of the second part, and does not end.
    let slow = app.another_connection().await;
    let insert = "BEGIN; INSERT INTO users (id, email, email_canonical, password_hash, created_at)
        VALUES (gen_random_uuid(), 'p600@example.org', 'p600@example.org', '!', now())";
    slow.batch_execute(insert).await.unwrap();
    browser.visit(&path).await;
    let page = browser.submit(&format!("{path}/confirm"), &[]).await;
    assert_eq!(page.header("refresh"), Some("2"));
    let until_staged = async {
        loop {
            let page = browser.visit(&path).await;
            if page.text("label[for=progress]") == "700 of 700 rows" {
                return page;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let page = timeout(Duration::from_secs(20), until_staged)
        .await
        .unwrap();
    assert!(page.html().contains("value=\"700\""));
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);

    // As if its node had not been heard of: the next run makes the accounts, and this one is over.
    let later = "UPDATE user_imports SET run = run + 1, seen_at = seen_at - interval '1 minute'";
    app.sql(later, &[]).await;
    slow.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(settled(&app, &path).await, "done");
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 701);
    assert!(count(&app, "SELECT run::bigint FROM user_imports").await >= 3);
    assert_eq!(count(&app, STAGED).await, 0);
    let events = app.audit().await;
    let done = events.iter().filter(|event| *event == "users_imported");
    assert_eq!(done.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_three_runs_is_given_up() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let path = kept(&mut browser, &rows("example.org", 3)).await;
    let thrice = "UPDATE user_imports SET state = 'running', run = 3, confirmed_by = created_by,
        confirmed_ip = '192.0.2.1', seen_at = seen_at - interval '1 minute'";
    app.sql(thrice, &[]).await;
    assert_eq!(settled(&app, &path).await, "failed");
    let page = browser.visit(&path).await;
    assert!(page.text("main").contains("begun three times"));
    assert_eq!(
        count(&app, "SELECT count(*) FROM user_import_parts").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_admin_imports_nothing() {
    let app = TestApp::start().await;
    let (host, _) = admin(&app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let path = kept(&mut browser, &rows("example.org", 3)).await;
    let slow = app.another_connection().await;
    let insert = "BEGIN; INSERT INTO users (id, email, email_canonical, password_hash, created_at)
        VALUES (gen_random_uuid(), 'p2@example.org', 'p2@example.org', '!', now())";
    slow.batch_execute(insert).await.unwrap();
    browser.visit(&path).await;
    browser.submit(&format!("{path}/confirm"), &[]).await;
    let demote = "UPDATE users SET role = 'user' WHERE id::text = $1";
    app.sql(demote, &[&host.id.to_string()]).await;
    slow.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(settled(&app, &path).await, "failed");
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
    assert!(!app.audit().await.contains(&"users_imported".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_were_used_or_changed_are_not_taken_back() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    let mut browser = host(&app).await;
    for (n, used) in [true, false].into_iter().enumerate() {
        let email = format!("ada{n}@example.org");
        let content = format!("email,password_hash\n{email},{DJANGO}\nbob{n}@example.org,\n");
        let path = imported(&app, &mut browser, &content).await;
        if used {
            let body = json!({ "email": email, "password": DJANGO_PASSWORD });
            assert_eq!(app.api().post("/login", body).await.status, 200);
        } else {
            let found = app
                .sql("SELECT id::text FROM users WHERE email = $1", &[&email])
                .await;
            let id: String = found[0].get(0);
            let body = json!({ "reason": "x" });
            let done = api.admin(&format!("/{id}/disable"), body).await;
            assert_eq!(done.status, 204);
        }
        let undo = format!("{path}/undo");
        let page = browser.visit(&undo).await;
        assert!(page.text("main").contains("1 of its accounts is in use"));
        assert!(page.text("main").contains(&email));
        let typed = [("reason", "x"), ("confirm_count", "2")];
        let fields = with_token(&mut browser, &typed).await;
        let page = browser.post(&undo, &fields).await;
        assert_eq!(page.status(), 409);
        assert!(page.text("main").contains(&email));
        assert_eq!(state(&app, &path).await, "done");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 2 + 4);

    // After thirty days, sessions may have been forgotten, and nothing is taken back any more.
    let path = imported(&app, &mut browser, &rows("example.net", 1)).await;
    app.wait(TimeDelta::days(30));
    let mut browser = self::host(&app).await;
    let page = browser.visit(&format!("{path}/undo")).await;
    assert_eq!(page.path(), path);
    assert!(page.text("main").contains("more than 30 days ago"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_while_its_owners_are_still_being_mailed() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let slow = app.another_connection().await;
    let trigger = "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
        CREATE TRIGGER slowly AFTER INSERT ON mails FOR EACH STATEMENT EXECUTE FUNCTION slowly();";
    slow.batch_execute(trigger).await.unwrap();
    let path = imported(&app, &mut browser, &rows("example.org", 3500)).await;
    assert!(count(&app, STAGED).await > 0, "nothing is tested");
    let undo = format!("{path}/undo");
    let typed = [("reason", "wrong file"), ("confirm_count", "3500")];
    let fields = with_token(&mut browser, &typed).await;
    browser.post(&undo, &fields).await;
    assert_eq!(state(&app, &path).await, "undone");
    let cleared = async {
        while count(&app, STAGED).await > 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(30), cleared).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
    let due = "SELECT count(*) FROM mails WHERE kind = 'imported' AND NOT decoy
        AND sealed IS NOT NULL AND dropped_at IS NULL";
    assert_eq!(count(&app, due).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_at_the_moment_of_the_undo_wins_or_finds_no_account() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let mut browser = host(&app).await;
    let (mut won, mut lost) = (0, 0);
    let mut imports = Vec::new();
    for round in 0..30_u64 {
        let email = format!("ada{round}@example.org");
        let content = format!("email,password_hash\n{email},{DJANGO}\nb{round}@example.org,\n");
        let path = kept(&mut browser, &content).await;
        let fields = with_token(&mut browser, &[]).await;
        browser.post(&format!("{path}/confirm"), &fields).await;
        imports.push((round, email, path));
    }
    for (round, email, path) in imports {
        assert_eq!(settled(&app, &path).await, "done");
        let typed = [("reason", "x"), ("confirm_count", "2")];
        let fields = with_token(&mut browser, &typed).await;
        let undo = format!("{path}/undo");
        let body = json!({ "email": email, "password": DJANGO_PASSWORD });
        let api = app.api().at(&other);
        // The sign-in takes its hash, so that the undo has to come a little later to meet it.
        let undoing = async {
            sleep(Duration::from_millis(round % 10)).await;
            browser.post(&undo, &fields).await
        };
        let (signed_in, undone) = join(api.post("/login", body), undoing).await;
        let there = app
            .sql("SELECT 1 FROM users WHERE email = $1", &[&email])
            .await;
        let state = state(&app, &path).await;
        if signed_in.status == 200 {
            won += 1;
            assert_eq!((undone.status(), there.len()), (409, 1), "{round}");
            assert_eq!(state, "done");
            let me = app.api().with(&signed_in).get("/me").await;
            assert_eq!(me.status, 200);
        } else {
            lost += 1;
            assert_eq!((signed_in.status, there.len()), (401, 0), "{round}");
            assert_eq!((undone.status(), state.as_str()), (200, "undone"));
        }
    }
    assert_eq!(won + lost, 30);
    println!("the sign-in won {won} times, the undo {lost}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_left_is_forgotten_after_a_day() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let done = imported(&app, &mut browser, &rows("example.com", 2)).await;
    kept(&mut browser, &rows("example.org", 2)).await;
    app.wait(TimeDelta::hours(23));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(
        count(&app, "SELECT count(*) FROM user_import_parts").await,
        1
    );
    app.wait(TimeDelta::hours(2));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(
        count(&app, "SELECT count(*) FROM user_import_parts").await,
        0
    );
    assert_eq!(count(&app, "SELECT count(*) FROM user_imports").await, 1);
    assert_eq!(state(&app, &done).await, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sealed_again_when_the_key_changes() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    // Three pieces.
    let path = kept(&mut browser, &rows("a-long-domain-name.example.org", 4000)).await;
    let old = "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
    let new = "k2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=";
    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{new},{old}"))]);
    let report = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.columns[2].resealed, 3);
    let new_alone = app.another_node_with(&[("SEALING_KEYS", new)]);
    let page = browser.at(&new_alone).visit(&path).await;
    assert!(page.text("main").contains("4000 accounts would be made"));
}
