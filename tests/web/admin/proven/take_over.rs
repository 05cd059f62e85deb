//! Proving the mailbox takes precedence over the earlier holder of an account.

use futures_util::future::join;
use serde_json::{Value, json};

use super::{OWNER, accept, file, id_of, importer, invited, register, sign_in};
use crate::{
    admin::imports::{DJANGO, DJANGO_PASSWORD, count, imported, kept},
    harness::{
        TestApp,
        people::{NEW_PASSWORD, PASSWORD},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_replaces_an_account_that_was_never_verified() {
    let app = TestApp::start().await;
    let (_, api, mut browser) = importer(&app).await;
    let squatter = register(&app, OWNER).await;
    assert_eq!(squatter.status, 201);
    app.post.mail(OWNER, "Verify").await;
    let (reply, token) = invited(&app, &api, OWNER).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let listed = browser.visit("/admin/invitations").await;
    assert!(
        !listed.text("main").contains("account already"),
        "{}",
        listed.text("main")
    );
    assert_eq!(app.api().with(&squatter).get("/me").await.status, 200);
    let owner = accept(&app, &token).await;
    assert_eq!(owner.status, 201, "{owner:?}");
    assert_eq!(owner.body["user"]["display_name"], "Olga");
    assert_eq!(app.api().with(&squatter).get("/me").await.status, 401);
    let refreshed = app.api().refresh(squatter.text("refresh_token")).await;
    assert_eq!(refreshed.status, 401);
    assert_eq!(sign_in(&app, OWNER, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, OWNER, NEW_PASSWORD).await.status, 200);
    // Once the mailbox is proven, no other invitation is sent to it.
    let again = api
        .admin("", json!({ "email": OWNER, "role": "user" }))
        .await;
    assert_eq!((again.status, again.code()), (409, "email_taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_takes_an_imported_account_over_and_keeps_it() {
    let app = TestApp::start().await;
    let (_, api, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    let id = id_of(&app, OWNER).await;
    let inside = sign_in(&app, OWNER, DJANGO_PASSWORD).await;
    let (reply, token) = invited(&app, &api, OWNER).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let owner = accept(&app, &token).await;
    assert_eq!(owner.status, 201, "{owner:?}");
    assert_eq!(id_of(&app, OWNER).await, id);
    assert_eq!(app.api().with(&owner).get("/me").await.status, 200);
    assert_eq!(app.api().with(&inside).get("/me").await.status, 401);
    assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_replaces_an_account_that_was_never_verified() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    let squatter = register(&app, OWNER).await;
    let taken = app.person().verified().await;
    let content = format!("email,password_hash\n{OWNER},{DJANGO}\n{},\n", taken.email);
    let path = kept(&mut browser, &content).await;
    let reported = browser.visit(&path).await.text("main");
    assert!(
        reported.contains("This import will create 1 account. 1 address already has"),
        "{reported}"
    );
    imported(&app, &mut browser, &content).await;
    app.post.mail(OWNER, "brought over").await;
    assert_eq!(app.api().with(&squatter).get("/me").await.status, 401);
    assert_eq!(sign_in(&app, OWNER, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 200);
    assert_eq!(app.api().sign_in(&taken).await.status, 200);
    // An imported account is not imported again.
    let path = kept(&mut browser, &content).await;
    let reported = browser.visit(&path).await.text("main");
    assert!(
        reported.contains("New (0) Already have an account (2)"),
        "{reported}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_concurrent_proofs_of_a_mailbox_one_wins() {
    let app = TestApp::start().await;
    let (_, api, _) = importer(&app).await;
    let another = app.another_node();
    for n in 0..6 {
        let email = format!("race{n}@example.org");
        assert_eq!(register(&app, &email).await.status, 201);
        let verify = app.post.mail(&email, "Verify").await.token();
        let (_, token) = invited(&app, &api, &email).await;
        let verify = json!({ "token": verify, "password": PASSWORD });
        let elsewhere = app.api().at(&another);
        let (accepted, verified) = join(
            accept(&app, &token),
            elsewhere.post("/verify-email", verify),
        )
        .await;
        let outcome = (accepted.status, verified.status);
        assert!([(201, 422), (409, 204)].contains(&outcome), "{outcome:?}");
        let (works, fails) = if accepted.status == 201 {
            (NEW_PASSWORD, PASSWORD)
        } else {
            (PASSWORD, NEW_PASSWORD)
        };
        assert_eq!(sign_in(&app, &email, works).await.status, 200);
        assert_eq!(sign_in(&app, &email, fails).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_beside_registrations_leaves_one_account_each() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    let another = app.another_node();
    let rows: Vec<String> = (0..12)
        .map(|n| format!("both{n}@example.org,{DJANGO}\n"))
        .collect();
    let rows = rows.concat();
    let content = format!("email,password_hash\n{rows}");
    for n in 0..6 {
        register(&app, &format!("both{n}@example.org")).await;
    }
    let registering = async {
        let mut statuses = Vec::new();
        for n in 0..12 {
            let email = format!("both{n}@example.org");
            let body = json!({ "email": email, "password": PASSWORD });
            statuses.push(app.api().at(&another).post("/register", body).await.status);
        }
        statuses
    };
    let (_, statuses) = join(imported(&app, &mut browser, &content), registering).await;
    assert!(
        statuses.iter().all(|status| [201, 409].contains(status)),
        "{statuses:?}"
    );
    let accounts = "SELECT count(*) FROM users WHERE email LIKE 'both%'";
    assert_eq!(count(&app, accounts).await, 12);
    let imported = count(
        &app,
        "SELECT count(*) FROM users WHERE import_id IS NOT NULL",
    )
    .await;
    let reported = count(&app, "SELECT accounts_new FROM user_imports").await;
    assert_eq!(imported, reported);
    assert!(imported >= 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_keeps_nothing_of_the_first_holder() {
    let app = TestApp::start().await;
    let squatter = register(&app, OWNER).await;
    app.api()
        .post("/forgot-password", json!({ "email": OWNER }))
        .await;
    let token = app.post.mail(OWNER, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let pair = app.api().post("/reset-password", body).await;
    assert_eq!(pair.body["user"]["display_name"], Value::Null);
    let me = app.api().with(&pair).get("/me").await;
    assert_eq!(me.body["display_name"], Value::Null);
    assert_eq!(app.api().with(&squatter).get("/me").await.status, 401);

    // A name that the proven owner chose is kept.
    let rename = "UPDATE users SET display_name = 'Olga' WHERE email = $1";
    app.sql(rename, &[&OWNER]).await;
    app.api()
        .post("/forgot-password", json!({ "email": OWNER }))
        .await;
    let token = app.post.mail(OWNER, "Reset").await.token();
    let body = json!({ "token": token, "new_password": PASSWORD });
    let pair = app.api().post("/reset-password", body).await;
    assert_eq!(pair.body["user"]["display_name"], "Olga");
}
