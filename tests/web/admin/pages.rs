//! The pages for admins, in a browser without scripts.

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_filtered_and_paged_by_its_url() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    app.sql(
        "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
         SELECT gen_random_uuid(), 'u' || n || '@example.org', 'u' || n || '@example.org', '!',
            '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, 60) AS n",
        &[],
    )
    .await;
    let mut browser = app.browser();
    let page = browser.sign_in(&admin).await;
    assert!(page.html().contains("href=\"/admin\""));
    let page = browser.visit("/admin/users?sort=oldest&role=user").await;
    let people = page.texts(".people .person");
    assert_eq!((people.len(), people[0].as_str()), (50, "u1@example.org"));
    let (_, rest) = page.html().split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&#38;", "&");
    assert!(
        next.contains("sort=oldest") && next.contains("role=user"),
        "{next}"
    );
    let page = browser.visit(&next).await;
    let people = page.texts(".people .person");
    assert_eq!((people.len(), people[9].as_str()), (10, "u60@example.org"));
    assert!(!page.html().contains("rel=\"next\""));
    assert!(page.html().contains("First page"));

    let page = browser.visit("/admin/users?q=nobody-like-this").await;
    assert!(page.text("main").contains("No user matches this search."));
    assert!(page.html().contains("value=\"nobody-like-this\""));
    let page = browser.visit("/admin/users?status=open").await;
    assert_eq!(page.status(), 422);
    assert!(
        page.alert().contains("Choose one of the values"),
        "{}",
        page.alert()
    );
    let page = browser.visit("/admin/users?cursor=x").await;
    assert!(page.alert().contains("Start from the first one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_shown_with_states_devices_events_and_mails() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let person = app.person().must_change().await;
    app.sql(
        "UPDATE users SET display_name = '<b>Ada</b>' WHERE id::text = $1",
        &[&person.id.to_string()],
    )
    .await;
    app.browser().sign_in(&person).await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    let path = format!("/admin/users/{}", person.id);
    let reset = format!("{path}/send-reset");
    browser.visit(&reset).await;
    let page = browser.submit(&reset, &[]).await;
    assert_eq!(page.text("h1"), "<b>Ada</b>");
    let chips = page.texts(".chips .tag");
    assert_eq!(
        chips,
        ["Active", "Address not verified", "Must change password"]
    );
    let all = page.text("main");
    for word in [
        "Firefox on Linux",
        "Signed in",
        "Reset sent",
        "Reset password",
        &person.email,
    ] {
        assert!(all.contains(word), "{word}: {all}");
    }
    app.post.mail(&person.email, "Reset").await;
    app.outbox_is_empty().await;
    let page = browser.visit(&path).await;
    assert!(
        page.text("main").contains("· Sent"),
        "{}",
        page.text("main")
    );

    // The user sees the act, but not where the admin was.
    let theirs = app.person().verified().await;
    let mut their_browser = app.browser();
    their_browser.sign_in(&theirs).await;
    let verify = format!("/admin/users/{}/require-password-change", theirs.id);
    browser.visit(&verify).await;
    browser.submit(&verify, &[]).await;
    app.sql("UPDATE users SET password_must_change = false", &[])
        .await;
    let page = their_browser.visit("/account").await;
    let first = &page.texts(".activity li")[0];
    assert!(first.starts_with("An administrator asked you"), "{first}");
    assert!(!first.contains("Firefox"), "{first}");
    assert_eq!(browser.visit("/admin/users/nobody").await.status(), 404);
}
