//! The main use from end to end, on pages: register, verify, sign in, second factor, recover, stay signed
//! in, change the password. Each page and mail on the way has a snapshot.

use chrono::TimeDelta;
use insta::assert_snapshot;

use crate::harness::{
    Browser, Page, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD, Phone},
    readable,
};

const EMAIL: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_user_registers_enrols_recovers_and_stays() {
    let app = TestApp::start().await;
    let mut browser = app.browser();

    register(&app, &mut browser).await;
    sign_in_again(&mut browser).await;
    let (phone, backup_codes) = enrol(&app, &mut browser).await;
    let mut owner = Person {
        id: uuid::Uuid::nil(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        phone: Some(phone),
        backup_codes,
    };
    sign_in_with_codes(&app, &owner, &mut browser).await;
    recover(&app, &mut owner, &mut browser).await;
    stay_past_the_access_token(&app, &mut browser).await;
    change_password(&app, &mut owner, &mut browser).await;
}

/// Takes a snapshot of a page, and asserts its status and path.
fn keep(name: &str, page: &Page, status: u16, path: &str) {
    assert_eq!(
        (page.status(), page.path()),
        (status, path),
        "{}",
        page.html()
    );
    assert_snapshot!(name, readable::page(page));
}

async fn register(app: &TestApp, browser: &mut Browser) {
    keep(
        "register",
        &browser.visit("/register").await,
        200,
        "/register",
    );
    let typed = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("display_name", "Ada"),
    ];
    let page = browser.submit("/register", &typed).await;
    keep("registered", &page, 200, "/account");

    let mail = app.post.mail(EMAIL, "Verify").await;
    assert_snapshot!("verify_mail", readable::redacted(&mail.text()));
    let page = browser.visit(&mail.link()).await;
    keep("verify", &page, 200, "/verify-email");
    // Opening the link has changed nothing.
    assert!(
        browser
            .visit("/account")
            .await
            .html()
            .contains("Not verified")
    );
    browser.visit(&mail.link()).await;
    let page = browser.submit("/verify-email", &[]).await;
    keep("verified", &page, 200, "/account");
}

