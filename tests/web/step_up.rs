//! Step-up: sensitive acts need a proof of the last ten minutes, on pages and in the API.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    form::Form,
    people::{NEW_PASSWORD, PASSWORD},
};

const STALE: TimeDelta = TimeDelta::minutes(10);
const OTHER: &str = "00000000-0000-0000-0000-000000000000";

/// Every sensitive form, and what its page says it is for.
const ACTS: [(&str, &str); 7] = [
    ("/account/two-factor/enroll", "set up two-step sign-in"),
    ("/account/two-factor/confirm", "turn on two-step sign-in"),
    ("/account/two-factor/disable", "turn off two-step sign-in"),
    ("/account/two-factor/backup-codes", "get fresh backup codes"),
    (
        "/account/sessions/revoke-others",
        "sign out every other device",
    ),
    (
        "/account/sessions/00000000-0000-0000-0000-000000000000/revoke",
        "sign out a device",
    ),
    (
        "/account/sessions/trusted/00000000-0000-0000-0000-000000000000/revoke",
        "stop trusting a browser",
    ),
];

/// Signed in, so long ago that it proves nothing any more.
async fn stale(app: &TestApp, owner: &Person) -> (Browser, Api) {
    let mut browser = app.browser();
    browser.sign_in_with(owner, &owner.backup_codes[0]).await;
    let pair = app.api().sign_in_with(owner, &owner.backup_codes[1]).await;
    app.wait(STALE);
    (browser, app.api().with(&pair))
}

