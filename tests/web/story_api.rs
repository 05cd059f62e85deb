//! The main use from end to end, through the JSON API.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    Api, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD, Phone},
    readable,
};

const EMAIL: &str = "grace@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_program_registers_enrols_recovers_and_stays() {
    let app = TestApp::start().await;

    let registered = register(&app).await;
    let signed_in = sign_in_again(&app, &registered).await;
    let (mut owner, enrolled) = enrol(&app, &signed_in).await;
    sign_in_with_codes(&app, &owner, &enrolled).await;
    let recovered = recover(&app, &mut owner).await;
    let refreshed = stay_past_the_access_token(&app, &recovered).await;
    change_password(&app, &owner, &refreshed).await;
}

/// Asserts a token pair of the documented shape (DESIGN, section 3).
fn assert_pair(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.body["token_type"], "bearer");
    // Seconds are truncated: right after a password change a pair is a millisecond ahead.
    for (field, lifetime) in [("expires_in", 1800), ("refresh_expires_in", 604_800)] {
        let seconds = reply.body[field].as_i64().expect("whole seconds");
        assert!(
            (lifetime - 1..=lifetime).contains(&seconds),
            "{field}: {seconds}"
        );
    }
    for (field, purpose) in [("access_token", "access"), ("refresh_token", "refresh")] {
        assert_eq!(readable::claims(reply.text(field))["purpose"], purpose);
    }
    let user = reply.body["user"].as_object().expect("the user");
    let fields: Vec<_> = user.keys().map(String::as_str).collect();
    let documented = [
        "created_at",
        "display_name",
        "email",
        "email_verified",
        "id",
        "password_must_change",
        "role",
        "two_factor_enabled",
    ];
    assert_eq!(fields, documented);
    assert!(Uuid::try_parse(user["id"].as_str().unwrap()).is_ok());
    assert!(
        reply.answer.set_cookies().is_empty(),
        "a pair goes into the body alone"
    );
}

async fn is_alive(api: &Api) -> bool {
    let status = api.get("/me").await.status;
    assert!(matches!(status, 200 | 401), "{status}");
    status == 200
}

async fn register(app: &TestApp) -> Reply {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "display_name": "Grace" });
    let registered = app.api().post("/register", body.clone()).await;
    assert_pair(&registered, 201);
    assert_eq!(registered.body["user"]["email_verified"], false);
    let again = app.api().post("/register", body).await;
    assert_eq!((again.status, again.code()), (409, "email_taken"));

    let api = app.api().with(&registered);
    let token = app.post.mail(EMAIL, "Verify").await.token();
    let verified = api.post("/verify-email", json!({ "token": token })).await;
    assert_eq!((verified.status, verified.body), (204, Value::Null));
    let me = api.get("/me").await;
    assert_eq!((me.status, &me.body["email_verified"]), (200, &json!(true)));
    assert_eq!(me.body["created_at"], "2026-03-03T14:05:00Z");
    registered
}

async fn sign_in_again(app: &TestApp, registered: &Reply) -> Reply {
    let api = app.api().with(registered);
    assert_eq!(api.post("/logout", Value::Null).await.status, 204);
    assert!(!is_alive(&api).await);
    let refreshed = api.refresh(registered.text("refresh_token")).await;
    assert_eq!(refreshed.status, 401, "the session has ended");
    let wrong = json!({ "email": EMAIL, "password": "not the right password" });
    let refused = app.api().post("/login", wrong).await;
    assert_eq!(
        (refused.status, refused.code()),
        (401, "invalid_credentials")
    );
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let signed_in = app.api().post("/login", body).await;
    assert_pair(&signed_in, 200);
    signed_in
}

