//! Codes at sign-in, and the pages for the second factor.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{
    TestApp,
    people::{PASSWORD, Phone},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_accepted_once() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let code = owner.code();
    assert_eq!(
        app.browser().sign_in_with(&owner, &code).await.path(),
        "/account"
    );
    let page = app.browser().sign_in_with(&owner, &code).await;
    assert_eq!(page.status(), 401);
    assert!(page.alert().contains("used already"), "{}", page.alert());
    // Nor is an earlier code accepted after a later one.
    let earlier = owner.phone.as_ref().unwrap().code_in(-1);
    assert_eq!(
        app.browser().sign_in_with(&owner, &earlier).await.status(),
        401
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_accepted_with_spaces_and_one_step_early_or_late() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let phone = owner.phone.clone().unwrap();
    let late = phone.code_in(-1);
    let spaced = format!(" {} {} ", &late[..3], &late[3..]);
    assert_eq!(
        app.browser().sign_in_with(&owner, &spaced).await.path(),
        "/account"
    );
    let early = phone.code_in(1);
    let dashed = format!("{}-{}", &early[..3], &early[3..]);
    assert_eq!(
        app.browser().sign_in_with(&owner, &dashed).await.path(),
        "/account"
    );
}

/// The code in digits of another script, whose zero is this character.
fn in_script(zero: char, code: &str) -> String {
    let other = |c: char| match c.to_digit(10) {
        Some(value) => char::from_u32(u32::from(zero) + value).unwrap(),
        None => c,
    };
    code.chars().map(other).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_accepts_codes_in_every_common_spelling() {
    let app = TestApp::start().await;
    let mut owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let asked = json!({ "password": PASSWORD });
    let enrolment = api.post("/mfa/totp/enroll", asked).await;
    let phone = Phone::new(enrolment.text("secret"), &app.clock);
    let marked = format!("\u{200f}{}\u{a0}", in_script('\u{660}', &phone.code()));
    let confirmed = api
        .post("/mfa/totp/confirm", json!({ "code": marked }))
        .await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let codes = confirmed.body["backup_codes"].clone();
    let codes: Vec<String> = serde_json::from_value(codes).unwrap();

    app.wait(TimeDelta::seconds(30));
    let wide = in_script('\u{ff10}', &phone.code());
    let wide = format!("{}\u{3000}{}", &wide[..9], &wide[9..]);
    let api = app.api().with(&confirmed);
    let proven = api.post("/reauthenticate", json!({ "code": wide })).await;
    assert_eq!(proven.status, 204, "{proven:?}");

    app.wait(TimeDelta::seconds(30));
    owner.phone = Some(phone.clone());
    let hindi = in_script('\u{966}', &phone.code());
    let page = app.browser().sign_in_with(&owner, &hindi).await;
    assert_eq!(page.path(), "/account");

    app.wait(TimeDelta::seconds(30));
    let dashed = phone.code().replace('0', "\u{2066}0\u{2069}\u{2212}");
    assert_eq!(app.api().sign_in_with(&owner, &dashed).await.status, 200);

    let typed = in_script('\u{6f0}', &codes[0]).replace('-', "\u{2011}");
    assert_eq!(app.api().sign_in_with(&owner, &typed).await.status, 200);
    let typed = in_script('\u{ff10}', &codes[1]).replace('-', "\u{202f}");
    let page = app.browser().sign_in_with(&owner, &typed).await;
    assert_eq!(page.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_is_refused_and_can_be_corrected() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let page = browser.sign_in_with(&owner, &wrong).await;
    assert_eq!((page.status(), page.path()), (401, "/login/verify"));
    assert!(page.alert().contains("not right"), "{}", page.alert());
    assert!(!browser.is_signed_in().await);
    browser.visit("/login/verify").await;
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_with_a_wrong_clock_is_reported_and_its_code_is_used_up() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    let ahead = owner.phone.as_ref().unwrap().code_in(6);
    let page = browser.sign_in_with(&owner, &ahead).await;
    assert_eq!(page.status(), 401);
    assert!(
        page.alert().contains("about 3 minutes ahead"),
        "{}",
        page.alert()
    );
    let refused = app.api().sign_in_with(&owner, &ahead).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_code"));

    // When its time comes, this code is still refused; the next one is accepted.
    app.wait(TimeDelta::minutes(3));
    assert_eq!(
        app.browser().sign_in_with(&owner, &ahead).await.status(),
        401
    );
    app.wait(TimeDelta::seconds(30));
    assert_eq!(
        app.browser()
            .sign_in_with(&owner, &owner.code())
            .await
            .path(),
        "/account"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_works_once_in_every_spelling() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let code = &owner.backup_codes[0];
    let typed = format!(" {} ", code.replace('-', " ").to_lowercase());
    let page = app.browser().sign_in_with(&owner, &typed).await;
    assert_eq!(page.path(), "/account");
    assert!(
        page.html().contains("9 backup codes left"),
        "{}",
        page.text("[role=status]")
    );
    let page = app.browser().sign_in_with(&owner, code).await;
    assert_eq!(page.status(), 401);
    assert!(
        page.alert().contains("backup code is not right"),
        "{}",
        page.alert()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_runs_out_of_backup_codes_is_warned() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    for (used, code) in (1..).zip(&owner.backup_codes) {
        let page = app.browser().sign_in_with(&owner, code).await;
        let left = 10 - used;
        let warning = page.text(".notice.warning");
        assert_eq!(
            warning.contains("left"),
            left <= 3,
            "{left} left: {warning}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_sign_in_lasts_five_minutes_and_is_used_once() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    let pending = app.api().sign_in(&owner).await;
    let body = |code: &str| json!({ "mfa_token": pending.text("mfa_token"), "code": code });
    assert_eq!(
        app.api()
            .post("/login/mfa", body(&owner.code()))
            .await
            .status,
        200
    );
    app.wait(TimeDelta::seconds(30));
    let again = app.api().post("/login/mfa", body(&owner.code())).await;
    assert_eq!((again.status, again.code()), (401, "invalid_token"));

    app.wait(TimeDelta::minutes(5));
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/login");
    assert!(!browser.is_signed_in().await);
    let page = browser.visit("/login/verify").await;
    assert_eq!(page.path(), "/login", "no sign-in waits for a code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_requires_a_verified_address() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let body = json!({ "password": PASSWORD });
    let refused = app.api().with(&pair).post("/mfa/totp/enroll", body).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "email_not_verified")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn new_backup_codes_replace_the_old_ones_and_end_no_session() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut elsewhere = app.browser();
    elsewhere.sign_in_with(&owner, &owner.backup_codes[0]).await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.code()).await;

    browser.visit("/account/two-factor/backup-codes").await;
    let page = browser
        .submit("/account/two-factor/backup-codes", &[])
        .await;
    let fresh = page.texts(".backup-codes code");
    assert_eq!((page.status(), fresh.len()), (200, 10));
    assert!(browser.is_signed_in().await && elsewhere.is_signed_in().await);
    assert_eq!(
        app.browser()
            .sign_in_with(&owner, &owner.backup_codes[1])
            .await
            .status(),
        401
    );
    assert_eq!(
        app.browser().sign_in_with(&owner, &fresh[0]).await.path(),
        "/account"
    );
    app.post
        .mail(&owner.email, "backup codes were replaced")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_the_second_factor_signs_other_browsers_out() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut elsewhere = app.browser();
    elsewhere.sign_in_with(&owner, &owner.backup_codes[0]).await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.code()).await;
    browser.visit("/account/two-factor/disable").await;
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!(
        (page.status(), page.path()),
        (200, "/account/two-factor"),
        "{}",
        page.alert()
    );
    assert!(browser.is_signed_in().await);
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(
        app.browser().sign_in(&owner).await.path(),
        "/account",
        "the password alone"
    );
    app.post.mail(&owner.email, "turned off").await;
}
