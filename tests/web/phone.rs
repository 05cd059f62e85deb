//! A phone as second factor, at pages and API.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    gateway::Gateway,
    harness::{Api, Reply, TestApp, people::PASSWORD},
};

pub(crate) const NUMBER: &str = "+4915112345612";

/// Begins to add a number, and returns the code that was sent to it with the token.
async fn begin(api: &Api, gateway: &Gateway, number: &str) -> (String, Reply) {
    let before = gateway.posted().len();
    let body = json!({ "phone": number, "password": PASSWORD });
    let begun = api.post("/mfa/phone", body).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let posted = gateway.after(before + 1).await;
    (posted[before].code(), begun)
}

/// Sends a code to the phone of a pending sign-in.
async fn send(api: &Api, gateway: &Gateway, pending: &Reply) -> String {
    let before = gateway.posted().len();
    let body = json!({ "mfa_token": pending.text("mfa_token") });
    let sent = api.post("/login/mfa/phone", body).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    gateway.after(before + 1).await[before].code()
}

async fn finish(api: &Api, pending: &Reply, code: &str) -> Reply {
    let body = json!({ "mfa_token": pending.text("mfa_token"), "code": code });
    api.post("/login/mfa", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_signs_in_and_is_removed() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);

    let (code, begun) = begin(&api, &gateway, "+49 (151) 123-456 12").await;
    let message = &gateway.posted()[0];
    assert_eq!(message.to, NUMBER);
    let text = format!("Your code for Vestibule is {code}.\n\n@auth.example.com #{code}");
    assert_eq!(message.text, text);
    let body = json!({ "phone_token": begun.text("phone_token"), "code": code });
    let confirmed = api.post("/mfa/phone/confirm", body.clone()).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert_eq!(confirmed.body["backup_codes"].as_array().unwrap().len(), 10);
    assert_eq!(confirmed.body["user"]["two_factor_enabled"], true);
    let api = api.with(&confirmed);
    assert_eq!(api.post("/mfa/phone/confirm", body).await.status, 409);
    let again = json!({ "phone": NUMBER });
    let refused = api.post("/mfa/phone", again).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "phone_already_enabled")
    );

    let pending = app.api().sign_in(&owner).await;
    assert_eq!(pending.body["methods"], json!(["phone", "backup_code"]));
    let code = send(&app.api(), &gateway, &pending).await;
    let signed_in = finish(&app.api(), &pending, &code).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");

    let api = app.api().with(&signed_in);
    let removed = Reply::of(api.request(Method::DELETE, "/mfa/phone")).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    assert_eq!(removed.body["user"]["two_factor_enabled"], false);
    let api = api.with(&removed);
    let gone = Reply::of(api.request(Method::DELETE, "/mfa/phone")).await;
    assert_eq!((gone.status, gone.code()), (409, "phone_not_enabled"));
    let signed_in = app.api().sign_in(&owner).await;
    assert!(signed_in.body["access_token"].is_string());
    let rows = app.sql(
        "SELECT FROM phones UNION ALL SELECT FROM phone_codes UNION ALL SELECT FROM backup_codes",
        &[],
    );
    assert!(rows.await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_one_use_five_tries_and_five_minutes() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    let api = app.api();
    let pending = api.sign_in(&owner).await;

    let first = send(&api, &gateway, &pending).await;
    let second = send(&api, &gateway, &pending).await;
    if first != second {
        // A later code takes the place of an earlier one.
        let refused = finish(&api, &pending, &first).await;
        assert_eq!((refused.status, refused.code()), (401, "invalid_code"));
    }
    assert_eq!(finish(&api, &pending, &second).await.status, 200);
    let other = api.sign_in(&owner).await;
    assert_eq!(finish(&api, &other, &second).await.status, 401);

    let code = send(&api, &gateway, &other).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(finish(&api, &other, wrong).await.status, 401);
    }
    assert_eq!(finish(&api, &other, &code).await.status, 401);

    let code = send(&api, &gateway, &other).await;
    app.wait(TimeDelta::minutes(5));
    let fresh = api.sign_in(&owner).await;
    assert_eq!(finish(&api, &fresh, &code).await.status, 401);
    let code = send(&api, &gateway, &fresh).await;
    app.wait(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    assert_eq!(finish(&api, &fresh, &code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_and_a_phone_stand_side_by_side() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_totp().await;
    let signed_in = app.api().sign_in_with(&owner, &owner.code()).await;
    let api = app.api().with(&signed_in);
    let begun = api.post("/mfa/phone", json!({ "phone": NUMBER })).await;
    let code = gateway.after(1).await[0].code();
    let body = json!({ "phone_token": begun.text("phone_token"), "code": code });
    let confirmed = api.post("/mfa/phone/confirm", body).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    // It is not the first: the backup codes are those that there were.
    assert_eq!(confirmed.body.get("backup_codes"), None);

    let pending = app.api().sign_in(&owner).await;
    assert_eq!(
        pending.body["methods"],
        json!(["totp", "phone", "backup_code"])
    );
    app.wait(TimeDelta::seconds(30));
    assert_eq!(
        finish(&app.api(), &pending, &owner.code()).await.status,
        200
    );
    let pending = app.api().sign_in(&owner).await;
    let code = send(&app.api(), &gateway, &pending).await;
    assert_eq!(finish(&app.api(), &pending, &code).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_and_removing_takes_a_recent_proof_with_the_factor() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_totp().await;
    let api = app
        .api()
        .with(&app.api().sign_in_with(&owner, &owner.code()).await);
    app.wait(TimeDelta::minutes(11));
    let body = json!({ "phone": NUMBER });
    let refused = api.post("/mfa/phone", body).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    // The password alone is not enough where a factor stands.
    let body = json!({ "phone": NUMBER, "password": PASSWORD });
    let refused = api.post("/mfa/phone", body).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    assert!(gateway.posted().is_empty());

    let phone_owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&phone_owner).await;
    let code = send(&app.api(), &gateway, &pending).await;
    let api = app.api().with(&finish(&app.api(), &pending, &code).await);
    app.wait(TimeDelta::minutes(11));
    let remove = api.request(Method::DELETE, "/mfa/phone");
    let refused = Reply::of(remove.json(&json!({ "password": PASSWORD }))).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    // A code that is sent for it proves it.
    let sent = api.post("/reauthenticate/phone", Value::Null).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    let code = gateway.after(2).await[1].code();
    let proven = api.post("/reauthenticate", json!({ "code": code })).await;
    assert_eq!(proven.status, 204, "{proven:?}");
    let used = api.post("/reauthenticate", json!({ "code": code })).await;
    assert_eq!((used.status, used.code()), (422, "invalid_code"));
    let removed = Reply::of(api.request(Method::DELETE, "/mfa/phone")).await;
    assert_eq!(removed.status, 200, "{removed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_checked_and_countries_allowed() {
    let gateway = Gateway::start().await;
    let settings = [gateway.settings().as_slice(), &[("SMS_COUNTRIES", "49")]].concat();
    let app = TestApp::with(&settings).await;
    let owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    for (number, why) in [
        ("0151 12345612", "Begin with +"),
        ("+49 1", "not a phone number"),
        ("+41 79 123 45 67", "of this country"),
        ("+49 900 1234567", "kind of number"),
    ] {
        let refused = api.post("/mfa/phone", json!({ "phone": number })).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "invalid_input"),
            "{number}"
        );
        let said = refused.body["errors"]["phone"][0].as_str().unwrap();
        assert!(said.contains(why), "{said}");
    }
    let unverified = app.person().await;
    let api = app.api().with(&app.api().sign_in(&unverified).await);
    let refused = api.post("/mfa/phone", json!({ "phone": NUMBER })).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "email_not_verified")
    );
    assert!(gateway.posted().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_there_is_no_trace_of_phones() {
    let app = TestApp::with(&[("SMS_GATEWAY_URL", "")]).await;
    let owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&owner).await;
    assert_eq!(pending.body["methods"], json!(["backup_code"]));
    let signed_in = finish(&app.api(), &pending, &owner.backup_codes[0]).await;
    let api = app.api().with(&signed_in);
    for (method, call) in [
        (Method::POST, "/mfa/phone"),
        (Method::DELETE, "/mfa/phone"),
        (Method::POST, "/mfa/phone/confirm"),
        (Method::POST, "/login/mfa/phone"),
        (Method::POST, "/reauthenticate/phone"),
    ] {
        let request = api.request(method, call).send().await.unwrap();
        assert_eq!(request.status(), 404, "{call}");
    }
    let described = api.request_at(Method::GET, "/api/openapi.json");
    let described: Value = described.send().await.unwrap().json().await.unwrap();
    let schemas = &described["components"]["schemas"];
    let methods = &schemas["Challenge"]["properties"]["methods"]["items"]["enum"];
    assert_eq!(methods, &json!(["passkey", "totp", "backup_code"]));
    for part in ["/paths", "/components/schemas", "/components/responses"] {
        let named = described.pointer(part).unwrap().as_object().unwrap();
        let of_phones = named
            .keys()
            .filter(|name| name.to_lowercase().contains("phone"));
        assert_eq!(of_phones.count(), 0, "{part}");
    }

    let mut browser = app.browser();
    let page = browser.sign_in(&owner).await;
    assert_eq!(page.path(), "/login/verify");
    assert!(!page.html().contains("to my phone"), "{}", page.html());
    let page = browser
        .submit("/login/verify", &[("code", &owner.backup_codes[1])])
        .await;
    assert_eq!(page.path(), "/account");
    for path in ["/account", "/account/two-factor"] {
        let page = browser.visit(path).await;
        assert!(!page.html().contains("/account/phone"), "{path}");
    }
    for path in [
        "/account/phone",
        "/account/phone/confirm",
        "/login/verify/phone",
    ] {
        assert_eq!(browser.visit(path).await.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_add_a_phone_sign_in_and_reauthenticate_by_it() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().verified().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    browser.visit("/account/two-factor").await;
    let page = browser.visit("/account/phone").await;
    assert!(page.html().contains("There are better ways"));
    let page = browser.submit("/account/phone", &[("phone", "0151")]).await;
    assert_eq!(page.status(), 422);
    assert!(page.html().contains("value=\"0151\""));
    let page = browser.submit("/account/phone", &[("phone", NUMBER)]).await;
    assert_eq!(page.path(), "/account/phone/confirm");
    assert!(page.html().contains("+49 ••• ••12") && !page.html().contains("12345612"));
    let code = gateway.after(1).await[0].code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let page = browser
        .submit("/account/phone/confirm", &[("code", wrong)])
        .await;
    assert_eq!(page.status(), 422);
    let page = browser
        .submit("/account/phone/confirm", &[("code", &code)])
        .await;
    assert_eq!(page.status(), 200);
    assert!(page.html().contains("Your backup codes"));

    let mut other = app.browser();
    let page = other.sign_in(&owner).await;
    assert_eq!(page.path(), "/login/verify");
    let page = other.submit("/login/verify/phone", &[]).await;
    assert_eq!(page.path(), "/login/verify");
    assert!(page.html().contains("+49 ••• ••12"), "{}", page.html());
    let code = gateway.after(2).await[1].code();
    let page = other.submit("/login/verify", &[("code", &code)]).await;
    assert_eq!(page.path(), "/account");

    app.wait(TimeDelta::minutes(11));
    let page = other.visit("/account/phone").await;
    assert!(page.html().contains("+49 ••• ••12"));
    let page = other.submit("/account/phone/remove", &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
    other.submit("/reauthenticate/phone", &[]).await;
    let code = gateway.after(3).await[2].code();
    other.submit("/reauthenticate", &[("code", &code)]).await;
    let page = other.submit("/account/phone/remove", &[]).await;
    assert_eq!(page.path(), "/account/phone");
    assert!(
        page.html().contains("Two-step sign-in is off"),
        "{}",
        page.html()
    );
}
