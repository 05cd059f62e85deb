//! One act on all users that a search finds: those found at the time of the preview, once, with the checks
//! of a single act.

use std::collections::BTreeSet;

use super::acts;
use crate::harness::{Browser, Page, Person, TestApp};

const PATH: &str = "/admin/users/bulk";

/// Selects all users that the list finds, and opens the preview.
pub(super) async fn preview(browser: &mut Browser, act: &str, list: &str) -> Page {
    let token = browser.csrf_token().await;
    let fields = [
        ("csrf_token", token.as_str()),
        ("whole", "on"),
        ("act", act),
        ("list", list),
    ];
    browser.post(PATH, &fields).await
}

/// Creates users directly in the database; `from` makes their addresses differ.
pub(super) async fn crew(app: &TestApp, from: i64, count: i64) {
    app.sql(
        &format!(
            "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at, email_verified_at)
             SELECT gen_random_uuid(), a, a, 'Crew Member', '!', now(), now()
             FROM (SELECT 'c' || n || '@example.org' AS a
                FROM generate_series({from}, {from} + {count} - 1) AS n) AS drawn"
        ),
        &[],
    )
    .await;
}

pub(super) async fn disabled(app: &TestApp) -> usize {
    let disabled = "SELECT 1 FROM users WHERE disabled_at IS NOT NULL";
    app.sql(disabled, &[]).await.len()
}

pub(super) async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(person).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_acts_on_all_users_found_and_on_none_added_since() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    crew(&app, 1, 430).await;
    app.sql(
        "UPDATE users SET display_name = 'Crew Admin' WHERE email = $1",
        &[&admin.email],
    )
    .await;
    let mut browser = signed_in(&app, &admin).await;
    let list = browser.visit("/admin/users?q=crew").await;
    assert!(
        list.text(".picking-all button").contains("431"),
        "{}",
        list.text("main")
    );
    let page = preview(&mut browser, "disable", "q=crew").await;
    assert_eq!(page.status(), 200);
    let reported = page.text("main");
    assert!(reported.contains("each of the 430 accounts"), "{reported}");
    assert!(reported.contains("your own account"), "{reported}");
    assert_eq!(page.texts("#people-title + .people .person").len(), 50);
    assert!(!page.html().contains("name=\"ids\""));
    assert_eq!(disabled(&app).await, 0);

    // One more user matches, and one is disabled by another admin.
    crew(&app, 1000, 1).await;
    app.sql(
        "UPDATE users SET disabled_at = created_at WHERE email = 'c7@example.org'",
        &[],
    )
    .await;
    // A missing reason does not lose the selection.
    let page = browser.submit(PATH, &[("reason", " ")]).await;
    assert_eq!(page.status(), 422);
    let page = browser
        .submit(PATH, &[("reason", "the voyage is over")])
        .await;
    assert_eq!(page.path(), "/admin/users");
    assert_eq!(
        page.text(".notice.info"),
        "Disabled 429 accounts. 2 were not changed: This account is disabled already. (1) This is your own account. (1)"
    );
    assert_eq!((disabled(&app).await, acts(&app).await), (430, 429));
    let spared = app
        .sql("SELECT email FROM users WHERE disabled_at IS NULL AND display_name LIKE 'Crew%' ORDER BY email", &[])
        .await;
    let spared: BTreeSet<String> = spared.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        spared,
        BTreeSet::from([admin.email.clone(), "c1000@example.org".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_confirmed_once_by_its_admin_within_the_hour() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    let other = app.person().admin().await;
    crew(&app, 1, 3).await;
    let mut browser = signed_in(&app, &admin).await;
    let mut others = signed_in(&app, &other).await;
    preview(&mut browser, "disable", "q=crew").await;
    let fields = browser.form(PATH, &[]).filled(&[("reason", "x")]);
    // Another admin's selection, with a form token of this admin.
    let token = others.csrf_token().await;
    let mut stolen = fields.clone();
    for field in &mut stolen {
        if field.0 == "csrf_token" {
            field.1.clone_from(&token);
        }
    }
    let page = others.post(PATH, &stolen).await;
    assert_eq!(page.status(), 422);
    assert!(
        page.text("main").contains("already been confirmed"),
        "{}",
        page.text("main")
    );
    assert_eq!(disabled(&app).await, 0);
    let page = browser.post(PATH, &fields).await;
    assert_eq!(page.path(), "/admin/users");
    assert_eq!(disabled(&app).await, 3);
    app.sql("UPDATE users SET disabled_at = NULL", &[]).await;
    let page = browser.post(PATH, &fields).await;
    assert_eq!((page.status(), disabled(&app).await), (422, 0));

    preview(&mut browser, "disable", "q=crew").await;
    let old = "UPDATE bulk_selections SET made_at = made_at - interval '61 minutes'";
    app.sql(old, &[]).await;
    let fields = [("reason", "x")];
    let page = browser.submit(PATH, &fields).await;
    assert_eq!((page.status(), disabled(&app).await), (422, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_search_selects_no_one() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    crew(&app, 1, 3).await;
    let mut browser = signed_in(&app, &admin).await;
    let long = "a".repeat(5000);
    for (list, status, says) in [
        ("status=open", 422, "Choose one of the values"),
        ("q=nobody-at-all", 422, "No one matches"),
        ("q=a&q=b", 400, "could not read"),
        (&*format!("q={long}"), 400, "could not read"),
        ("q=a+b+c+d+e+f+g+h+i", 422, "too many words"),
    ] {
        let page = preview(&mut browser, "disable", list).await;
        assert_eq!(page.status(), status, "{list}");
        assert!(
            page.text("main").contains(says),
            "{list}: {}",
            page.text("main")
        );
        assert!(!page.html().contains("name=\"selection\""), "{list}");
    }
    let page = preview(&mut browser, "delete", "").await;
    assert_eq!(page.status(), 422);
    let kept = app.sql("SELECT 1 FROM bulk_selections", &[]).await;
    assert_eq!(kept.len(), 0);
}
