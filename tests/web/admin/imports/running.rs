//! Files after their upload: confirmed and imported, or deleted.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join;
use tokio::time::{sleep, timeout};
use vestibule::internals::flows::upkeep::{purge, rotate_keys};

use super::{STAGED, count, host, imported, kept, rows, settled, state, with_token};
use crate::{admin::admin, harness::TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn two_concurrent_confirmations_import_once() {
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
async fn the_page_shows_the_progress_and_a_replaced_run_writes_nothing() {
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

    // As if its node had sent no heartbeat: the next run creates the accounts, and this one ends.
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
async fn an_import_that_does_not_end_in_three_runs_fails() {
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
async fn a_file_that_is_not_confirmed_is_deleted_after_a_day() {
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
    // Three parts.
    let path = kept(&mut browser, &rows("a-long-domain-name.example.org", 4000)).await;
    let old = "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
    let new = "k2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=";
    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{new},{old}"))]);
    let report = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.columns[2].resealed, 3);
    let new_alone = app.another_node_with(&[("SEALING_KEYS", new)]);
    let page = browser.at(&new_alone).visit(&path).await;
    assert!(
        page.text("main")
            .contains("This import will create 4000 accounts")
    );
}
