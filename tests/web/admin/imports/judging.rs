//! The report on a file, and the files that are kept.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::{
    DJANGO, IMPORTS, count, host, kept, multipart, rows, send, settled, state, upload, with_token,
};
use crate::{
    admin::admin,
    harness::{Browser, Person, TestApp, people::PASSWORD, settings::ORIGIN},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_confirmed_imported_and_undone() {
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

    is_unreadable(&app).await;
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
    is_reported(&mut browser, &path, &host.email).await;
    is_imported(&app, &mut browser, &path, &host).await;
    // Failed sign-ins by strangers do not count as use of an account.
    let guess = json!({ "email": "ada@example.org", "password": "not the right one" });
    assert_eq!(app.api().post("/login", guess).await.status, 401);
    is_undone(&app, &mut browser, &path).await;
}

/// Asserts that the database holds none of it in plain text.
async fn is_unreadable(app: &TestApp) {
    let stored = app.sql("SELECT sealed FROM user_import_parts", &[]).await;
    let stored: Vec<u8> = stored[0].get(0);
    for word in ["ada@example.org", "pbkdf2"] {
        let found = stored.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!found, "{word} can be read");
    }
}

async fn is_reported(browser: &mut Browser, path: &str, known: &str) {
    let page = browser.visit(path).await;
    assert_eq!(page.text("h1"), "Import of users.csv");
    let reported = page.text("main");
    assert!(
        reported.contains("This import will create 2 accounts. 1 address already has an account")
    );
    let new = page.texts(".rows tbody tr");
    assert_eq!(
        new,
        [
            "2 ada@example.org An account will be created.",
            "3 =cmd@example.org An account will be created."
        ]
    );
    let page = browser.visit(&format!("{path}?show=exists")).await;
    assert!(page.texts(".rows tbody tr")[0].starts_with(&format!("4 {known}")));
    let page = browser.visit(&format!("{path}?show=new&page=7")).await;
    assert!(page.texts(".rows tbody tr").is_empty());
}

async fn is_imported(app: &TestApp, browser: &mut Browser, path: &str, host: &Person) {
    let page = browser.submit(&format!("{path}/confirm"), &[]).await;
    assert_eq!(page.path(), path);
    assert_eq!(settled(app, path).await, "done");
    let page = browser.visit(path).await;
    assert!(page.text("main").contains("2 accounts were created"));
    assert_eq!(page.header("refresh"), None);
    assert_eq!(
        count(app, "SELECT count(*) FROM user_import_parts").await,
        0
    );
    let actor = "SELECT count(*) FROM audit_events WHERE actor_id::text = $1 AND session_id IS NOT NULL AND event = $2";
    for (event, events) in [("imported", 2), ("users_imported", 1)] {
        let found = app.sql(actor, &[&host.id.to_string(), &event]).await;
        assert_eq!(found[0].get::<_, i64>(0), events, "{event}");
    }
    let listed = browser.visit(IMPORTS).await;
    assert!(listed.texts(".people li")[0].starts_with("users.csv Created 2 accounts Imported"));
    let found = browser.visit("/admin/users?q=ada@example.org").await;
    assert!(!found.html().contains("<script>alert"), "{}", found.html());
}

async fn is_undone(app: &TestApp, browser: &mut Browser, path: &str) {
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
    assert!(page.text("main").contains("2 accounts were deleted"));
    assert_eq!(count(app, "SELECT count(*) FROM users").await, 1);
    let events = app.audit().await;
    let erased = events.iter().filter(|event| *event == "user_erased");
    assert_eq!(erased.count(), 2);
    assert_eq!(events.last().unwrap(), "users_import_undone");

    // It is over: both earlier forms do nothing.
    let page = browser.visit(&undo).await;
    assert_eq!(page.path(), path);
    let again = browser
        .post(&undo, &with_token(&mut browser.clone(), &typed).await)
        .await;
    assert!(again.text("main").contains("nothing to undo"));
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
    // No file, as a browser sends it, and a form of another type.
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
async fn a_form_without_this_browsers_token_stores_nothing() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let other = app.browser().csrf_token().await;
    let own = browser.csrf_token().await;
    let content = rows("example.org", 3);
    for token in [None, Some(""), Some(other.as_str())] {
        let body = multipart(token, "a.csv", content.as_bytes());
        assert_eq!(send(&mut browser, body).await.status, 403, "{token:?}");
    }
    // The token must come before the file.
    let mut late = multipart(None, "a.csv", content.as_bytes());
    late.truncate(late.len() - "--edge--\r\n".len());
    late.extend_from_slice(&multipart(Some(&own), "b.csv", b"x"));
    assert_eq!(send(&mut browser, late).await.status, 403);
    // A page of another site has no token, and is refused before that check.
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
async fn the_page_asks_for_reauthentication_before_a_file_is_chosen() {
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

    // A form without a file is kept through the reauthentication.
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