async fn proofs(app: &TestApp) -> Vec<String> {
    let sql =
        "SELECT proven_at::text || array_to_string(proof_methods, ',') FROM sessions ORDER BY id";
    let rows = app.sql(sql, &[]).await;
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sensitive_form_asks_for_a_proof_and_names_its_act() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let token = browser.visit("/account/sessions").await;
    let token = Form::all(token.html())[0].fields[0].value.clone();
    let before = app.audit().await.len();
    for (path, purpose) in ACTS {
        let page = browser.post(path, &[("csrf_token", &token)]).await;
        assert_eq!(page.path(), "/reauthenticate", "{path}");
        assert_eq!(page.redirects[0].status, 303, "{path}");
        let text = page.text("main");
        assert!(
            text.contains(&format!("You are about to {purpose}.")),
            "{path}: {text}"
        );
        let forms = Form::all(page.html());
        assert!(
            forms[0]
                .fields
                .iter()
                .any(|f| f.name == "next" && f.value == path)
        );
    }
    assert_eq!(app.audit().await.len(), before, "nothing was done");
    // The list itself is reading, and free.
    assert_eq!(browser.visit("/account/sessions").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_leads_back_to_the_act_behind_one_button() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    browser.visit("/account/two-factor").await;
    browser.submit("/account/two-factor/disable", &[]).await;

    let wrong = [("password", "not the right password")];
    let page = browser.submit("/reauthenticate", &wrong).await;
    assert_eq!((page.status(), page.path()), (401, "/reauthenticate"));
    assert!(page.alert().contains("not your current password"));
    assert!(page.text("main").contains("turn off two-step sign-in"));
    let page = browser.submit("/reauthenticate", &[("password", "")]).await;
    assert_eq!(page.status(), 422);

    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!((page.status(), page.path()), (200, "/reauthenticate"));
    assert!(page.text("main").contains("Nothing has been changed yet"));
    assert_eq!(page.text("main button"), "Turn off two-step sign-in");
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/account/two-factor"));
    assert_eq!(app.browser().sign_in(&owner).await.path(), "/account");
    let events = app.audit().await;
    assert_eq!(
        events[events.len() - 4..events.len() - 1],
        [
            "reauthentication_failed",
            "reauthenticated",
            "totp_disabled"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_to_be_signed_out_is_the_one_behind_the_button() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, program) = stale(&app, &owner).await;
    let page = browser.visit("/account/sessions").await;
    let action = Form::all(page.html())
        .into_iter()
        .map(|form| form.action)
        .find(|action| action.ends_with("/revoke"))
        .unwrap();
    browser.submit(&action, &[]).await;
    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.text("main button"), "Sign out the device");
    assert_eq!(program.get("/me").await.status, 200);
    let page = browser.submit(&action, &[]).await;
    assert_eq!(page.text("[role=status]"), "That device is signed out.");
    assert_eq!(program.get("/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_waits_behind_the_button_and_secrets_do_not() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let path = "/account/two-factor/backup-codes";
    let page = browser.visit("/account/sessions").await;
    let token = Form::all(page.html())[0].fields[0].value.clone();
    let typed = [
        ("csrf_token", token.as_str()),
        ("reason", "\"><b>lost & found</b>"),
    ];
    browser.post(path, &typed).await;
    let password = [("password", PASSWORD)];
    let page = browser.submit("/reauthenticate", &password).await;
    let form = browser.form(path, &[("reason", "")]);
    let kept = form.fields.iter().find(|field| field.name == "reason");
    assert_eq!(kept.unwrap().value, typed[1].1);
    assert!(page.text("main b").is_empty());
    let page = browser.submit(path, &[]).await;
    assert_eq!(page.texts(".backup-codes code").len(), 10);
    // Once done, it waits no more.
    let page = browser.visit(&format!("/reauthenticate?next={path}")).await;
    assert_eq!(page.path(), "/account/two-factor");

    // An act with a secret, or with more than a cookie holds, is begun again on its own page.
    let long = "x".repeat(2000);
    for (name, value) in [
        ("password", PASSWORD),
        ("code", "123456"),
        ("reason", &long),
    ] {
        app.wait(STALE);
        let typed = [("csrf_token", token.as_str()), (name, value)];
        let page = browser.post(path, &typed).await;
        assert_eq!(page.path(), "/reauthenticate");
        let page = browser.submit("/reauthenticate", &password).await;
        assert_eq!(page.path(), "/account/two-factor", "{name}");
        assert!(page.text("[role=status]").contains("You can go on now"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_proves_it_once_and_is_used_up() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, program) = stale(&app, &owner).await;
    let code = owner.code();
    browser
        .visit("/reauthenticate?next=%2Faccount%2Fsessions")
        .await;
    let page = browser.submit("/reauthenticate", &[("code", &code)]).await;
    assert_eq!(page.path(), "/account/sessions");
    assert!(
        page.text("[role=status]")
            .contains("confirmed that it is you")
    );

    let again = json!({ "code": code });
    let refused = program.post("/reauthenticate", again.clone()).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_code"));
    assert!(refused.text("detail").contains("used already"));
    let at_door = app.api().sign_in_with(&owner, &code).await;
    assert_eq!((at_door.status, at_door.code()), (401, "invalid_code"));

    app.wait(TimeDelta::seconds(30));
    let code = json!({ "code": owner.code() });
    let replies = join_all((0..20).map(|_| program.post("/reauthenticate", code.clone()))).await;
    let proven = replies.iter().filter(|reply| reply.status == 204).count();
    assert_eq!(proven, 1, "{replies:?}");
    assert_eq!(
        program.post("/mfa/backup-codes", json!({})).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_changes_nothing_but_counters() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, program) = stale(&app, &owner).await;
    let before = proofs(&app).await;
    let step = "SELECT last_step FROM totp_authenticators";
    let last: i64 = app.sql(step, &[]).await[0].get(0);
    let phone = owner.phone.as_ref().unwrap();
    browser.visit("/reauthenticate").await;
    for wrong in [
        phone.wrong_code(),
        phone.code_in(5),
        owner.backup_codes[2].clone(),
    ] {
        let reply = program
            .post("/reauthenticate", json!({ "code": wrong }))
            .await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_code"));
        let page = browser.submit("/reauthenticate", &[("code", &wrong)]).await;
        assert_eq!((page.status(), page.path()), (401, "/reauthenticate"));
        let refused = program.post("/mfa/backup-codes", json!({})).await;
        assert_eq!(refused.code(), "reauthentication_required");
    }
    assert_eq!(proofs(&app).await, before);
    let now: i64 = app.sql(step, &[]).await[0].get(0);
    assert_eq!(now, last);
    let failed = app.audit().await;
    let failed = failed
        .iter()
        .filter(|event| *event == "reauthentication_failed");
    assert_eq!(failed.count(), 6);
    // The backup code was not used up, and a code proves nothing where none is enrolled.
    assert_eq!(
        app.api()
            .sign_in_with(&owner, &owner.backup_codes[2])
            .await
            .status,
        200
    );
    let plain = app.person().await;
    let plain = app.api().with(&app.api().sign_in(&plain).await);
    let refused = plain
        .post("/reauthenticate", json!({ "code": "123456" }))
        .await;
    assert_eq!((refused.status, refused.code()), (409, "totp_not_enabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_asks_for_a_proof_or_the_password() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let plain = app.person().verified().await;
    let (_, program) = stale(&app, &owner).await;
    let pair = app.api().sign_in(&plain).await;
    app.wait(STALE);
    let plain = app.api().with(&pair);

    let calls = [
        "/mfa/totp/enroll",
        "/mfa/totp/confirm",
        "/mfa/totp/disable",
        "/mfa/backup-codes",
    ];
    for call in calls {
        for body in [
            json!({}),
            json!({ "password": null }),
            json!({ "code": "123456" }),
        ] {
            let refused = program.post(call, body).await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "reauthentication_required"),
                "{call}"
            );
        }
        let wrong = json!({ "password": "not the right password", "code": "123456" });
        let refused = program.post(call, wrong).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "wrong_password"),
            "{call}"
        );
        let refused = program.post(call, json!({ "password": 1 })).await;
        assert_eq!(refused.status, 422, "{call}");
    }
    let delete = |id: &str| Reply::of(program.request(Method::DELETE, &format!("/sessions/{id}")));
    assert_eq!(delete(OTHER).await.code(), "reauthentication_required");
    assert_eq!(program.get("/sessions").await.status, 200);

    // The password sent along proves it, and goes on proving it for the session.
    let enrolment = plain
        .post("/mfa/totp/enroll", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(enrolment.status, 200);
    let refused = plain
        .post("/mfa/totp/confirm", json!({ "code": "12" }))
        .await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_code"));

    for wrong in [
        json!({}),
        json!({ "password": "" }),
        json!({ "password": PASSWORD, "code": "1" }),
    ] {
        let refused = program.post("/reauthenticate", wrong).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_input"));
    }
    let proven = program
        .post("/reauthenticate", json!({ "password": PASSWORD }))
        .await;
    assert_eq!((proven.status, proven.body), (204, Value::Null));
    assert_eq!(delete(OTHER).await.code(), "not_found");
    app.wait(STALE - TimeDelta::seconds(1));
    assert_eq!(
        program.post("/mfa/backup-codes", json!({})).await.status,
        200
    );
    app.wait(TimeDelta::seconds(1));
    assert_eq!(
        program.post("/mfa/totp/disable", json!({})).await.code(),
        "reauthentication_required"
    );
    // Signing out of one's own session needs none.
    let own = program.get("/sessions").await;
    let own = own.body["sessions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&own).await.status, 204);
}

/// The time of proof stands in the session: neither a refresh nor the silent one of a page moves it
/// (attack 29).
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_never_renews_the_proof() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let pair = app.api().sign_in_with(&owner, &owner.backup_codes[2]).await;
    app.wait(TimeDelta::minutes(9));
    let before = proofs(&app).await;
    let pair = app.api().refresh(pair.text("refresh_token")).await;
    app.wait(TimeDelta::minutes(40));
    assert!(browser.is_signed_in().await, "by a silent refresh");
    let pair = app.api().refresh(pair.text("refresh_token")).await;
    assert_eq!(proofs(&app).await, before);
    let refused = app
        .api()
        .with(&pair)
        .post("/mfa/backup-codes", json!({}))
        .await;
    assert_eq!(refused.code(), "reauthentication_required");
    browser.visit("/account/two-factor").await;
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_sign_in_proves_nothing() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let pending = app.api().sign_in(&owner).await;
    let holder = app.api().with_token(pending.text("mfa_token"));
    let proof = json!({ "password": PASSWORD });
    assert_eq!(
        holder.post("/reauthenticate", proof.clone()).await.status,
        401
    );
    assert_eq!(app.api().post("/reauthenticate", proof).await.status, 401);
    let mut browser = app.browser();
    let page = browser.sign_in(&owner).await;
    let token = Form::all(page.html())[0].fields[0].value.clone();
    let fields = [("csrf_token", token.as_str()), ("password", PASSWORD)];
    assert_eq!(
        browser.post("/reauthenticate", &fields).await.path(),
        "/login"
    );
    assert!(!browser.is_signed_in().await);
    assert!(!app.audit().await.contains(&"reauthenticated".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_here_count_as_guesses_at_the_door() {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1")]).await;
    let owner = app.person().with_totp().await;
    let pair = app.api().sign_in_with(&owner, &owner.code()).await;
    let program = app.api().with(&pair);
    app.wait(STALE);
    let mut last = 403;
    for _ in 0..50 {
        let wrong = json!({ "password": "not the right password" });
        last = program.post("/reauthenticate", wrong).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    assert_eq!(app.api().sign_in(&owner).await.status, 429, "one throttle");
    for _ in 0..50 {
        last = program
            .post("/reauthenticate", json!({ "code": "12" }))
            .await
            .status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    let right = program
        .post("/reauthenticate", json!({ "code": owner.code() }))
        .await;
    assert_eq!(right.status, 429, "the right code as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_stays_on_this_site() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, _) = stale(&app, &owner).await;
    let evil = [
        "//e",
        "/\\e",
        "/%09/e",
        "https:e",
        "https://u@e/",
        "javascript:x",
        "/a\r\nb",
        "/reauthenticate",
    ];
    for next in evil {
        let query = url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
        let page = browser
            .visit(&format!("/reauthenticate?next={query}"))
            .await;
        let fields = &Form::all(page.html())[0].fields;
        assert!(
            fields
                .iter()
                .any(|f| f.name == "next" && f.value.is_empty()),
            "{next}"
        );
        let typed = [("password", PASSWORD), ("next", next)];
        let page = browser.submit("/reauthenticate", &typed).await;
        assert_eq!(page.path(), "/account", "{next}");
        app.wait(STALE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_worth_nothing_once_the_password_has_changed() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let (old, other) = (
        app.api().sign_in(&person).await,
        app.api().sign_in(&person).await,
    );
    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let (change, proof) = tokio::join!(
        async {
            app.api()
                .with(&other)
                .post("/change-password", change)
                .await
        },
        async {
            let proof = json!({ "password": PASSWORD });
            app.api().with(&old).post("/reauthenticate", proof).await
        }
    );
    assert_eq!(change.status, 200);
    assert!(matches!(proof.status, 204 | 401 | 403 | 409), "{proof:?}");
    let refused = app
        .api()
        .with(&old)
        .post("/mfa/totp/enroll", json!({}))
        .await;
    assert_eq!(refused.status, 401);
}
