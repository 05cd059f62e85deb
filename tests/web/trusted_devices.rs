//! Trusted browsers: no code after the right password, for 30 days, for one user, and for nothing else.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use vestibule::internals::flows::upkeep::purge;

use crate::harness::{
    Browser, Page, Person, Reply, TestApp,
    form::Form,
    people::{NEW_PASSWORD, PASSWORD},
};

mod ending;

const COOKIE: &str = "__Host-device";

/// A browser that signed in with a code, was trusted, and signed out again.
async fn trusted(app: &TestApp, owner: &Person) -> Browser {
    let mut browser = app.browser();
    trust(&mut browser, owner, &owner.code()).await;
    app.wait(TimeDelta::seconds(60));
    browser
}

async fn trust(browser: &mut Browser, owner: &Person, code: &str) -> Page {
    assert_eq!(browser.sign_in(owner).await.path(), "/login/verify");
    let typed = [("code", code), ("trust_device", "true")];
    let page = browser.submit("/login/verify", &typed).await;
    assert_eq!(page.path(), "/account", "{}", page.alert());
    browser.submit("/logout", &[]).await;
    page
}

async fn rows(app: &TestApp) -> i64 {
    app.sql("SELECT count(*) FROM trusted_devices", &[]).await[0].get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_browser_needs_the_password_and_no_code_for_thirty_days() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    let page = trust(&mut browser, &owner, &owner.code()).await;
    let cookie = page.set_cookies().into_iter().find(|c| c.name == COOKIE);
    // A browser stays known for longer than it is trusted.
    assert_eq!(cookie.unwrap().max_age, Some(365 * 24 * 3600));
    browser.jar.close();

    let wrong = Person {
        password: "not the right password".to_owned(),
        ..owner.clone()
    };
    let page = browser.sign_in(&wrong).await;
    assert_eq!(
        (page.status(), page.path()),
        (401, "/login"),
        "never instead of the password"
    );
    assert!(
        page.set_cookies()
            .iter()
            .all(|cookie| cookie.name != COOKIE)
    );
    assert_eq!(browser.sign_in(&owner).await.path(), "/account");
    let sql =
        "SELECT array_to_string(authentication_methods, ' '), array_to_string(proof_methods, ' ')
               FROM sessions ORDER BY (authentication_methods[2] = 'device') DESC LIMIT 1";
    let row = &app.sql(sql, &[]).await[0];
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1)),
        ("pwd device", "pwd")
    );
    let events = app.audit().await;
    assert_eq!(
        events,
        [
            "second_factor_required",
            "signed_in",
            "device_trusted",
            "signed_out",
            "sign_in_failed",
            "signed_in"
        ]
    );
    let page = browser.visit("/account").await;
    assert!(page.html().contains("from a browser that you trust"));

    // Signing out keeps it trusted. After thirty days the trust ends, and the row is deleted.
    app.wait(TimeDelta::days(29));
    assert_eq!(browser.sign_in(&owner).await.path(), "/account");
    browser.submit("/logout", &[]).await;
    app.wait(TimeDelta::days(1));
    let mut copy = browser.clone();
    assert_eq!(copy.sign_in(&owner).await.path(), "/login/verify");
    assert_eq!(rows(&app).await, 1);
    app.wait(TimeDelta::seconds(1));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(rows(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_tick_nothing_is_trusted_and_a_backup_code_may_trust_too() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.code()).await;
    assert_eq!(rows(&app).await, 0);
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.sign_in(&owner).await.path(), "/login/verify");
    let mut other = app.browser();
    trust(&mut other, &owner, &owner.backup_codes[0]).await;
    assert_eq!(other.sign_in(&owner).await.path(), "/account");
    // A wrong code trusts no browser.
    let mut third = app.browser();
    third.sign_in(&owner).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let typed = [("code", wrong.as_str()), ("trust_device", "true")];
    assert_eq!(third.submit("/login/verify", &typed).await.status(), 401);
    assert_eq!(rows(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_revoke_every_token_end_trust() {
    let app = TestApp::start().await;
    for how in ["password", "reset", "second factor", "everywhere", "replay"] {
        let owner = app.person().with_totp().await;
        let mut browser = trusted(&app, &owner).await;
        let pair = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
        let api = app.api().with(&pair);
        let mut owner = owner;
        match how {
            "password" => {
                let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
                assert_eq!(api.post("/change-password", change).await.status, 200);
                owner.password = NEW_PASSWORD.to_owned();
            }
            "reset" => {
                let ask = json!({ "email": owner.email });
                app.api().post("/forgot-password", ask).await;
                let token = app.post.mail(&owner.email, "Reset").await.token();
                let mut holder = browser.clone();
                holder
                    .visit(&format!("/reset-password?token={token}"))
                    .await;
                let typed = [("new_password", NEW_PASSWORD)];
                let page = holder.submit("/reset-password", &typed).await;
                assert_eq!(page.path(), "/login/verify", "the code is asked for");
                let code = [("code", owner.backup_codes[1].as_str())];
                assert_eq!(
                    holder.submit("/login/verify", &code).await.path(),
                    "/account"
                );
                owner.password = NEW_PASSWORD.to_owned();
            }
            "second factor" => {
                let off = api.post("/mfa/totp/disable", json!({})).await;
                assert_eq!(off.status, 200);
                let page = browser.sign_in(&owner).await;
                assert_eq!(page.path(), "/account", "no code is asked for");
                browser.submit("/logout", &[]).await;
                let listed = app.api().with(&off).get("/sessions").await;
                assert_eq!(listed.body["trusted_devices"], json!([]));
                continue;
            }
            "everywhere" => assert_eq!(api.post("/logout-all", Value::Null).await.status, 204),
            _ => {
                let old = pair.text("refresh_token");
                let next = app.api().refresh(old).await;
                app.api().refresh(next.text("refresh_token")).await;
                assert_eq!(app.api().refresh(old).await.status, 401);
            }
        }
        assert_eq!(
            browser.sign_in(&owner).await.path(),
            "/login/verify",
            "{how}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_belongs_to_one_user_and_one_browser() {
    let app = TestApp::start().await;
    let (owner, other) = (
        app.person().with_totp().await,
        app.person().with_totp().await,
    );
    let mut browser = trusted(&app, &owner).await;
    assert_eq!(browser.sign_in(&other).await.path(), "/login/verify");
    assert_eq!(app.browser().sign_in(&owner).await.path(), "/login/verify");

    // Both users may trust one browser, and the second user does not get the secret of the first.
    let secrets = |browser: &Browser| -> Vec<String> {
        let cookie = browser.jar.value(COOKIE).unwrap();
        let secrets = cookie.split('.').filter(|part| part.len() == 43);
        secrets.map(str::to_owned).collect()
    };
    let [before] = secrets(&browser).try_into().unwrap();
    trust(&mut browser, &other, &other.code()).await;
    let after = secrets(&browser);
    assert_eq!((after.len(), &after[1]), (2, &before));
    for person in [&owner, &other] {
        assert_eq!(browser.sign_in(person).await.path(), "/account");
        browser.submit("/logout", &[]).await;
    }
    let mut forger = app.browser();
    forger.visit("/login").await;
    for value in [
        "",
        "x",
        &before[1..],
        &before.to_lowercase(),
        "A.B.C",
        &"A".repeat(43),
    ] {
        let cookie = crate::harness::cookie::SetCookie {
            name: COOKIE.to_owned(),
            value: value.to_owned(),
            ..Default::default()
        };
        forger.jar.keep(&cookie, app.services().now());
        assert_eq!(
            forger.sign_in(&owner).await.path(),
            "/login/verify",
            "{value}"
        );
    }
    // The database does not contain the secret.
    for row in app.sql("SELECT t::text FROM trusted_devices t", &[]).await {
        assert!(!row.get::<_, String>(0).contains(&before));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_is_not_reauthentication_and_does_not_exist_in_the_api() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = trusted(&app, &owner).await;
    let body = json!({ "email": owner.email, "password": PASSWORD });
    let request = browser
        .request(Method::POST, "/api/auth/login")
        .header("sec-fetch-site", "same-origin")
        .json(&body);
    let reply = Reply::from_browser(&mut browser, request).await;
    assert_eq!(reply.body["mfa_required"], true, "{reply:?}");
    let body = json!({ "mfa_token": reply.text("mfa_token"), "code": owner.code(), "trust_device": "true" });
    let request = browser
        .request(Method::POST, "/api/auth/login/mfa")
        .header("sec-fetch-site", "same-origin")
        .json(&body);
    let reply = Reply::from_browser(&mut browser, request).await;
    assert_eq!(reply.status, 200);
    assert!(reply.answer.set_cookies().is_empty());
    assert_eq!(rows(&app).await, 1);

    browser.sign_in(&owner).await;
    app.wait(TimeDelta::minutes(10));
    browser.visit("/account/two-factor/disable").await;
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_browsers_are_listed_and_can_be_untrusted() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = trusted(&app, &owner).await;
    let mut elsewhere = trusted(&app, &owner).await;
    let stranger = app.person().await;
    browser.sign_in(&owner).await;

    let page = browser.visit("/account/sessions").await;
    assert_eq!(
        page.texts(".devices h3"),
        ["Firefox on Linux This browser", "Firefox on Linux"]
    );
    let forms = Form::all(page.html()).into_iter().map(|form| form.action);
    let forms: Vec<String> = forms
        .filter(|action| action.contains("/trusted/"))
        .collect();
    let page = browser.submit(&forms[1], &[]).await;
    assert!(page.text("[role=status]").contains("no longer trusted"));
    assert_eq!(elsewhere.sign_in(&owner).await.path(), "/login/verify");
    let token = Form::all(page.html())[0].fields[0].value.clone();
    let page = browser.post(&forms[1], &[("csrf_token", &token)]).await;
    assert_eq!(page.status(), 404, "once");

    // By the API: a user sees and ends only their own.
    let api = app
        .api()
        .with(&app.api().sign_in_with(&owner, &owner.backup_codes[0]).await);
    let listed = api.get("/sessions").await.body["trusted_devices"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["browser"], "Firefox");
    assert_eq!(listed[0]["ip"], "127.0.0.1");
    let id = listed[0]["id"].as_str().unwrap();
    let path = format!("/trusted-devices/{id}");
    let theirs = app.api().with(&app.api().sign_in(&stranger).await);
    for (who, path) in [
        (&theirs, path.as_str()),
        (&api, "/trusted-devices/nonsense"),
    ] {
        let refused = Reply::of(who.request(Method::DELETE, path)).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"));
    }
    app.wait(TimeDelta::minutes(10));
    let refused = Reply::of(api.request(Method::DELETE, &path)).await;
    assert_eq!(refused.code(), "reauthentication_required");
    api.post("/reauthenticate", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(
        Reply::of(api.request(Method::DELETE, &path)).await.status,
        204
    );
    assert_eq!(rows(&app).await, 0);
    let reported = app.audit().await;
    let reported = reported
        .iter()
        .filter(|event| *event == "trusted_device_revoked");
    assert_eq!(reported.count(), 2);
}
