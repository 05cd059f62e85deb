//! The account at a glance.

use super::signed_in;
use crate::harness::{Page, TestApp};

/// Each row of the overview: its title, what it says, and where it leads.
fn rows(page: &Page) -> Vec<(String, String)> {
    let texts = page.texts(".facts > div");
    texts
        .into_iter()
        .map(|text| {
            let words: Vec<&str> = text.split_whitespace().collect();
            (words[0].to_owned(), words.join(" "))
        })
        .collect()
}

fn row(page: &Page, title: &str) -> String {
    let rows = rows(page);
    let found = rows.iter().find(|(_, text)| text.starts_with(title));
    found
        .unwrap_or_else(|| panic!("{title}: {rows:?}"))
        .1
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_account_is_told_what_to_do_next() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.visit("/account").await;
    let next = page.text("section[aria-labelledby=next-title]");
    assert!(next.contains("Your address is not verified"), "{next}");
    assert!(
        !next.contains("Set up two-step sign-in"),
        "not before the address is verified: {next}"
    );
    assert_eq!(row(&page, "Name"), "Name None Add your name");
    assert_eq!(
        row(&page, "Email"),
        format!(
            "Email address {} Not verified Change your address",
            ada.email
        )
    );

    let ada = app.person().verified().await;
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.visit("/account").await;
    let next = page.text("section[aria-labelledby=next-title]");
    assert!(next.contains("Set up two-step sign-in"), "{next}");
    assert!(row(&page, "Two-step").contains("Off"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_tells_its_state_and_leads_to_its_page() {
    let app = TestApp::start().await;
    let ada = app.person().with_totp().await;
    for _ in 0..2 {
        app.api().sign_in_with(&ada, &ada.code()).await;
        app.wait(chrono::TimeDelta::minutes(2));
    }
    let mut browser = app.browser();
    let page = browser.sign_in_with(&ada, &ada.code()).await;
    assert!(
        page.texts("section[aria-labelledby=next-title]").is_empty(),
        "nothing is missing"
    );
    assert!(row(&page, "Two-step").contains("10 of 10 backup codes left"));
    assert!(row(&page, "Devices").starts_with("Devices 3 devices are signed in"));
    assert!(row(&page, "Password").contains("Not changed since the account was created"));
    assert_eq!(page.texts(".activity li").len(), 5, "the last five events");
    for path in [
        "/account/profile",
        "/account/email",
        "/account/password",
        "/account/two-factor",
        "/account/sessions",
        "/account/activity",
        "/account/export",
    ] {
        let link = format!("main a[href=\"{path}\"]");
        assert!(!page.texts(&link).is_empty(), "{path}");
        let own = format!(".parts a[href=\"{path}\"]");
        assert!(!page.texts(&own).is_empty(), "{path} in the navigation");
        let opened = browser.visit(path).await;
        assert_eq!((opened.status(), opened.path()), (200, path));
        assert_eq!(opened.attribute(".parts [aria-current=page]", "href"), path);
    }
    app.sql("UPDATE backup_codes SET used_at = created_at", &[])
        .await;
    let page = browser.visit("/account").await;
    let next = page.text("section[aria-labelledby=next-title]");
    assert!(next.contains("You have no backup codes left."), "{next}");
    assert!(row(&page, "Two-step").contains("0 of 10 backup codes left"));
}
