//! Accepting an invitation, and when it is no longer possible.

use chrono::TimeDelta;
use serde_json::json;

use super::{EMAIL, accept, act, invite, list, reported, token};
use crate::{
    admin::admin,
    harness::{
        TestApp,
        people::{NEW_PASSWORD, PASSWORD},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_a_verified_account_of_its_role_once() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let host = app.person().admin().await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    browser.visit("/admin/users/new").await;
    let typed = [("email", "Guest@Example.com"), ("role", "admin")];
    let page = browser.submit("/admin/users/new", &typed).await;
    assert_eq!(page.path(), "/admin/invitations");
    let text = page.text("main");
    for words in [
        "will be sent",
        "to Guest@",
        "Open",
        "Administrator",
        &host.email,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let none = app
        .sql("SELECT 1 FROM users WHERE email_canonical = $1", &[&EMAIL])
        .await;
    assert!(none.is_empty());

    let mail = app.post.mail("Guest@example.com", "invited").await;
    assert!(
        mail.text().contains("an administrator account at"),
        "{}",
        mail.text()
    );
    let mut guest = app.browser();
    for _ in 0..2 {
        // Opening the link changes nothing.
        let page = guest.visit(&mail.link()).await;
        assert_eq!(page.status(), 200);
        assert!(page.text("main").contains("Guest@example.com"));
    }
    let short = [("password", "guest"), ("display_name", "Gus")];
    let page = guest.submit("/invitation", &short).await;
    assert_eq!(page.status(), 422);
    assert!(page.html().contains("value=\"Gus\""));
    let good = [("password", PASSWORD), ("display_name", "Gus")];
    let page = guest.submit("/invitation", &good).await;
    assert_eq!(page.path(), "/account", "{}", page.html());
    assert!(page.text("main").contains("your address is verified"));
    let rows = app
        .sql(
            "SELECT role, display_name, email_verified_at IS NOT NULL, password_must_change
             FROM users WHERE email_canonical = $1",
            &[&EMAIL],
        )
        .await;
    let row = &rows[0];
    let made: (&str, &str, bool, bool) = (row.get(0), row.get(1), row.get(2), row.get(3));
    assert_eq!(made, ("admin", "Gus", true, false));
    assert_eq!(guest.visit("/admin/users").await.status(), 200);

    let page = app.browser().visit(&mail.link()).await;
    assert_eq!(page.status(), 410);
    assert!(page.text("main").contains("has already been used"));
    let page = browser.visit("/admin/invitations").await;
    assert!(page.text("main").contains("There are no open invitations."));
    let events = reported(&app).await;
    let expected = [("user_invited", true), ("invitation_accepted", false)];
    for ((event, role, acted), expected) in events.iter().zip(expected) {
        assert_eq!(
            (event.as_str(), *acted, role),
            (expected.0, expected.1, &json!("admin"))
        );
    }
    assert_eq!(events.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_link_is_void_once_sent_again_revoked_or_a_week_old() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    let made = invite(&api, EMAIL, "user").await;
    assert_eq!((made.status, made.text("state")), (201, "open"));
    assert_eq!(made.text("invited_by"), host.id.to_string());
    let id = made.text("id").to_owned();
    let first = token(&app, EMAIL).await;
    assert_eq!(act(&api, &id, "resend").await.status, 200);
    let second = token(&app, EMAIL).await;
    assert_ne!(first, second);
    let dead = accept(&app.api(), &first).await;
    assert_eq!((dead.status, dead.code()), (422, "invalid_token"));

    app.wait(TimeDelta::days(7));
    let (_, api) = admin(&app).await;
    assert_eq!(accept(&app.api(), &second).await.code(), "invalid_token");
    let page = app
        .browser()
        .visit(&format!("/invitation?token={second}"))
        .await;
    assert_eq!(page.status(), 410);
    assert_eq!(
        list(&api, "").await.body["invitations"][0]["state"],
        "expired"
    );
    assert_eq!(act(&api, &id, "resend").await.status, 200);
    let third = token(&app, EMAIL).await;
    assert_eq!(act(&api, &id, "revoke").await.status, 204);
    assert_eq!(accept(&app.api(), &third).await.code(), "invalid_token");
    assert_eq!(list(&api, "").await.body["invitations"], json!([]));
    for word in ["resend", "revoke"] {
        assert_eq!(act(&api, &id, word).await.code(), "not_found");
        assert_eq!(act(&api, "nobody", word).await.code(), "not_found");
    }
    // The address of a revoked invitation can be invited again.
    assert_eq!(invite(&api, EMAIL, "user").await.status, 201);
    let fresh = token(&app, EMAIL).await;
    let pair = accept(&app.api(), &fresh).await;
    assert_eq!(pair.status, 201);
    assert_eq!(pair.body["user"]["role"], "user");
    assert_eq!(pair.body["user"]["email_verified"], true);
    assert_eq!(app.api().with(&pair).get("/me").await.status, 200);
    let events: Vec<String> = reported(&app).await.into_iter().map(|(e, ..)| e).collect();
    let expected = [
        "user_invited",
        "user_invitation_resent",
        "user_invitation_resent",
        "user_invitation_revoked",
        "user_invited",
        "invitation_accepted",
    ];
    assert_eq!(events, expected);
    let id = pair.body["user"]["id"].as_str().unwrap();
    let of_mail = "SELECT 1 FROM mails WHERE kind = 'invitation' AND decoy";
    assert!(app.sql(of_mail, &[]).await.is_empty(), "{id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_accept_at_once_one_gets_the_account() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let (_, api) = admin(&app).await;
    for round in 0..5 {
        let email = format!("guest{round}@example.com");
        assert_eq!(invite(&api, &email, "user").await.status, 201);
        let token = token(&app, &email).await;
        let (one, two) = (app.api(), app.api().at(&other));
        let all = tokio::join!(
            accept(&one, &token),
            accept(&two, &token),
            accept(&one, &token),
            accept(&two, &token),
        );
        let all = [all.0, all.1, all.2, all.3];
        let won = all.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(won, 1, "{all:?}");
        for lost in all.iter().filter(|reply| reply.status != 201) {
            let code = (lost.status, lost.code());
            assert!(matches!(
                code,
                (422, "invalid_token") | (409, "email_taken")
            ));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_verified_in_the_meantime_is_not_promoted() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    assert_eq!(invite(&api, EMAIL, "admin").await.status, 201);
    let link = app.post.mail(EMAIL, "invited").await;
    let body = json!({ "email": EMAIL, "password": NEW_PASSWORD });
    assert_eq!(app.api().post("/register", body).await.status, 201);
    // A registration alone would not prevent it, because accepting the invitation proves the mailbox.
    let page = app.browser().visit(&link.link()).await;
    assert_eq!(page.status(), 200);
    let token = app.post.mail(EMAIL, "Verify").await.token();
    let proof = json!({ "token": token, "password": NEW_PASSWORD });
    assert_eq!(app.api().post("/verify-email", proof).await.status, 204);
    let refused = accept(&app.api(), &link.token()).await;
    assert_eq!((refused.status, refused.code()), (409, "email_taken"));
    let page = app.browser().visit(&link.link()).await;
    assert_eq!(page.status(), 409);
    assert!(page.text("main").contains("can no longer be used"));
    let role = "SELECT role, email_verified_at IS NULL FROM users WHERE email_canonical = $1";
    let row = &app.sql(role, &[&EMAIL]).await[0];
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, bool>(1)),
        ("user", false)
    );
    let listed = list(&api, "").await;
    let listed = &listed.body["invitations"][0];
    assert_eq!(listed["state"], "address_taken");
    let id = listed["id"].as_str().unwrap();
    assert_eq!(act(&api, id, "resend").await.code(), "email_taken");
    assert_eq!(act(&api, id, "revoke").await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_does_not_outlive_the_rights_of_its_sender() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    for (n, (word, body)) in [
        ("role", json!({ "role": "user" })),
        ("disable", json!({ "reason": "x" })),
        ("delete", json!({ "reason": "x" })),
    ]
    .into_iter()
    .enumerate()
    {
        let (leaving, theirs) = admin(&app).await;
        let email = format!("guest{n}@example.com");
        let role = if n == 0 { "admin" } else { "user" };
        let id = invite(&theirs, &email, role).await.text("id").to_owned();
        let old = token(&app, &email).await;
        let mut body = body;
        if word == "delete" {
            body["confirm_email"] = json!(leaving.email);
        }
        let done = api.admin(&format!("/{}/{word}", leaving.id), body).await;
        assert_eq!(done.status, 204, "{word}");
        assert_eq!(
            accept(&app.api(), &old).await.code(),
            "invalid_token",
            "{word}"
        );
        let page = app
            .browser()
            .visit(&format!("/invitation?token={old}"))
            .await;
        assert_eq!(page.status(), 410, "{word}");
        let listed = list(&api, "").await;
        assert_eq!(listed.body["invitations"][0]["state"], "inviter_gone");
        // Another admin sends it again; the old link still does not work.
        assert_eq!(act(&api, &id, "resend").await.status, 200);
        let fresh = token(&app, &email).await;
        assert_eq!(accept(&app.api(), &old).await.code(), "invalid_token");
        let pair = accept(&app.api(), &fresh).await;
        assert_eq!(
            (pair.status, &pair.body["user"]["role"]),
            (201, &json!(role))
        );
    }
}
