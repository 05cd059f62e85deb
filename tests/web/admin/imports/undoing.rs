//! Undoing an import.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{
    DJANGO, DJANGO_PASSWORD, STAGED, count, host, imported, kept, rows, settled, state, with_token,
};
use crate::{admin::admin, harness::TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_were_used_or_changed_prevent_undoing_an_import() {
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

    // After thirty days, sessions may have been deleted, and the import cannot be undone any more.
    let path = imported(&app, &mut browser, &rows("example.net", 1)).await;
    app.wait(TimeDelta::days(30));
    let mut browser = self::host(&app).await;
    let page = browser.visit(&format!("{path}/undo")).await;
    assert_eq!(page.path(), path);
    assert!(page.text("main").contains("more than 30 days ago"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_be_undone_while_its_owners_are_being_mailed() {
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
async fn a_sign_in_during_the_undo_prevents_it_or_finds_no_account() {
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
        // The sign-in computes a hash first, so the undo must start slightly later to coincide with its
        // transaction.
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
