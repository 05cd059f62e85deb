//! The next steps that a page advises can be taken from that page.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{
    Browser, Page, Reply, TestApp,
    form::Form,
    people::{NEW_PASSWORD, PASSWORD},
    settings::ORIGIN,
};

/// The links within a part of a page: targets and texts.
fn links(page: &Page, css: &str) -> Vec<(String, String)> {
    let words = page.texts(&format!("{css} a"));
    let html = page.html();
    let of = |words: &String| {
        let (before, _) = html.split_once(&format!(">{words}</a>")).expect("a link");
        let (_, href) = before.rsplit_once("href=\"").expect("where to");
        href.split('"').next().unwrap_or_default().to_owned()
    };
    words.iter().map(|text| (of(text), text.clone())).collect()
}

fn pair(path: &str, words: &str) -> (String, String) {
    (path.to_owned(), words.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn advice_links_to_the_page_where_it_can_be_followed() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.visit("/login").await;
    let wrong = [
        ("email", person.email.as_str()),
        ("password", "not the right password"),
    ];
    let page = browser.submit("/login", &wrong).await;
    let reset = pair("/forgot-password", "reset your password");
    assert_eq!(links(&page, ".summary"), [reset]);

    browser.visit("/register").await;
    let taken = [("email", person.email.as_str()), ("password", NEW_PASSWORD)];
    let page = browser.submit("/register", &taken).await;
    assert_eq!(page.status(), 409);
    let ways = [
        pair("/login", "Sign in"),
        pair("/forgot-password", "reset the password"),
    ];
    assert_eq!(links(&page, ".summary"), ways);
    assert_eq!(links(&page, ".field-error"), ways);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_sign_in_does_not_ask_to_wait() {
    let app = TestApp::with(&[
        ("RATE_LIMIT_LOGIN_EMAIL", "off"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "off"),
        ("RATE_LIMIT_LOGIN_IP", "off"),
    ])
    .await;
    for email in [app.person().await.email, "nobody@example.com".to_owned()] {
        for _ in 0..100 {
            app.wait(TimeDelta::minutes(15));
            let body = json!({ "email": email, "password": "not the right password" });
            assert_eq!(app.api().post("/login", body).await.status, 401);
        }
        // A pause has an end, a block has none.
        app.wait(TimeDelta::minutes(15));
        let mut browser = app.browser();
        browser.visit("/login").await;
        let typed = [("email", email.as_str()), ("password", PASSWORD)];
        let page = browser.submit("/login", &typed).await;
        assert_eq!(page.status(), 429);
        assert!(page.header("retry-after").is_some());
        assert!(!page.alert().contains("Wait"), "{}", page.alert());
        assert!(page.alert().contains("waiting does not change that"));
        let reset = pair("/forgot-password", "reset your password");
        assert_eq!(links(&page, ".summary"), [reset]);
        let body = json!({ "email": email, "password": PASSWORD });
        let call = app.api().post("/login", body).await;
        assert_eq!((call.status, call.code()), (429, "too_many_requests"));
        let detail = call.body["detail"].as_str().unwrap();
        assert!(detail.contains("waiting does not change that"), "{detail}");
    }
}

async fn expired(browser: &mut Browser, path: &str, referer: Option<&str>) -> String {
    let mut request = browser
        .post_request(path)
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin");
    if let Some(referer) = referer {
        request = request.header("referer", referer);
    }
    let answer = browser.send(request.body("csrf_token=x")).await;
    assert_eq!(answer.status, 403, "{path}");
    let (_, main) = answer.body.split_once("<main").unwrap();
    let (_, href) = main.split_once("href=\"").unwrap();
    href.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_form_leads_back_to_its_page() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let here = |path: &str| format!("{ORIGIN}{path}");
    for (path, referer, way) in [
        ("/login", None, "/login"),
        ("/account/password", None, "/account/password"),
        ("/logout", None, "/"),
        (
            "/logout",
            Some(here("/account/sessions")),
            "/account/sessions",
        ),
        (
            "/login",
            Some(here("/login?next=/account")),
            "/login?next=/account",
        ),
        (
            "/login",
            Some("https://evil.example/login".to_owned()),
            "/login",
        ),
        ("/login", Some(format!("{ORIGIN}.evil.example/x")), "/login"),
        ("/login", Some(here("//evil.example")), "/login"),
    ] {
        let found = expired(&mut browser, path, referer.as_deref()).await;
        assert_eq!(found, way, "{path} from {referer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_form_of_a_mailed_link_leads_back_to_the_link() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    for path in [
        "/reset-password",
        "/recover",
        "/verify-email",
        "/unlock",
        "/invitation",
    ] {
        let request = browser
            .post_request(path)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin");
        let answer = browser
            .send(request.body("csrf_token=x&token=a.b%22%3E"))
            .await;
        let way = format!("href=\"{path}?token=a.b%22%3E\"");
        assert!(answer.body.contains(&way), "{path}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_address_shows_the_form_for_a_new_link_again() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let token = browser.csrf_token().await;
    let fields = [("csrf_token", token.as_str()), ("email", "foo")];
    let page = browser.post("/verify-email/resend", &fields).await;
    assert_eq!(page.status(), 422);
    assert_eq!(page.text("h1"), "Send the link again");
    assert!(!page.text("main").contains("24 hours"));
}

/// The list of paths that are not pages is complete: every other path opens, or redirects to a page that
/// does.
#[tokio::test(flavor = "multi_thread")]
async fn every_path_of_a_form_is_a_page_except_those_listed() {
    use vestibule::internals::web::{paths::POST_ONLY, routes::page_paths};
    let app = TestApp::start().await;
    let owner = app.person().admin().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    for (path, _) in page_paths() {
        let filled = path.replace("{id}", &Uuid::nil().to_string());
        let filled = filled.replace("{session}", &Uuid::nil().to_string());
        let answer = browser.send(browser.request(Method::GET, &filled)).await;
        assert_eq!(answer.status == 405, POST_ONLY.contains(&path), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_names_who_is_signed_in_and_signs_out() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    for path in ["/no/such/page", "/admin"] {
        assert!(
            !browser
                .visit("/no/such/page")
                .await
                .html()
                .contains(&person.email)
        );
        browser.sign_in(&person).await;
        let page = browser.visit(path).await;
        assert!(page.status() >= 400, "{path}");
        assert!(page.text(".who-name").contains(&person.email), "{path}");
        assert_eq!(browser.submit("/logout", &[]).await.path(), "/login");
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_password_change_continues_to_the_requested_page() {
    let app = TestApp::start().await;
    for directly in [false, true] {
        let person = app.person().must_change().await;
        let mut browser = app.browser();
        let page = if directly {
            browser.sign_in(&person).await;
            browser.visit("/account/sessions?after=").await
        } else {
            browser
                .visit("/login?next=/account/sessions%3Fafter%3D")
                .await;
            let typed = [("email", person.email.as_str()), ("password", PASSWORD)];
            browser.submit("/login", &typed).await
        };
        assert_eq!(page.path(), "/account/password");
        let wrong = [
            ("current_password", "not it"),
            ("new_password", NEW_PASSWORD),
        ];
        assert_eq!(
            browser.submit("/account/password", &wrong).await.status(),
            401
        );
        let typed = [
            ("current_password", PASSWORD),
            ("new_password", NEW_PASSWORD),
        ];
        let page = browser.submit("/account/password", &typed).await;
        assert_eq!(page.path_and_query(), "/account/sessions?after=");
    }
    let person = app.person().must_change().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    for (next, goes) in [
        ("//evil.example", "/account"),
        ("/account/password", "/account"),
    ] {
        browser
            .visit(&format!("/account/password?next={next}"))
            .await;
        let form = browser.form("/account/password", &[("new_password", "")]);
        let kept = form.fields.iter().find(|field| field.name == "next");
        assert!(kept.is_none(), "{next} leads to {goes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_request_for_the_link_is_answered_with_its_own_time() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let mut browser = app.browser();
    browser.visit("/register").await;
    let typed = [("email", "new@example.com"), ("password", PASSWORD)];
    browser.submit("/register", &typed).await;
    let mut reported = Vec::new();
    for _ in 0..2 {
        app.wait(TimeDelta::seconds(2));
        let page = browser.submit("/verify-email/resend", &[]).await;
        assert_eq!(page.status(), 200);
        reported.push(page.text("[role=status]"));
    }
    assert!(
        reported[0].contains("We received your request at"),
        "{reported:?}"
    );
    assert_ne!(reported[0], reported[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_weaken_the_second_factor_are_confirmed_on_a_page() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.code()).await;
    let page = browser.visit("/account/two-factor").await;
    let before = app.audit().await.len();
    for (path, words, button) in [
        (
            "/account/two-factor/disable",
            "Your password alone is then enough to sign in",
            "Turn off",
        ),
        (
            "/account/two-factor/backup-codes",
            "stop working at once (10 can still be used)",
            "Replace",
        ),
    ] {
        assert!(
            Form::all(page.html())
                .iter()
                .all(|form| form.action != path)
        );
        assert!(page.html().contains(&format!("href=\"{path}\"")));
        let asks = browser.visit(path).await;
        assert_eq!((asks.status(), asks.path()), (200, path));
        assert!(asks.text("main").contains(words), "{}", asks.text("main"));
        assert!(asks.text("main button").starts_with(button));
    }
    assert_eq!(app.audit().await.len(), before, "nothing is done yet");

    let mut other = app.browser();
    other.sign_in(&app.person().await).await;
    for path in [
        "/account/two-factor/disable",
        "/account/two-factor/backup-codes",
    ] {
        assert_eq!(other.visit(path).await.path(), "/account/two-factor");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_names_who_was_invited() {
    let app = TestApp::start().await;
    let host = app.person().admin().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&host).await);
    let body = json!({ "email": "Guest+1@example.com", "role": "user" });
    assert_eq!(api.admin("", body).await.status, 201);

    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let page = browser.visit("/admin/audit?event=user_invited").await;
    assert!(page.text(".log").contains("About: Guest+1@example.com"));
    let page = browser
        .visit("/admin/audit?subject=Guest%2B1%40example.com")
        .await;
    assert!(page.text(".log").contains("User invited"));
    let listed = api.request_at(Method::GET, "/api/admin/audit?event=user_invited");
    let events = Reply::of(listed).await;
    assert_eq!(events.body["events"][0]["invited"], "Guest+1@example.com");
    let csv = browser.request(
        Method::GET,
        "/admin/audit/export?format=csv&event=user_invited",
    );
    let file = browser
        .send(csv.header("sec-fetch-site", "same-origin"))
        .await;
    assert!(file.body.contains("Guest+1@example.com"), "{}", file.body);

    // When the invitation is deleted, so is the address.
    app.sql("DELETE FROM invitations", &[]).await;
    let page = browser.visit("/admin/audit?event=user_invited").await;
    assert!(
        page.text(".log")
            .contains("About: an address without account")
    );
}
