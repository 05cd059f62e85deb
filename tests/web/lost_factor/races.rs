//! Two nodes at one moment.

use chrono::TimeDelta;
use futures_util::future::join;
use serde_json::json;
use vestibule::internals::flows::authenticators::recovery::due;

use super::{ask, ends, link, mails};
use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn of_a_sign_in_with_the_factor_and_the_link_one_wins() {
    let app = TestApp::start().await;
    let other = app.another_node();
    for round in 0..8 {
        let person = app.person().with_totp().await;
        ask(&app, &person).await;
        let token = link(&app, &person).await;
        let mut browser = app.browser();
        let csrf = browser.csrf_token().await;
        let fields = [
            ("csrf_token", csrf.as_str()),
            ("token", token.as_str()),
            ("new_password", NEW_PASSWORD),
        ];
        let api = app.api().at(&other);
        let body = json!({ "email": person.email, "password": PASSWORD });
        let pending = api.post("/login", body).await;
        let code = json!({ "mfa_token": pending.text("mfa_token"), "code": person.code() });
        let (page, signed_in) = join(
            browser.post("/recover", &fields),
            api.post("/login/mfa", code),
        )
        .await;
        let recovered = page.path() == "/account";
        assert_ne!(recovered, signed_in.status == 200, "{round} {signed_in:?}");
        let factor = "SELECT two_factor FROM users WHERE id::text = $1";
        let rows = app.sql(factor, &[&person.id.to_string()]).await;
        assert_eq!(rows[0].get::<_, bool>(0), !recovered, "{round}");
        let expected: &[&str] = if recovered { &[] } else { &["sign_in"] };
        assert_eq!(ends(&app, &person).await, expected, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_used_on_two_nodes_at_once_sets_one_password() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let person = app.person().with_totp().await;
    ask(&app, &person).await;
    let token = link(&app, &person).await;
    let mut browsers = [app.browser(), app.browser().at(&other)];
    let mut tokens = Vec::new();
    for browser in &mut browsers {
        tokens.push(browser.csrf_token().await);
    }
    let [here, there] = &mut browsers;
    let fields = |csrf: &str| {
        [
            ("csrf_token", csrf.to_owned()),
            ("token", token.clone()),
            ("new_password", NEW_PASSWORD.to_owned()),
        ]
    };
    let (one, two) = (fields(&tokens[0]), fields(&tokens[1]));
    let (a, b) = join(here.post("/recover", &one), there.post("/recover", &two)).await;
    let mut statuses = [a.status(), b.status()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(mails(&app, &person, "account_recovered").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_mail_each_step_once() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let mut people = Vec::new();
    for _ in 0..6 {
        let person = app.person().with_totp().await;
        ask(&app, &person).await;
        people.push(person);
    }
    for kind in ["recovery_halfway", "recovery_link"] {
        app.wait(TimeDelta::hours(36));
        let (a, b) = join(due::run(app.services()), due::run(&other.services)).await;
        a.and(b).unwrap();
        for person in &people {
            assert_eq!(mails(&app, person, kind).await, 1, "{kind}");
        }
    }
    app.wait(TimeDelta::hours(24));
    let (a, b) = join(due::run(app.services()), due::run(&other.services)).await;
    a.and(b).unwrap();
    for person in &people {
        assert_eq!(ends(&app, person).await, ["expiry"]);
    }
}
