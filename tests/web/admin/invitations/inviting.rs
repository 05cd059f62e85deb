//! Sending an invitation, and the list of open invitations.

use chrono::TimeDelta;
use serde_json::json;

use super::{EMAIL, accept, act, invite, list, reported, token};
use crate::{
    admin::admin,
    harness::{Reply, TestApp, people::PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_invited_gets_a_plain_reason() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    let (host, api) = admin(&app).await;
    let person = app.person().verified().await;
    let upper = person.email.to_uppercase();
    let taken = invite(&api, &upper, "user").await;
    assert_eq!((taken.status, taken.code()), (409, "email_taken"));
    assert_eq!(invite(&api, EMAIL, "user").await.status, 201);
    let again = invite(&api, "GUEST@example.com", "admin").await;
    assert_eq!((again.status, again.code()), (409, "nothing_to_do"));
    let wrong = invite(&api, "nobody", "root").await;
    assert_eq!(wrong.status, 422);
    let fields: Vec<&String> = wrong.body["errors"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["email", "role"]);
    assert_eq!(list(&api, "?cursor=x").await.status, 422);

    let mut browser = app.browser();
    browser.sign_in(&host).await;
    for (email, status, words) in [
        (person.email.as_str(), 409, "has an account already"),
        (EMAIL, 409, "is invited already"),
        ("nobody", 422, "address"),
    ] {
        browser.visit("/admin/users/new").await;
        let typed = [("email", email), ("role", "user")];
        let page = browser.submit("/admin/users/new", &typed).await;
        assert_eq!(page.status(), status, "{email}");
        assert!(page.alert().contains(words), "{}", page.alert());
        assert!(page.html().contains(&format!("value=\"{email}\"")));
    }
    assert_eq!(reported(&app).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_registration_is_explained_and_invitations_follow_the_setting() {
    for (setting, invites, words) in [
        ("invite", true, "without an invitation"),
        ("closed", false, "have closed registration"),
    ] {
        let app = TestApp::with(&[("REGISTRATION", setting)]).await;
        let (host, api) = admin(&app).await;
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let refused = app.api().post("/register", body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "registration_closed")
        );
        assert!(refused.text("detail").contains(words), "{refused:?}");
        let mut browser = app.browser();
        let page = browser.visit("/register").await;
        assert_eq!(page.path(), "/login");
        assert!(page.text("main").contains(words), "{}", page.text("main"));
        let csrf = browser.csrf_token().await;
        let fields = [
            ("csrf_token", csrf.as_str()),
            ("email", EMAIL),
            ("password", PASSWORD),
        ];
        let page = browser.post("/register", &fields).await;
        assert_eq!(page.status(), 403);
        assert!(page.alert().contains(words), "{}", page.alert());

        let made = invite(&api, EMAIL, "user").await;
        let mut browser = app.browser();
        browser.sign_in(&host).await;
        let page = browser.visit("/admin/users/new").await;
        let says = page.text("main").contains("registration is closed here");
        assert_eq!(says, !invites);
        if invites {
            assert_eq!(made.status, 201);
            let token = token(&app, EMAIL).await;
            // An earlier invitation does not work while registration is closed, and works again
            // afterwards.
            let shut = app.another_node_with(&[("REGISTRATION", "closed")]);
            let refused = accept(&app.api().at(&shut), &token).await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "registration_closed")
            );
            let page = app
                .browser()
                .at(&shut)
                .visit(&format!("/invitation?token={token}"))
                .await;
            assert_eq!(page.status(), 403);
            let id = made.text("id");
            assert_eq!(act(&api.at(&shut), id, "resend").await.status, 403);
            assert_eq!(accept(&app.api(), &token).await.status, 201);
        } else {
            assert_eq!((made.status, made.code()), (403, "registration_closed"));
            let typed = [("email", EMAIL), ("role", "user")];
            let page = browser.submit("/admin/users/new", &typed).await;
            assert_eq!(page.status(), 403);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inviting_requires_reauthentication_and_keeps_the_form() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    let id = invite(&api, EMAIL, "user").await.text("id").to_owned();
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    app.wait(TimeDelta::minutes(10));
    let refused = invite(&api, "second@example.com", "user").await;
    assert_eq!(refused.code(), "reauthentication_required");
    for word in ["resend", "revoke"] {
        let refused = act(&api, &id, word).await;
        assert_eq!(refused.code(), "reauthentication_required");
    }
    assert_eq!(list(&api, "").await.status, 200);
    let typed = [("email", "second@example.com"), ("role", "user")];
    browser.visit("/admin/users/new").await;
    let page = browser.submit("/admin/users/new", &typed).await;
    assert_eq!(page.path(), "/reauthenticate");
    assert!(page.text("main").contains("to invite someone"));
    browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    let page = browser.submit("/admin/users/new", &[]).await;
    assert_eq!(page.path(), "/admin/invitations");
    let revoke = format!("/admin/invitations/{id}/revoke");
    let page = browser.submit(&revoke, &[]).await;
    assert!(page.text("main").contains("is revoked"));
    let left = page.texts(".people .person");
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with("second@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_invitations_is_paged() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    app.sql(
        "INSERT INTO invitations (id, email, email_canonical, role, invited_by, token_hash,
            created_at, sent_at, expires_at)
         SELECT gen_random_uuid(), 'g' || n || '@example.org', 'g' || n || '@example.org', 'user',
            $1::text::uuid, sha256(n::text::bytea), t, t, t + interval '7 days'
         FROM generate_series(1, 70) AS n, LATERAL (SELECT '2026-02-01'::timestamptz + n * interval '1 hour') AS at(t)",
        &[&host.id.to_string()],
    )
    .await;
    let first = list(&api, "").await;
    let emails = |reply: &Reply| -> Vec<String> {
        let all = reply.body["invitations"].as_array().unwrap();
        all.iter()
            .map(|i| i["email"].as_str().unwrap().to_owned())
            .collect()
    };
    let page = emails(&first);
    assert_eq!((page.len(), page[0].as_str()), (50, "g70@example.org"));
    let second = list(&api, &format!("?cursor={}", first.text("next"))).await;
    let page = emails(&second);
    assert_eq!((page.len(), page[19].as_str()), (20, "g1@example.org"));
    assert!(second.body["next"].is_null());
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let page = browser.visit("/admin/invitations").await;
    let (_, rest) = page.html().split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().to_owned();
    let page = browser.visit(&next).await;
    assert_eq!(page.texts(".people .person").len(), 20);
    assert_eq!(
        browser.visit("/admin/invitations?cursor=x").await.status(),
        422
    );
}
