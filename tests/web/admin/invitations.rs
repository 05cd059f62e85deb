//! Invitations: written, sent again, revoked, accepted once, and dead with the rights of their
//! sender.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::admin;
use crate::harness::{
    Api, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const EMAIL: &str = "guest@example.com";

async fn invite(api: &Api, email: &str, role: &str) -> Reply {
    api.admin("", json!({ "email": email, "role": role })).await
}

async fn act(api: &Api, id: &str, word: &str) -> Reply {
    let path = format!("/api/admin/invitations/{id}/{word}");
    Reply::of(api.request_at(Method::POST, &path).json(&json!({}))).await
}

async fn list(api: &Api, query: &str) -> Reply {
    let path = format!("/api/admin/invitations{query}");
    Reply::of(api.request_at(Method::GET, &path)).await
}

async fn token(app: &TestApp, email: &str) -> String {
    app.post.mail(email, "invited").await.token()
}

async fn accept(api: &Api, token: &str) -> Reply {
    let body = json!({ "token": token, "password": PASSWORD, "display_name": "Guest" });
    api.post("/accept-invitation", body).await
}

/// What the audit log says of invitations: the event, its role, and whether it has an actor.
async fn reported(app: &TestApp) -> Vec<(String, Value, bool)> {
    let events = "SELECT event, detail::text, actor_id IS NOT NULL FROM audit_events
        WHERE event LIKE '%invit%' ORDER BY seq";
    let rows = app.sql(events, &[]).await;
    let read = |row: &tokio_postgres::Row| {
        let detail: Value = serde_json::from_str(row.get(1)).unwrap();
        (row.get(0), detail["role"].clone(), row.get(2))
    };
    rows.iter().map(read).collect()
}

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
    for words in ["on its way to Guest@", "Open", "Administrator", &host.email] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let none = app
        .sql("SELECT 1 FROM users WHERE email_canonical = $1", &[&EMAIL])
        .await;
    assert!(none.is_empty());

    let mail = app.post.mail("Guest@example.com", "invited").await;
    assert!(
        mail.text().contains("as\nan administrator"),
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
    assert!(page.text("main").contains("was used already"));
    let page = browser.visit("/admin/invitations").await;
    assert!(page.text("main").contains("No invitation is open."));
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
async fn a_link_dies_when_it_is_sent_again_revoked_or_a_week_old() {
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
    // What was revoked can be invited anew.
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
async fn an_address_that_was_verified_meanwhile_is_not_promoted() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    assert_eq!(invite(&api, EMAIL, "admin").await.status, 201);
    let link = app.post.mail(EMAIL, "invited").await;
    let body = json!({ "email": EMAIL, "password": NEW_PASSWORD });
    assert_eq!(app.api().post("/register", body).await.status, 201);
    // A registration alone would not block it: the invitation proves the mailbox.
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
        // Another admin vouches anew; the old link stays dead.
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

#[tokio::test(flavor = "multi_thread")]
async fn registration_is_shut_in_words_and_invitations_follow_the_setting() {
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
            // What was sent before it was closed opens nothing, and comes back to life with it.
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
async fn inviting_takes_a_recent_proof_and_the_form_waits_for_it() {
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
async fn the_list_goes_on_behind_the_last_one() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    app.sql(
        "INSERT INTO invitations (id, email, email_canonical, role, invited_by, token_hash,
            created_at, sent_at, expires_at)
         SELECT gen_random_uuid(), 'g' || n || '@example.org', 'g' || n || '@example.org', 'user',
            $1::text::uuid, sha256(n::text::bytea), t, t, t + interval '7 days'
         FROM generate_series(1, 70) AS n, LATERAL (SELECT '2026-01-01'::timestamptz + n * interval '1 hour') AS at(t)",
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
