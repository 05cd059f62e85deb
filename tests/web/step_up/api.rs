//! Calls: the reauthentication that they require, and what counts as one.

use super::*;

const OTHER: &str = "00000000-0000-0000-0000-000000000000";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_reauthenticates_once() {
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
async fn a_backup_code_reauthenticates_once() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let (mut browser, program) = stale(&app, &owner).await;
    app.outbox_is_empty().await;
    let mails = app.post.count(&owner.email);
    browser.visit("/reauthenticate?next=%2Faccount").await;
    let typed = owner.backup_codes[2].to_lowercase().replace('-', " ");
    let code = [("code", typed.as_str())];
    let page = browser.submit("/reauthenticate", &code).await;
    assert_eq!(page.path(), "/account");
    let said = page.text("[role=status]");
    assert!(said.contains("confirmed that it is you"), "{said}");
    assert!(
        said.contains("cannot be used again. You have 7 backup codes left."),
        "{said}"
    );
    // Used up on every door.
    let again = json!({ "code": owner.backup_codes[2] });
    let refused = program.post("/reauthenticate", again).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_code"));
    let at_door = app.api().sign_in_with(&owner, &owner.backup_codes[2]).await;
    assert_eq!((at_door.status, at_door.code()), (401, "invalid_code"));
    browser
        .visit("/reauthenticate?next=%2Faccount%2Femail")
        .await;
    // The factor is proven, so the page is not asked for again, and a program changes the address with it.
    let code = json!({ "code": owner.backup_codes[3] });
    let replies = join_all((0..20).map(|_| program.post("/reauthenticate", code.clone()))).await;
    let proven = replies.iter().filter(|reply| reply.status == 204).count();
    assert_eq!(proven, 1, "{replies:?}");
    let new = json!({ "new_email": "new@example.org" });
    assert_eq!(program.post("/change-email", new).await.status, 202);

    let events = "SELECT event || ' ' || coalesce(detail->>'methods', detail->>'by', detail->>'left')
        FROM audit_events WHERE session_id IS NOT NULL AND event IN
        ('reauthenticated', 'backup_code_used', 'reauthentication_failed') ORDER BY seq DESC LIMIT 40";
    let events: Vec<String> = app
        .sql(events, &[])
        .await
        .iter()
        .map(|row| row.get(0))
        .collect();
    let count = |event: &str| events.iter().filter(|one| *one == event).count();
    assert_eq!(count("reauthenticated [\"mca\"]"), 2, "{events:?}");
    assert_eq!(
        count("backup_code_used 7") + count("backup_code_used 6"),
        2,
        "{events:?}"
    );
    assert_eq!(count("reauthentication_failed mca"), 1 + 19, "{events:?}");
    app.outbox_is_empty().await;
    // Of the refused sign-in and of the change of address; none of the codes.
    for subject in ["code", "was requested"] {
        app.post.mail(&owner.email, subject).await;
    }
    assert_eq!(app.post.count(&owner.email), mails + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_requires_reauthentication_or_the_password() {
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

    // The password in the call reauthenticates, and counts for later calls of the session.
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
    // It does not change a second factor where one is enrolled: that takes the factor.
    for call in calls {
        let refused = program.post(call, json!({ "password": PASSWORD })).await;
        assert_eq!(refused.code(), "reauthentication_required", "{call}");
    }
    let code = json!({ "code": owner.code() });
    assert_eq!(program.post("/reauthenticate", code).await.status, 204);
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
    // Signing out of the own session requires none.
    let own = program.get("/sessions").await;
    let own = own.body["sessions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&own).await.status, 204);
}

/// The session stores the time of reauthentication: neither a refresh nor a page's silent refresh changes
/// it (attack 29).
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_does_not_renew_reauthentication() {
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
    browser.visit("/account/two-factor/disable").await;
    let page = browser.submit("/account/two-factor/disable", &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_sign_in_cannot_reauthenticate() {
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
async fn a_password_change_voids_reauthentication() {
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
