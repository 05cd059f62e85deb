//! Accounts that are never verified are deleted.

use chrono::TimeDelta;
use futures_util::future::join;
use vestibule::internals::flows::upkeep::purge;

use super::{OWNER, importer, register};
use crate::{
    admin::imports::{DJANGO, count, imported},
    harness::{Person, TestApp},
};

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_never_verified_are_deleted_after_a_week() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    let content = format!("email,password_hash\n{OWNER},{DJANGO}\n");
    imported(&app, &mut browser, &content).await;
    let verified = app.person().verified().await;
    let unverified = register(&app, "never@example.org").await;
    let page = {
        let mut own = app.browser();
        let person = Person {
            email: "never@example.org".to_owned(),
            ..verified.clone()
        };
        own.sign_in(&person).await
    };
    assert!(
        page.text("main").contains("this account will be deleted"),
        "{}",
        page.text("main")
    );
    for n in 0..150 {
        let insert = "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
            SELECT gen_random_uuid(), $1, $1, '!', created_at FROM users
            WHERE email_canonical = 'never@example.org'";
        app.sql(insert, &[&format!("crowd{n}@example.org")]).await;
    }
    let operators = "UPDATE users SET role = 'admin' WHERE email = 'crowd0@example.org'";
    app.sql(operators, &[]).await;

    app.wait(TimeDelta::days(7) - TimeDelta::minutes(5));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(
        count(&app, "SELECT count(*) FROM users WHERE email LIKE 'crowd%'").await,
        150
    );
    app.wait(TimeDelta::minutes(10));
    // Two nodes share the work.
    let (one, two) = join(
        purge::expired(app.services()),
        purge::expired(app.services()),
    )
    .await;
    assert!(one.unwrap() + two.unwrap() >= 150);
    assert_eq!(app.api().with(&unverified).get("/me").await.status, 401);
    let left = app.sql("SELECT email FROM users ORDER BY email", &[]).await;
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    let unverified_admin = "crowd0@example.org".to_owned();
    assert!(
        left.contains(&OWNER.to_owned()) && left.contains(&unverified_admin),
        "{left:?}"
    );
    assert!(left.contains(&verified.email), "{left:?}");
    assert_eq!(left.len(), 4, "{left:?}");
    let events = app.audit().await;
    let deleted = events.iter().filter(|event| *event == "unverified_erased");
    assert_eq!(deleted.count(), 150);
    let by_service = "SELECT count(*) FROM audit_events
        WHERE event = 'unverified_erased' AND detail->>'origin' = 'service'";
    assert_eq!(count(&app, by_service).await, 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_deleted_where_the_operator_keeps_them() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    register(&app, OWNER).await;
    app.wait(TimeDelta::days(400));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
}