async fn enrol(app: &TestApp, signed_in: &Reply) -> (Person, Reply) {
    let api = app.api().with(signed_in);
    let enrolment = api
        .post("/mfa/totp/enroll", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(enrolment.status, 200, "{enrolment:?}");
    assert!(enrolment.text("otpauth_uri").starts_with("otpauth://totp/"));
    assert!(enrolment.text("qr_svg").contains("<svg"));
    let phone = Phone::new(enrolment.text("secret"), &app.clock);

    let wrong = api
        .post("/mfa/totp/confirm", json!({ "code": phone.wrong_code() }))
        .await;
    assert_eq!((wrong.status, wrong.code()), (422, "invalid_code"));
    let confirmed = api
        .post("/mfa/totp/confirm", json!({ "code": phone.code() }))
        .await;
    assert_pair(&confirmed, 200);
    assert_eq!(confirmed.body["user"]["two_factor_enabled"], true);
    assert!(!is_alive(&api).await, "the old token died with the change");
    assert!(is_alive(&app.api().with(&confirmed)).await);
    let codes = confirmed.body["backup_codes"]
        .as_array()
        .expect("ten codes");
    let owner = Person {
        id: Uuid::nil(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        phone: Some(phone),
        backup_codes: codes
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect(),
    };
    assert_eq!(owner.backup_codes.len(), 10);
    (owner, confirmed)
}

async fn sign_in_with_codes(app: &TestApp, owner: &Person, enrolled: &Reply) {
    assert_eq!(
        app.api()
            .with(enrolled)
            .post("/logout-all", Value::Null)
            .await
            .status,
        204
    );
    assert!(!is_alive(&app.api().with(enrolled)).await);
    let pending = app.api().sign_in(owner).await;
    assert_eq!(pending.body["methods"], json!(["totp", "backup_code"]));
    assert_eq!(pending.body["expires_in"], 300);
    let pending = pending.text("mfa_token");
    assert!(
        !is_alive(&app.api().with_token(pending)).await,
        "good for nothing else"
    );

    app.wait(TimeDelta::seconds(30));
    let code = owner.code();
    assert_pair(&app.api().sign_in_with(owner, &code).await, 200);
    let again = app.api().sign_in_with(owner, &code).await;
    assert_eq!((again.status, again.code()), (401, "invalid_code"));
    assert_pair(
        &app.api().sign_in_with(owner, &owner.backup_codes[0]).await,
        200,
    );
    let again = app.api().sign_in_with(owner, &owner.backup_codes[0]).await;
    assert_eq!((again.status, again.code()), (401, "invalid_code"));
}

async fn recover(app: &TestApp, owner: &mut Person) -> Reply {
    let elsewhere = app.api().sign_in_with(owner, &owner.backup_codes[1]).await;
    let asked = app
        .api()
        .post("/forgot-password", json!({ "email": EMAIL }))
        .await;
    assert_eq!(asked.status, 202);
    let token = app.post.mail(EMAIL, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let pending = app.api().post("/reset-password", body.clone()).await;
    assert_eq!(
        (pending.status, &pending.body["mfa_required"]),
        (200, &json!(true))
    );
    app.wait(TimeDelta::seconds(30));
    let code = json!({ "mfa_token": pending.text("mfa_token"), "code": owner.code() });
    let recovered = app.api().post("/login/mfa", code).await;
    assert_pair(&recovered, 200);

    assert!(!is_alive(&app.api().with(&elsewhere)).await);
    assert_eq!(
        app.api()
            .refresh(elsewhere.text("refresh_token"))
            .await
            .status,
        401
    );
    assert_eq!(
        app.api().sign_in(owner).await.status,
        401,
        "the old password"
    );
    let again = app.api().post("/reset-password", body).await;
    assert_eq!(
        (again.status, again.code()),
        (422, "invalid_token"),
        "{again:?}"
    );
    NEW_PASSWORD.clone_into(&mut owner.password);
    recovered
}

async fn stay_past_the_access_token(app: &TestApp, recovered: &Reply) -> Reply {
    app.wait(TimeDelta::minutes(32));
    assert!(!is_alive(&app.api().with(recovered)).await);
    let token = recovered.text("refresh_token");
    let refreshed = app.api().refresh(token).await;
    assert_pair(&refreshed, 200);
    // A client that lost the answer repeats the request and gets the same successor.
    let again = app.api().refresh(token).await;
    assert_eq!(again.text("refresh_token"), refreshed.text("refresh_token"));
    refreshed
}

async fn change_password(app: &TestApp, owner: &Person, signed_in: &Reply) {
    let elsewhere = app.api().sign_in_with(owner, &owner.backup_codes[2]).await;
    let api = app.api().with(signed_in);
    let body = |current: &str| json!({ "current_password": current, "new_password": PASSWORD });
    let refused = api
        .post("/change-password", body("not the right password"))
        .await;
    assert_eq!((refused.status, refused.code()), (403, "wrong_password"));
    let changed = api.post("/change-password", body(NEW_PASSWORD)).await;
    assert_pair(&changed, 200);
    assert!(is_alive(&app.api().with(&changed)).await);
    assert!(!is_alive(&api).await);
    assert!(!is_alive(&app.api().with(&elsewhere)).await);
}
