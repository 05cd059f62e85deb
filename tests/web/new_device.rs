//! The mail about a sign-in from a browser or a program that the account does not know.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::{
    admin::imports::{DJANGO, DJANGO_PASSWORD, host, imported},
    harness::{
        Browser, Page, Person, Reply, TestApp,
        people::{NEW_PASSWORD, PASSWORD},
        settings::ORIGIN,
    },
};

const DEVICE: &str = "__Host-device";

/// How many mails of this kind there are by now. The next one is an hour later, so that it is a mail of its own.
async fn mails(app: &TestApp, kind: &str) -> i64 {
    app.wait(TimeDelta::minutes(61));
    let count = "SELECT count(*) FROM mails WHERE kind = $1";
    app.sql(count, &[&kind]).await[0].get(0)
}

async fn new_devices(app: &TestApp) -> i64 {
    mails(app, "new_device").await
}

async fn sign_out(browser: &mut Browser) {
    browser.visit("/account").await;
    browser.submit("/logout", &[]).await;
}

async fn sign_in(browser: &mut Browser, person: &Person) {
    assert_eq!(browser.sign_in(person).await.path(), "/account");
    sign_out(browser).await;
}

/// A sign-in by the API, by a program that calls itself so.
async fn call_as(app: &TestApp, user_agent: &str, person: &Person) -> Reply {
    let body = json!({ "email": person.email, "password": person.password });
    let request = app.api().request(Method::POST, "/login");
    let reply = Reply::of(request.header("user-agent", user_agent).json(&body)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

async fn register(browser: &mut Browser, email: &str) -> Page {
    browser.visit("/register").await;
    let typed = [("email", email), ("password", PASSWORD)];
    browser.submit("/register", &typed).await
}

fn registered(email: &str) -> Person {
    Person {
        id: uuid::Uuid::nil(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        phone: None,
        backup_codes: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_mailed_once_and_says_what_where_and_when() {
    let app = TestApp::start().await;
    let person = registered("ann@example.com");
    let mut own = app.browser();
    assert_eq!(register(&mut own, &person.email).await.path(), "/account");
    sign_out(&mut own).await;
    sign_in(&mut own, &person).await;
    assert_eq!(
        new_devices(&app).await,
        0,
        "the browser that registered is known"
    );

    let mut other = app.browser();
    sign_in(&mut other, &person).await;
    let mail = app.post.mail(&person.email, "New sign-in").await.text();
    let (browser, address) = ("\nBrowser: Firefox on Linux\n", "\nIP address: 127.0.0.1\n");
    assert!(mail.contains(browser) && mail.contains(address), "{mail}");
    let when = mail.lines().find(|line| line.starts_with("When: "));
    assert!(when.is_some_and(|line| line.ends_with(" UTC")), "{mail}");
    assert_eq!(new_devices(&app).await, 1);

    // At another node, too, it is known now.
    let node = app.another_node();
    sign_in(&mut other.at(&node), &person).await;
    sign_in(&mut own, &person).await;
    assert_eq!(new_devices(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_browser_stays_known_as_its_network_and_the_password_change() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let mut person = app.person().verified().await;
    let (mut own, mut other) = (app.browser(), app.browser());
    sign_in(&mut own, &person).await;
    sign_in(&mut other, &person).await;
    assert_eq!(new_devices(&app).await, 1);

    let token = other.csrf_token().await;
    let fields = [
        ("csrf_token", token.as_str()),
        ("email", &person.email),
        ("password", &person.password),
    ];
    let request = other.post_request("/login").header("origin", ORIGIN);
    let request = request.header("x-forwarded-for", "198.51.100.9");
    let body = crate::harness::browser::urlencoded(&fields);
    assert_eq!(other.send(request.body(body)).await.status, 303);
    let network = "SELECT 1 FROM sessions WHERE host(ip) = '198.51.100.9'";
    assert_eq!(app.sql(network, &[]).await.len(), 1);
    assert_eq!(new_devices(&app).await, 1);

    own.sign_in(&person).await;
    own.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    own.submit("/account/password", &typed).await;
    NEW_PASSWORD.clone_into(&mut person.password);
    sign_out(&mut own).await;
    sign_in(&mut other, &person).await;
    sign_in(&mut own, &person).await;
    assert_eq!(new_devices(&app).await, 1);

    // What makes it a stranger: a year, or that the account's browsers were forgotten.
    app.wait(TimeDelta::days(366));
    sign_in(&mut other, &person).await;
    assert_eq!(new_devices(&app).await, 2);
    let forget = "UPDATE users SET browsers_known_from = $1::text::timestamptz";
    app.sql(forget, &[&app.services().now().to_rfc3339()]).await;
    sign_in(&mut other, &person).await;
    assert_eq!(new_devices(&app).await, 3);
    other.jar.forget(DEVICE);
    sign_in(&mut other, &person).await;
    assert_eq!(new_devices(&app).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_stays_known_as_the_address_changes_but_not_by_what_others_do_with_the_former_one()
 {
    let app = TestApp::start().await;
    let mut person = app.person().verified().await;
    let former = person.email.clone();
    let mut own = app.browser();
    sign_in(&mut own, &person).await;
    app.api().sign_in(&person).await;
    let mailed = new_devices(&app).await;
    let api = app.api().with(&app.api().sign_in(&person).await);
    let body = json!({ "new_email": "dan@example.net", "password": PASSWORD });
    assert_eq!(api.post("/change-email", body).await.status, 202);
    let token = app.post.mail("dan@example.net", "Confirm").await.token();
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(app.api().post("/confirm-email", body).await.status, 204);
    "dan@example.net".clone_into(&mut person.email);
    sign_in(&mut own, &person).await;
    assert_eq!(new_devices(&app).await, mailed);

    let mut another = app.browser();
    assert_eq!(register(&mut another, &former).await.path(), "/account");
    sign_out(&mut another).await;
    sign_in(&mut another, &person).await;
    assert_eq!(new_devices(&app).await, mailed + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sign_in_of_an_account_is_not_mailed() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let person = registered("bea@example.com");
    let body = json!({ "email": person.email, "password": PASSWORD });
    assert_eq!(app.api().post("/register", body).await.status, 202);
    let token = app.post.mail(&person.email, "Verify").await.token();
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(app.api().post("/verify-email", body).await.status, 204);
    sign_in(&mut app.browser(), &person).await;
    assert_eq!(new_devices(&app).await, 0);
    sign_in(&mut app.browser(), &person).await;
    assert_eq!(new_devices(&app).await, 1);

    // Neither is one by a link: who opens an invitation, verifies or resets has another mail, or caused one.
    let body = json!({ "email": person.email });
    app.api().post("/forgot-password", body).await;
    let link = app.post.mail(&person.email, "Reset").await.link();
    let mut browser = app.browser();
    browser.visit(&link).await;
    let typed = [("new_password", NEW_PASSWORD)];
    let page = browser.submit("/reset-password", &typed).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(new_devices(&app).await, 1);
    assert_eq!(mails(&app, "password_changed").await, 1);
}

/// Its owner signed in elsewhere before, and others may know that password.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_sign_in_of_an_imported_account_is() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let file = format!("email,password_hash,email_verified\ncho@example.com,{DJANGO},true\n");
    imported(&app, &mut browser, &file).await;
    let person = Person {
        password: DJANGO_PASSWORD.to_owned(),
        ..registered("cho@example.com")
    };
    sign_in(&mut app.browser(), &person).await;
    app.post.mail(&person.email, "New sign-in").await;
}

/// A log that no longer has the last sign-in makes no first one.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_slept_longer_than_the_log_reaches_back_is_told() {
    let app = TestApp::with(&[("AUDIT_RETENTION_DAYS", "90")]).await;
    let person = app.person().verified().await;
    app.wait(TimeDelta::days(91));
    sign_in(&mut app.browser(), &person).await;
    assert_eq!(new_devices(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_comes_first_and_one_sign_in_is_one_mail() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut own = app.browser();
    own.sign_in_with(&owner, &owner.code()).await;
    let mut other = app.browser();
    assert_eq!(other.sign_in(&owner).await.path(), "/login/verify");
    assert_eq!(new_devices(&app).await, 0, "no one is in yet");
    assert_eq!(app.browser().sign_in(&owner).await.path(), "/login/verify");
    other.sign_in_with(&owner, &owner.code()).await;
    assert_eq!(new_devices(&app).await, 1);

    let mut third = app.browser();
    third.sign_in(&owner).await;
    let code = owner.code();
    let typed = [("code", code.as_str()), ("trust_device", "true")];
    let page = third.submit("/login/verify", &typed).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(
        new_devices(&app).await,
        1,
        "the mail about the trust says it"
    );
    assert_eq!(mails(&app, "browser_trusted").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_known_for_thirty_days_and_never_mailed_as_it_renews_its_session() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let pair = call_as(&app, "Sync/1.0", &person).await;
    assert_eq!(new_devices(&app).await, 0, "the first sign-in");
    call_as(&app, "Sync/1.0", &person).await;
    assert_eq!(new_devices(&app).await, 0);
    call_as(&app, "Backup/2.0", &person).await;
    assert_eq!(new_devices(&app).await, 1);
    let renewed = app.api().refresh(pair.text("refresh_token")).await;
    assert_eq!(renewed.status, 200);
    assert_eq!(new_devices(&app).await, 1);
    app.wait(TimeDelta::days(29));
    call_as(&app, "Backup/2.0", &person).await;
    assert_eq!(new_devices(&app).await, 1);
    app.wait(TimeDelta::days(30));
    call_as(&app, "Backup/2.0", &person).await;
    assert_eq!(new_devices(&app).await, 2);
    // A browser is known by its cookie alone, whatever it calls itself.
    let mut browser = app.browser();
    sign_in(&mut browser, &person).await;
    assert_eq!(new_devices(&app).await, 3);
    sign_in(&mut app.browser(), &person).await;
    assert_eq!(new_devices(&app).await, 4);
    // Another account's program is none of this one's.
    let other = app.person().verified().await;
    sign_in(&mut app.browser(), &other).await;
    call_as(&app, "Backup/2.0", &other).await;
    app.post.mail(&other.email, "New sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_a_minute_does_not_fill_a_mailbox() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    for n in 0..6 {
        call_as(&app, &format!("Agent/{n}"), &person).await;
        app.wait(TimeDelta::minutes(1));
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 1);
    app.post.mail(&person.email, "New sign-in").await;
    app.wait(TimeDelta::minutes(56));
    let merged = app.post.mail(&person.email, "New sign-in").await.text();
    assert!(merged.contains("This happened 4 times"), "{merged}");
}
