//! The owner is notified of a trusted browser and can end all trust at once. Ended trust leaves no row.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_notified_by_mail() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    trusted(&app, &owner).await;
    let mail = app.post.mail(&owner.email, "trusted browser").await;
    let text = mail.text();
    for reported in [
        "When: ",
        "IP address: 127.0.0.1",
        "Firefox on Linux",
        "This wasn't you?",
    ] {
        assert!(text.contains(reported), "{reported}: {text}");
    }
    // Without the tick there is no mail.
    let other = app.person().with_totp().await;
    app.browser().sign_in_with(&other, &other.code()).await;
    app.outbox_is_empty().await;
    let sql = "SELECT count(*) FROM mails WHERE kind = 'browser_trusted'";
    assert_eq!(app.sql(sql, &[]).await[0].get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_every_other_device_out_ends_their_trust_and_says_so() {
    let app = TestApp::start().await;
    let (owner, neighbour) = (
        app.person().with_totp().await,
        app.person().with_totp().await,
    );
    let mut here = trusted(&app, &owner).await;
    let mut elsewhere = trusted(&app, &owner).await;
    let mut next_door = trusted(&app, &neighbour).await;
    here.sign_in(&owner).await;

    let page = here.visit("/account/sessions").await;
    let text = page.text("main");
    assert!(text.contains("No other device is signed in."), "{text}");
    assert!(
        text.contains("No other browser is trusted any more."),
        "{text}"
    );
    let page = here.submit("/account/sessions/revoke-others", &[]).await;
    let reported = page.text("[role=status]");
    assert!(
        reported.contains("no other browser is trusted"),
        "{reported}"
    );
    assert!(!page.html().contains("revoke-others"), "nothing is left");
    here.submit("/logout", &[]).await;

    assert_eq!(elsewhere.sign_in(&owner).await.path(), "/login/verify");
    assert_eq!(here.sign_in(&owner).await.path(), "/account");
    assert_eq!(next_door.sign_in(&neighbour).await.path(), "/account");
    let events = app.audit().await;
    let ended = events.iter().filter(|e| *e == "trusted_device_revoked");
    assert_eq!(ended.count(), 1);

    // The API has one call for all trusted browsers.
    let pair = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    let api = app.api().with(&pair);
    assert_eq!(api.post("/logout-all", Value::Null).await.status, 204);
    assert_eq!(here.sign_in(&owner).await.path(), "/login/verify");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_trust_is_deleted_before_it_expires() {
    let app = TestApp::start().await;
    let (owner, other) = (
        app.person().with_totp().await,
        app.person().with_totp().await,
    );
    trusted(&app, &owner).await;
    let mut living = trusted(&app, &other).await;
    let pair = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    let api = app.api().with(&pair);
    assert_eq!(api.post("/logout-all", Value::Null).await.status, 204);
    // The node's own worker may have been quicker.
    purge::expired(app.services()).await.unwrap();
    assert_eq!(rows(&app).await, 1);
    assert_eq!(living.sign_in(&other).await.path(), "/account");
}
