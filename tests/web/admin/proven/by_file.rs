//! `email_verified` in a file only allows signing in, and only while the admins of the import are admins.

use futures_util::future::join;
use serde_json::json;
use vestibule::internals::{
    domain::{
        accounts::{reason::Reason, user::Role},
        audit::Client,
    },
    flows::admin::act::{Act, Outcome, perform_as_operator},
};

use super::{OWNER, file, id_of, importer, sign_in};
use crate::{
    admin::imports::{DJANGO, DJANGO_PASSWORD, count, imported},
    harness::{Api, Browser, Person, TestApp, people::NEW_PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn email_verified_of_a_file_only_allows_signing_in() {
    let settings = [
        ("EMAIL_VERIFICATION", "required"),
        ("REGISTRATION", "invite"),
    ];
    let app = TestApp::with(&settings).await;
    let (host, api, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    let mail = app.post.mail(OWNER, "brought over").await;

    // The admin, who knows the password, can sign in and do nothing more.
    let pair = sign_in(&app, OWNER, DJANGO_PASSWORD).await;
    assert_eq!(pair.status, 200);
    assert_eq!(pair.body["user"]["email_verified"], true);
    let inside = app.api().with(&pair);
    let enroll = inside
        .post("/mfa/totp/enroll", json!({ "password": DJANGO_PASSWORD }))
        .await;
    assert_eq!((enroll.status, enroll.code()), (403, "email_not_verified"));
    let id = id_of(&app, OWNER).await;
    let role = format!("/{id}/role");
    let promoted = api.admin(&role, json!({ "role": "admin" })).await;
    assert_eq!(promoted.status, 409, "{promoted:?}");
    // An enrolment from before this rule cannot be confirmed either.
    let row = "INSERT INTO totp_authenticators (user_id, secret, created_at)
        SELECT id, '\\x00', now() FROM users WHERE email_canonical = $1";
    app.sql(row, &[&OWNER]).await;
    let confirm = inside
        .post("/mfa/totp/confirm", json!({ "code": "123456" }))
        .await;
    assert_eq!(
        (confirm.status, confirm.code()),
        (403, "email_not_verified")
    );

    // The page names the admin who imported the account.
    let whole = api.admin_get(&format!("/{id}")).await;
    assert_eq!(whole.body["user"]["mailbox_proven"], false);
    assert_eq!(whole.body["import"]["confirmed_by"], json!(host.email));
    let page = browser.visit(&format!("/admin/users/{id}")).await;
    let reported = page.text("main");
    for words in [
        "Verified by a file only",
        &format!("by {}", host.email),
        "users.csv",
    ] {
        assert!(reported.contains(words), "{words}: {reported}");
    }

    // The owner of the mailbox takes the account over.
    let claim = json!({ "token": mail.token(), "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/verify-email", claim).await.status, 204);
    assert_eq!(inside.get("/me").await.status, 401);
    assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 401);
    let owner = app.api().with(&sign_in(&app, OWNER, NEW_PASSWORD).await);
    let me = owner.get("/me").await;
    assert_eq!(me.body["display_name"], "Olga");
    let enroll = owner
        .post("/mfa/totp/enroll", json!({ "password": NEW_PASSWORD }))
        .await;
    assert_eq!(enroll.status, 200);
    let promoted = api.admin(&role, json!({ "role": "admin" })).await;
    assert_eq!(promoted.status, 204, "{promoted:?}");
    let whole = api.admin_get(&format!("/{id}")).await;
    assert_eq!(whole.body["user"]["mailbox_proven"], true);
    assert_eq!(whole.body["import"]["confirmed_by"], json!(host.email));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_proves_the_mailbox_of_an_imported_account() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    app.post.mail(OWNER, "brought over").await;
    let asked = json!({ "email": OWNER });
    app.api().post("/forgot-password", asked.clone()).await;
    let token = app.post.mail(OWNER, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let pair = app.api().post("/reset-password", body).await;
    assert_eq!(pair.status, 200);
    let enroll = app.api().with(&pair);
    let enroll = enroll
        .post("/mfa/totp/enroll", json!({ "password": NEW_PASSWORD }))
        .await;
    assert_eq!(enroll.status, 200, "{enroll:?}");
}

/// Every way to end the rights of an admin.
const ROUTES: [&str; 6] = [
    "disable by a call",
    "disable many by a call",
    "demote by a call",
    "delete by a call",
    "disable on a page",
    "demote at the command line",
];

async fn end_rights(app: &TestApp, route: &str, of: &Person, api: &Api, browser: &mut Browser) {
    let id = of.id;
    let reason = "left the company";
    let status = match route {
        "disable by a call" => {
            let path = format!("/{id}/disable");
            api.admin(&path, json!({ "reason": reason })).await.status
        }
        "disable many by a call" => {
            let body = json!({ "action": "disable", "ids": [id], "reason": reason });
            api.admin("/bulk", body).await.status
        }
        "demote by a call" => {
            let path = format!("/{id}/role");
            api.admin(&path, json!({ "role": "user" })).await.status
        }
        "delete by a call" => {
            let body = json!({ "reason": reason, "confirm_email": of.email });
            api.admin(&format!("/{id}/delete"), body).await.status
        }
        "disable on a page" => {
            let path = format!("/admin/users/{id}/disable");
            browser.visit(&path).await;
            browser.submit(&path, &[("reason", reason)]).await.status()
        }
        _ => {
            let client = Client::command("vestibule user role");
            let act = Act::SetRole(Role::User);
            let done = perform_as_operator(app.services(), id, &act, &client).await;
            assert_eq!(done.unwrap(), Outcome::Done);
            204
        }
    };
    assert!([200, 204].contains(&status), "{route}: {status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_imported_accounts_end_with_the_rights_of_their_admins() {
    for route in ROUTES {
        let app = TestApp::start().await;
        let (_, api, mut other) = importer(&app).await;
        let (host, _, mut browser) = importer(&app).await;
        let rows = format!(
            "email,password_hash,email_verified\n{OWNER},{DJANGO},true\n\
             proven@example.org,{DJANGO},true\nunsaid@example.org,{DJANGO},\n"
        );
        imported(&app, &mut browser, &rows).await;
        let link = app.post.mail("proven@example.org", "brought over").await;
        let proof = json!({ "token": link.token(), "password": DJANGO_PASSWORD });
        assert_eq!(app.api().post("/verify-email", proof).await.status, 204);
        let mut inside = Vec::new();
        for email in [OWNER, "unsaid@example.org", "proven@example.org"] {
            let pair = sign_in(&app, email, DJANGO_PASSWORD).await;
            assert_eq!(pair.status, 200, "{route}: {email}");
            inside.push((email, pair));
        }

        end_rights(&app, route, &host, &api, &mut other).await;
        for (email, pair) in &inside {
            let proven = *email == "proven@example.org";
            let expected = if proven { 200 } else { 401 };
            let me = app.api().with(pair).get("/me").await;
            assert_eq!(me.status, expected, "{route}: {email}");
            let again = sign_in(&app, email, DJANGO_PASSWORD).await;
            assert_eq!(again.status, expected, "{route}: {email}");
            if !proven {
                let refreshed = app.api().refresh(pair.text("refresh_token")).await;
                assert_eq!(refreshed.status, 401, "{route}: {email}");
            }
        }
        let events = app.audit().await;
        let ended = events.iter().any(|event| event == "user_imports_unvouched");
        assert!(ended, "{route}");
        // The refused sign-in mailed a link, which gives access although the password does not.
        let link = app.post.mail(OWNER, "Verify").await;
        let proof = json!({ "token": link.token(), "password": DJANGO_PASSWORD });
        assert_eq!(app.api().post("/verify-email", proof).await.status, 204);
        assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sign_in_to_an_imported_account_outlives_its_admin() {
    let app = TestApp::start().await;
    let (_, api, _) = importer(&app).await;
    let (host, _, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    let another = app.another_node();
    for _ in 0..8 {
        let api_of_other = app.api().at(&another);
        let body = json!({ "email": OWNER, "password": DJANGO_PASSWORD });
        let disable = format!("/{}/disable", host.id);
        let (pair, disabled) = join(
            api_of_other.post("/login", body),
            api.admin(&disable, json!({ "reason": "a race" })),
        )
        .await;
        assert_eq!(disabled.status, 204);
        if pair.status == 200 {
            assert_eq!(app.api().with(&pair).get("/me").await.status, 401);
        }
        let living = "SELECT count(*) FROM sessions AS s JOIN users AS u ON u.id = s.user_id
            WHERE s.revoked_at IS NULL AND u.import_id IS NOT NULL";
        assert_eq!(count(&app, living).await, 0);
        let enable = api.admin(&format!("/{}/enable", host.id), json!({})).await;
        assert_eq!(enable.status, 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_may_act_on_imported_accounts_that_are_not_proven() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    let id = id_of(&app, OWNER).await;
    let client = Client::command("vestibule user promote");
    let act = Act::SetRole(Role::Admin);
    let done = perform_as_operator(app.services(), id, &act, &client).await;
    assert_eq!(
        done.unwrap(),
        Outcome::Done,
        "an operator may promote an unproven account"
    );
    let reason = Reason::parse("a trial").unwrap();
    let act = Act::Disable(reason);
    let done = perform_as_operator(app.services(), id, &act, &client).await;
    assert_eq!(done.unwrap(), Outcome::Done);
}
