//! Attackers who want an account to move to an address of theirs, or to keep one in their hands.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{
    Api, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const THIEFS: &str = "thief@example.net";

async fn asked(app: &TestApp, api: &Api) -> String {
    let body = json!({ "new_email": THIEFS });
    assert_eq!(api.post("/change-email", body).await.status, 202);
    app.post.mail(THIEFS, "Confirm your new").await.token()
}

async fn belongs_to(app: &TestApp, person: &Person) -> bool {
    let sql = "SELECT 1 FROM users WHERE id = $1::text::uuid AND email = $2";
    let rows = app.sql(sql, &[&person.id.to_string(), &person.email]).await;
    rows.len() == 1
}

/// (10) A stolen session moves no account: the change takes a recent proof, with the second factor where one
/// is enrolled, and the owner is notified at once (ASVS 7.5.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_moves_no_account() {
    let app = TestApp::start().await;
    let (plain, guarded) = (
        app.person().verified().await,
        app.person().with_totp().await,
    );
    let code = &guarded.backup_codes[0];
    let stolen = [
        (&plain, app.api().sign_in(&plain).await),
        (&guarded, app.api().sign_in_with(&guarded, code).await),
    ];
    app.wait(TimeDelta::minutes(11));
    for (person, pair) in stolen {
        let thief = app.api().with(&pair);
        let body = json!({ "new_email": THIEFS });
        let refused = thief.post("/change-email", body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "reauthentication_required")
        );
        assert_eq!(app.post.count(THIEFS), 0);
        assert!(belongs_to(&app, person).await);
    }
    // With the password as well, the account without a second factor can be moved, and its owner is told.
    let thief = app.api().with(&app.api().sign_in(&plain).await);
    asked(&app, &thief).await;
    app.post.mail(&plain.email, "was requested").await;
}

/// (11) A squatter registers the victim's address, asks to move the account, and keeps the link until the
/// victim has taken the account over: the link is dead then.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_kept_from_before_the_takeover_is_dead() {
    let app = TestApp::start().await;
    for by_reset in [true, false] {
        let victim = app.person().await;
        let squatter = app.api().with(&app.api().sign_in(&victim).await);
        let kept = asked(&app, &squatter).await;
        let asked = json!({ "email": victim.email });
        if by_reset {
            app.api().post("/forgot-password", asked).await;
            let token = app.post.mail(&victim.email, "Reset").await.token();
            let body = json!({ "token": token, "new_password": NEW_PASSWORD });
            assert_eq!(app.api().post("/reset-password", body).await.status, 200);
        } else {
            app.api().post("/resend-verification", asked).await;
            let token = app.post.mail(&victim.email, "Verify").await.token();
            let body = json!({ "token": token, "new_password": NEW_PASSWORD });
            assert_eq!(app.api().post("/verify-email", body).await.status, 204);
        }
        for password in [PASSWORD, NEW_PASSWORD] {
            let body = json!({ "token": kept, "password": password });
            let reply = app.api().post("/confirm-email", body).await;
            assert_eq!((reply.status, reply.code()), (422, "invalid_token"));
        }
        assert!(belongs_to(&app, &victim).await);
    }
}