async fn sign_in_again(browser: &mut Browser) {
    let page = browser.submit("/logout", &[]).await;
    keep("signed_out", &page, 200, "/login");
    assert!(!browser.is_signed_in().await);
    browser.visit("/login").await;
    let typed = [("email", EMAIL), ("password", "not the right password")];
    let page = browser.submit("/login", &typed).await;
    keep("sign_in_refused", &page, 401, "/login");
    let typed = [("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(browser.submit("/login", &typed).await.path(), "/account");
}

async fn enrol(app: &TestApp, browser: &mut Browser) -> (Phone, Vec<String>) {
    keep(
        "two_factor_off",
        &browser.visit("/account/two-factor").await,
        200,
        "/account/two-factor",
    );
    let page = browser.submit("/account/two-factor/enroll", &[]).await;
    keep("two_factor_pending", &page, 200, "/account/two-factor");
    let phone = Phone::new(&page.text(".totp-secret"), &app.clock);

    let code = phone.wrong_code();
    let page = browser
        .submit("/account/two-factor/confirm", &[("code", &code)])
        .await;
    keep(
        "two_factor_wrong_code",
        &page,
        422,
        "/account/two-factor/confirm",
    );
    let page = browser
        .submit("/account/two-factor/confirm", &[("code", &phone.code())])
        .await;
    keep("backup_codes", &page, 200, "/account/two-factor/confirm");
    let codes = page.texts(".backup-codes code");
    assert_eq!(codes.len(), 10);

    let mail = app.post.mail(EMAIL, "turned on").await;
    assert_snapshot!("two_factor_mail", readable::redacted(&mail.text()));
    keep(
        "two_factor_on",
        &browser.visit("/account/two-factor").await,
        200,
        "/account/two-factor",
    );
    (phone, codes)
}

async fn sign_in_with_codes(app: &TestApp, owner: &Person, browser: &mut Browser) {
    browser.submit("/logout", &[]).await;
    // The code that confirmed the enrolment counts as used.
    let page = browser.sign_in_with(owner, &owner.code()).await;
    keep("code_spent", &page, 401, "/login/verify");
    app.wait(TimeDelta::seconds(30));
    let code = owner.code();
    let page = browser.submit("/login/verify", &[("code", &code)]).await;
    assert_eq!(page.path(), "/account", "{}", page.alert());

    browser.submit("/logout", &[]).await;
    assert_eq!(browser.sign_in_with(owner, &code).await.status(), 401);
    let backup = &owner.backup_codes[0];
    let page = browser.submit("/login/verify", &[("code", backup)]).await;
    keep("signed_in_with_backup_code", &page, 200, "/account");
    browser.submit("/logout", &[]).await;
    let page = browser.sign_in_with(owner, backup).await;
    keep("backup_code_spent", &page, 401, "/login/verify");
}

async fn recover(app: &TestApp, owner: &mut Person, browser: &mut Browser) {
    let mut elsewhere = app.browser();
    let page = elsewhere.sign_in_with(owner, &owner.backup_codes[1]).await;
    assert_eq!(page.path(), "/account");

    keep(
        "forgot",
        &browser.visit("/forgot-password").await,
        200,
        "/forgot-password",
    );
    let page = browser
        .submit("/forgot-password", &[("email", EMAIL)])
        .await;
    keep("forgot_sent", &page, 200, "/forgot-password");
    let mail = app.post.mail(EMAIL, "Reset").await;
    assert_snapshot!("reset_mail", readable::redacted(&mail.text()));

    let link = mail.link();
    keep("reset", &browser.visit(&link).await, 200, "/reset-password");
    let page = browser
        .submit("/reset-password", &[("new_password", "short")])
        .await;
    keep("reset_refused", &page, 422, "/reset-password");
    let page = browser
        .submit("/reset-password", &[("new_password", NEW_PASSWORD)])
        .await;
    keep("reset_asks_for_code", &page, 200, "/login/verify");
    app.wait(TimeDelta::seconds(30));
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");

    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(
        elsewhere.sign_in(owner).await.status(),
        401,
        "the old password"
    );
    keep(
        "reset_link_dead",
        &elsewhere.visit(&link).await,
        410,
        "/reset-password",
    );
    app.post.mail(EMAIL, "was changed").await;
    NEW_PASSWORD.clone_into(&mut owner.password);
}

async fn stay_past_the_access_token(app: &TestApp, browser: &mut Browser) {
    app.wait(TimeDelta::minutes(32));
    let page = browser.visit("/account").await;
    assert_eq!(page.path(), "/account");
    let names: Vec<_> = page
        .set_cookies()
        .into_iter()
        .map(|cookie| cookie.name)
        .collect();
    for name in ["__Host-access", "__Host-refresh"] {
        assert!(names.iter().any(|set| set == name), "{names:?}");
    }
}

async fn change_password(app: &TestApp, owner: &mut Person, browser: &mut Browser) {
    let mut elsewhere = app.browser();
    let page = elsewhere.sign_in_with(owner, &owner.backup_codes[2]).await;
    assert_eq!(page.path(), "/account");

    keep(
        "change_password",
        &browser.visit("/account/password").await,
        200,
        "/account/password",
    );
    let typed = [
        ("current_password", NEW_PASSWORD),
        ("new_password", PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    keep("password_changed", &page, 200, "/account");
    PASSWORD.clone_into(&mut owner.password);

    assert!(browser.is_signed_in().await);
    assert!(!elsewhere.is_signed_in().await);

    // The reset was mailed less than an hour ago.
    app.wait(TimeDelta::hours(1));
    let mail = app.post.mail(EMAIL, "was changed").await;
    assert_snapshot!("password_changed_mail", readable::redacted(&mail.text()));
}
