//! Failed reauthentication: it counts like failed sign-ins, and changes only counters.

use super::*;

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
        owner.backup_codes[0].clone(),
        "AAAA-BBBB-CCCC-DDDD".to_owned(),
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
    assert_eq!(failed.count(), 8);
    // No backup code was used up. A code does not count if no second factor is enrolled.
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
async fn failed_reauthentications_count_as_failed_sign_ins() {
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
