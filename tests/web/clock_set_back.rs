//! A clock that was fast for a while and was then corrected: no one is locked out for the difference, and
//! sign-ins of that time stay valid.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{
    Api, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const OTHER_PASSWORD: &str = "an entirely other walnut";

async fn sign_in(api: &Api, person: &Person, password: &str) -> Reply {
    let body = json!({ "email": person.email, "password": password });
    api.post("/login", body).await
}

async fn assert_alive(api: &Api, pair: &Reply) {
    assert_eq!(pair.status, 200, "{pair:?}");
    assert_eq!(
        (&pair.body["expires_in"], &pair.body["refresh_expires_in"]),
        (&json!(1800), &json!(604_800))
    );
    assert_eq!(api.with(pair).get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_after_a_password_change_by_a_fast_clock_are_valid() {
    for ahead in [
        TimeDelta::milliseconds(60_001),
        TimeDelta::hours(1),
        TimeDelta::days(3),
    ] {
        let app = TestApp::start().await;
        let other = app.another_node();
        let (person, owner) = (app.person().await, app.person().with_totp().await);
        let (api, there) = (app.api(), app.api().at(&other));
        app.clock.set(ahead);
        for one in [&person, &owner] {
            let first = sign_in(&api, one, PASSWORD).await;
            let first = match first.body.get("mfa_token") {
                Some(token) => {
                    let body = json!({ "mfa_token": token, "code": owner.backup_codes[0] });
                    api.post("/login/mfa", body).await
                }
                None => first,
            };
            let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
            let kept = api.with(&first).post("/change-password", change).await;
            assert_eq!(kept.status, 200);
        }
        app.clock.set(-ahead);

        let mut pair = sign_in(&api, &person, NEW_PASSWORD).await;
        assert_alive(&there, &pair).await;
        for node in [&api, &there, &api] {
            pair = node.refresh(pair.text("refresh_token")).await;
            assert_alive(&there, &pair).await;
            app.wait(TimeDelta::minutes(1));
        }
        let pending = sign_in(&api, &owner, NEW_PASSWORD).await;
        let body = json!({ "mfa_token": pending.text("mfa_token"), "code": owner.code() });
        assert_alive(&api, &there.post("/login/mfa", body).await).await;
        let person = Person {
            password: NEW_PASSWORD.to_owned(),
            ..person
        };
        let mut browser = app.browser();
        assert_eq!(browser.sign_in(&person).await.path(), "/account");
        app.wait(TimeDelta::minutes(32));
        assert!(browser.is_signed_in().await, "silently refreshed");

        // The next change is later than the one before, whatever the clock says.
        let asked = json!({ "email": person.email });
        api.post("/forgot-password", asked).await;
        let token = app.post.mail(&person.email, "Reset").await.token();
        let before = sign_in(&api, &person, NEW_PASSWORD).await;
        let body = json!({ "token": token, "new_password": OTHER_PASSWORD });
        let reset = api.post("/reset-password", body).await;
        assert_alive(&there, &reset).await;
        assert_eq!(there.with(&before).get("/me").await.status, 401);
        assert_eq!(
            there.refresh(before.text("refresh_token")).await.status,
            401
        );
        assert_alive(&there, &sign_in(&api, &person, OTHER_PASSWORD).await).await;
        api.with(&reset).post("/logout", json!(null)).await;
        assert_eq!(there.with(&reset).get("/me").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_pauses_set_by_a_fast_clock_end_on_time() {
    let limits = [
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_LOGIN_IP", "20/1m"),
        ("RATE_LIMIT_LOGIN_EMAIL", "off"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "off"),
    ];
    let app = TestApp::with(&limits).await;
    let person = app.person().await;
    let api = app.api();
    app.clock.set(TimeDelta::hours(1));
    // First past the ten free attempts, then past the limit of the client.
    for _ in 0..12 {
        sign_in(&api, &person, "wrong wrong wrong").await;
        app.clock.set(TimeDelta::seconds(20));
    }
    for n in 0..30 {
        let body = json!({ "email": format!("{n}@example.com"), "password": "wrong wrong wrong" });
        api.post("/login", body).await;
    }
    assert_eq!(sign_in(&api, &person, PASSWORD).await.status, 429);
    app.clock.set(TimeDelta::hours(-2));
    assert_eq!(
        sign_in(&api, &person, PASSWORD).await.status,
        429,
        "of the client"
    );
    app.wait(TimeDelta::seconds(61));
    assert_eq!(sign_in(&api, &person, PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reauthentication_in_the_future_does_not_count() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&person).await);
    app.clock.set(TimeDelta::minutes(20));
    let body = json!({ "password": PASSWORD });
    assert_eq!(api.post("/reauthenticate", body.clone()).await.status, 204);
    app.clock.set(TimeDelta::minutes(-20));
    let refused = api.post("/mfa/totp/enroll", json!({})).await;
    assert_eq!(refused.code(), "reauthentication_required");
    assert_eq!(api.post("/reauthenticate", body).await.status, 204);
    assert_eq!(api.post("/mfa/totp/enroll", json!({})).await.status, 200);
}
