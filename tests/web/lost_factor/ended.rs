//! What cancels a removal, and what it dies with.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ask, ends, link, mails, recover, wait, waits};
use crate::harness::{
    Api, Browser, Person, TestApp,
    authenticator::Manner,
    passkeys::with_passkey,
    people::{NEW_PASSWORD, PASSWORD},
};

const CANCEL: &str = "/account/recovery/cancel";

/// A user in a browser that is signed in, and a removal that someone asked for then.
async fn asked_for(app: &TestApp) -> (Person, Browser) {
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in_with(&person, &person.backup_codes[0]).await;
    ask(app, &person).await;
    assert!(waits(app, &person).await);
    (person, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_session_has_a_button_that_cancels_it() {
    let app = TestApp::start().await;
    let (person, mut browser) = asked_for(&app).await;
    for path in [
        "/account",
        "/account/sessions",
        "/account/two-factor",
        "/account/nothing",
    ] {
        let page = browser.visit(path).await;
        let text = page.text("section.notice");
        assert!(text.contains("6 March 2026, 14:05 UTC"), "{path}: {text}");
    }
    let stranger = app.person().with_totp().await;
    let mut other = app.browser();
    other
        .sign_in_with(&stranger, &stranger.backup_codes[0])
        .await;
    assert!(!other.visit("/account").await.html().contains(CANCEL));

    // Within ten minutes of the sign-in at once, later after a proof.
    for late in [false, true] {
        if late {
            ask(&app, &person).await;
            app.wait(TimeDelta::minutes(11));
        }
        browser.visit("/account").await;
        let mut page = browser.submit(CANCEL, &[]).await;
        if late {
            assert_eq!(page.path(), "/reauthenticate");
            assert!(waits(&app, &person).await);
            browser
                .submit("/reauthenticate", &[("password", PASSWORD)])
                .await;
            page = browser.submit(CANCEL, &[]).await;
        }
        assert_eq!((page.status(), page.path()), (200, "/account"));
        assert!(page.text("main").contains("The removal is cancelled"));
        assert!(!page.html().contains(CANCEL));
        assert!(!waits(&app, &person).await);
    }
    assert_eq!(ends(&app, &person).await, ["owner", "owner"]);
    let mail = app.post.mail(&person.email, "stays as it is").await;
    assert!(mail.text().contains("was cancelled"), "{}", mail.text());
    wait(&app, TimeDelta::hours(73)).await;
    for kind in ["recovery_halfway", "recovery_link"] {
        assert_eq!(mails(&app, &person, kind).await, 0, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_the_factor_cancels_it_and_says_so() {
    let app = TestApp::start().await;
    for by in ["code", "backup code", "program"] {
        let (person, _) = asked_for(&app).await;
        let token = link(&app, &person).await;
        let code = match by {
            "backup code" => person.backup_codes[1].clone(),
            _ => person.code(),
        };
        if by == "program" {
            let pair = app.api().sign_in_with(&person, &code).await;
            assert_eq!(pair.status, 200);
        } else {
            let page = app.browser().sign_in_with(&person, &code).await;
            let text = page.text("[role=status]");
            assert!(text.contains("so the removal is cancelled"), "{by}: {text}");
        }
        assert!(!waits(&app, &person).await, "{by}");
        assert_eq!(ends(&app, &person).await, ["sign_in"], "{by}");
        assert_eq!(recover(&app, &token).await.1.status(), 422, "{by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_cancels_it_alone_and_as_second_step_and_goes_with_the_others() {
    let app = TestApp::start().await;
    let (person, mut device) = with_passkey(&app, Manner::default()).await;
    for alone in [true, false] {
        ask(&app, &person).await;
        assert!(waits(&app, &person).await);
        let pair = if alone {
            app.api().sign_in_by_passkey(&mut device).await
        } else {
            app.api().sign_in_by_both(&person, &mut device).await
        };
        assert_eq!(pair.status, 200, "{pair:?}");
        assert!(!waits(&app, &person).await, "{alone}");
    }
    assert_eq!(ends(&app, &person).await, ["sign_in", "sign_in"]);
    ask(&app, &person).await;
    let token = link(&app, &person).await;
    assert_eq!(recover(&app, &token).await.1.path(), "/account");
    let gone = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!((gone.status, gone.code()), (401, "unknown_passkey"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_a_trusted_browser_and_a_reauthentication_leave_it() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let code = [
        ("code", person.backup_codes[0].as_str()),
        ("trust_device", "true"),
    ];
    browser.submit("/login/verify", &code).await;
    ask(&app, &person).await;
    let wrong = person.phone.as_ref().unwrap().wrong_code();
    app.browser().sign_in_with(&person, &wrong).await;
    browser.visit("/account").await;
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.sign_in(&person).await.path(), "/account");
    assert!(browser.visit("/account").await.html().contains(CANCEL));
    browser.visit("/reauthenticate?next=/account").await;
    assert!(waits(&app, &person).await);
}

/// Mails the link while the session from before the start is recently proven: three days pass for the request alone.
async fn link_at_once(app: &TestApp, person: &Person) -> String {
    app.outbox_is_empty().await;
    for update in [
        "UPDATE recoveries SET started_at = started_at - interval '3 days', ends_at = ends_at - interval '3 days',
            reminded_at = started_at - interval '36 hours' WHERE user_id::text = $1",
        "UPDATE mails SET created_at = created_at - interval '3 days', sent_at = sent_at - interval '3 days'
            WHERE user_id::text = $1 AND kind = 'recovery_started'",
    ] {
        app.sql(update, &[&person.id.to_string()]).await;
    }
    wait(app, TimeDelta::zero()).await;
    let mail = app.post.mail(&person.email, "Remove the lost").await;
    mail.token_of("/recover")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reauthentication_with_the_factor_cancels_it() {
    let app = TestApp::start().await;
    let (person, mut device) = with_passkey(&app, Manner::default()).await;
    let pair = app.api().sign_in_by_passkey(&mut device).await;
    let api = app.api().with(&pair);
    ask(&app, &person).await;
    let password = api
        .post("/reauthenticate", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(password.status, 204);
    assert!(waits(&app, &person).await);
    let proven = api.prove_by_passkey(&mut device).await;
    assert_eq!(proven.status, 204, "{proven:?}");
    assert!(!waits(&app, &person).await);
    assert_eq!(ends(&app, &person).await, ["sign_in"]);

    let (person, mut browser) = asked_for(&app).await;
    app.wait(TimeDelta::minutes(11));
    browser.visit("/reauthenticate?next=/account").await;
    let code = person.code();
    browser
        .submit("/reauthenticate", &[("code", code.as_str())])
        .await;
    assert!(!waits(&app, &person).await);
    assert_eq!(ends(&app, &person).await, ["sign_in"]);
}

/// The owner is told of each that ended, however soon the next one is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_ended_is_told_of_before_the_next_begins() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let code = &person.backup_codes[0];
    let pair = app.api().sign_in_with(&person, code).await;
    ask(&app, &person).await;
    let everywhere = app.api().with(&pair).post("/logout-all", Value::Null).await;
    assert_eq!(everywhere.status, 204);
    ask(&app, &person).await;
    assert!(waits(&app, &person).await);
    assert_eq!(ends(&app, &person).await, ["change"]);
    assert_eq!(mails(&app, &person, "recovery_ended").await, 1);
    wait(&app, TimeDelta::zero()).await;
    assert_eq!(ends(&app, &person).await, ["change"]);
}

/// A change after the link was mailed, by a session from before the start.
#[derive(Debug, Clone, Copy)]
enum Change {
    Password,
    Reset,
    Address,
    Factor,
    BackupCodes,
    SignOutEverywhere,
    NotMe,
    Deletion,
    ByAdmin(&'static str),
}

const CHANGES: [Change; 12] = [
    Change::Password,
    Change::Reset,
    Change::Address,
    Change::Factor,
    Change::BackupCodes,
    Change::SignOutEverywhere,
    Change::NotMe,
    Change::Deletion,
    Change::ByAdmin("reset-two-factor"),
    Change::ByAdmin("disable"),
    Change::ByAdmin("delete"),
    Change::ByAdmin("revoke-sessions"),
];

impl Change {
    async fn make(self, app: &TestApp, person: &Person, api: &Api, admin: &Api) {
        let ok = |reply: &crate::harness::Reply| assert!(reply.status < 300, "{self:?} {reply:?}");
        match self {
            Self::Password => {
                let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
                ok(&api.post("/change-password", body).await);
            }
            Self::Reset => {
                let asked = json!({ "email": person.email });
                ok(&app.api().post("/forgot-password", asked).await);
                let token = app.post.mail(&person.email, "Reset").await.token();
                let body = json!({ "token": token, "new_password": NEW_PASSWORD });
                let pending = app.api().post("/reset-password", body).await;
                // The step of the code that the session was proven with is used.
                app.wait(TimeDelta::seconds(60));
                let code = json!({ "mfa_token": pending.text("mfa_token"), "code": person.code() });
                ok(&app.api().post("/login/mfa", code).await);
            }
            Self::Address => {
                let new = format!("new-{}", person.email);
                ok(&api.post("/change-email", json!({ "new_email": new })).await);
                let token = app.post.mail(&new, "Confirm").await.token();
                ok(&api.post("/confirm-email", json!({ "token": token })).await);
            }
            Self::Factor => ok(&api.post("/mfa/totp/disable", json!({})).await),
            Self::BackupCodes => ok(&api.post("/mfa/backup-codes", json!({})).await),
            Self::SignOutEverywhere => ok(&api.post("/logout-all", Value::Null).await),
            Self::NotMe => {
                let mail = app.post.mail(&person.email, "wants to remove").await;
                let body = json!({ "token": mail.token_of("/not-me") });
                ok(&app.api().post("/not-me", body).await);
            }
            Self::Deletion => {
                let body = json!({ "confirm_email": person.email });
                ok(&api.post("/delete-account", body).await);
            }
            Self::ByAdmin(act) => {
                let body =
                    json!({ "reason": "x", "confirm_email": person.email, "password": PASSWORD });
                ok(&admin.admin(&format!("/{}/{act}", person.id), body).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_dies_with_each_change_of_address_password_or_factor() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    for change in CHANGES {
        let person = app.person().with_totp().await;
        let pair = app
            .api()
            .sign_in_with(&person, &person.backup_codes[0])
            .await;
        let api = app.api().with(&pair);
        ask(&app, &person).await;
        let token = link_at_once(&app, &person).await;
        let admins = app.api().with(&app.api().sign_in(&admin).await);
        assert!(waits(&app, &person).await, "{change:?}");
        change.make(&app, &person, &api, &admins).await;
        assert!(!waits(&app, &person).await, "{change:?}");
        assert_eq!(recover(&app, &token).await.1.status(), 422, "{change:?}");
        wait(&app, TimeDelta::zero()).await;
        assert_eq!(ends(&app, &person).await, ["change"], "{change:?}");
        let left = app.sql("SELECT 1 FROM recoveries", &[]).await;
        assert!(left.is_empty(), "{change:?}");
        let disabled = matches!(
            change,
            Change::Deletion | Change::ByAdmin("disable" | "delete")
        );
        let told = mails(&app, &person, "recovery_ended").await;
        assert_eq!(told, i64::from(!disabled), "{change:?}");
    }
}
