//! Paging through the list and back, by links and by cursors.

use crate::harness::{Page, TestApp};

async fn sixty_times_two(app: &TestApp) {
    app.sql(
        "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at)
         SELECT gen_random_uuid(), a, a, 'Ada Byron', '!', '2026-01-01'::timestamptz + n * interval '1 hour'
         FROM (SELECT n, 'u' || 1000 + n || '@example.org' AS a FROM generate_series(1, 120) AS n) AS drawn",
        &[],
    )
    .await;
}

/// The pager's link with this `rel`, which is above and below the list.
fn link(page: &Page, rel: &str) -> Option<String> {
    let links = page.html().matches(&format!("rel=\"{rel}\"")).count();
    assert!(links == 0 || links == 2, "{links} of {rel}");
    let above = format!(".above a[rel={rel}]");
    let below = format!(".buttons.pages:last-child a[rel={rel}]");
    (links == 2).then(|| {
        let href = page.attribute(&above, "href");
        assert_eq!(href, page.attribute(&below, "href"));
        href
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ends_lead_to_the_next_page_and_back() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    sixty_times_two(&app).await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    for query in [
        "role=user",
        "role=user&sort=oldest",
        "sort=email&q=byron",
        "q=ada+byron&verified=no",
        "q=example.org&status=active&role=user&sort=oldest",
    ] {
        let people = |page: &Page| page.texts(".people .person");
        let first = browser.visit(&format!("/admin/users?{query}")).await;
        assert_eq!(link(&first, "prev"), None, "{query}");
        let second = browser.visit(&link(&first, "next").unwrap()).await;
        let third = browser.visit(&link(&second, "next").unwrap()).await;
        assert_eq!((people(&third).len(), link(&third, "next")), (20, None));
        let back = browser.visit(&link(&third, "prev").unwrap()).await;
        assert_eq!(people(&back), people(&second), "{query}");
        let again = browser.visit(&link(&back, "next").unwrap()).await;
        assert_eq!(people(&again), people(&third), "{query}");
        let back = browser.visit(&link(&back, "prev").unwrap()).await;
        assert_eq!(people(&back), people(&first), "{query}");
        assert_eq!(link(&back, "prev"), None, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_back_past_the_start_shows_a_full_first_page() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let admin = app.person().admin().await;
    sixty_times_two(&app).await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    let first = browser.visit("/admin/users?sort=email&q=byron").await;
    let second = browser.visit(&link(&first, "next").unwrap()).await;
    app.sql(
        "DELETE FROM users WHERE email BETWEEN 'u1' AND 'u1040@z'",
        &[],
    )
    .await;
    let back = browser.visit(&link(&second, "prev").unwrap()).await;
    let people = back.texts(".people .person");
    assert_eq!(
        (people.len(), people[0].as_str()),
        (50, "u1041@example.org")
    );
    assert_eq!(link(&back, "prev"), None);
    assert!(link(&back, "next").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_sign_in_is_a_column() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let never = app.person().verified().await;
    let mut browser = app.browser();
    let api = app.api();
    let api = api.with(&api.sign_in(&admin).await);
    browser.sign_in(&admin).await;
    let page = browser.visit("/admin/users?role=admin").await;
    let whens = page.texts(".people .when");
    assert_eq!(whens.len(), 2);
    assert!(whens[0].starts_with("Last sign-in 20"), "{whens:?}");
    let users = api.admin_get("?sort=oldest").await;
    let at = |email: &str| {
        let users = users.body["users"].as_array().unwrap().iter();
        let mut of = users.filter(|user| user["email"] == email);
        of.next().unwrap()["last_sign_in_at"].clone()
    };
    assert!(at(&admin.email).is_string(), "{users:?}");
    assert!(at(&never.email).is_null(), "{users:?}");
    app.wait(chrono::TimeDelta::minutes(5));
    app.browser().sign_in(&never).await;
    let one = api.admin_get(&format!("/{}", never.id)).await;
    let signed_in = one.body["user"]["last_sign_in_at"].as_str().unwrap();
    assert!(signed_in > at(&admin.email).as_str().unwrap(), "{one:?}");
    app.sql(
        "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
         VALUES (gen_random_uuid(), 'imported@example.org', 'imported@example.org', '!', now())",
        &[],
    )
    .await;
    let page = browser.visit("/admin/users?q=imported").await;
    assert_eq!(page.texts(".people .when")[0], "Last sign-in none");
}
