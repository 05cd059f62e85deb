//! Moving an account to another address: who may, what ends, who is told, and what is not told.

use chrono::TimeDelta;
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    readable,
};

const NEW: &str = "Ada.New@example.org";

/// Signed in just now, with the second factor where there is one.
async fn signed_in(app: &TestApp, person: &Person) -> Api {
    let pair = match person.backup_codes.first() {
        Some(code) => app.api().sign_in_with(person, code).await,
        None => app.api().sign_in(person).await,
    };
    app.api().with(&pair)
}

async fn asked(app: &TestApp, api: &Api, new_email: &str) -> String {
    let asked = api
        .post("/change-email", json!({ "new_email": new_email }))
        .await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let mail = app.post.mail(new_email, "Confirm your new").await;
    mail.token()
}

async fn address(app: &TestApp, person: &Person) -> String {
    let sql = "SELECT email FROM users WHERE id = $1::text::uuid";
    app.sql(sql, &[&person.id.to_string()]).await[0].get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_moves_the_account_on_the_pages() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut other = app.browser();
    other.sign_in(&person).await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    assert_snapshot!(readable::page(&browser.visit("/account/email").await));
    let page = browser
        .submit("/account/email", &[("new_email", NEW)])
        .await;
    assert_eq!((page.status(), page.path()), (200, "/account/email"));
    assert_snapshot!(readable::page(&page));
    let notice = app.post.mail(&person.email, "was requested").await.text();
    assert!(!notice.contains("Ada.New"), "{notice}");

    let link = app.post.mail(NEW, "Confirm your new").await.link();
    // A scanner of mails opens links.
    assert_snapshot!(readable::page(&app.browser().visit(&link).await));
    assert_eq!(address(&app, &person).await, person.email);
    assert_snapshot!(readable::page(&browser.visit(&link).await));
    let page = browser.submit("/confirm-email", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/account"));
    assert_eq!(address(&app, &person).await, NEW);
    assert!(browser.is_signed_in().await && !other.is_signed_in().await);
    for to in [person.email.as_str(), NEW] {
        app.post.mail(to, "was changed").await;
    }
    let page = browser.visit(&link).await;
    assert_eq!(page.status(), 410);
    assert_snapshot!(readable::page(&page));

    // The new address signs in, the old one no longer.
    let old = json!({ "email": person.email, "password": PASSWORD });
    let new = json!({ "email": NEW, "password": PASSWORD });
    assert_eq!(app.api().post("/login", old).await.status, 401);
    assert_eq!(app.api().post("/login", new).await.status, 200);
    let verified = "SELECT 1 FROM users WHERE email_verified_at IS NOT NULL AND revocation_id = 1";
    assert_eq!(app.sql(verified, &[]).await.len(), 1);
}

/// The owner sees that another device asked.
#[tokio::test(flavor = "multi_thread")]
async fn the_pending_change_says_which_device_asked() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let credentials = json!({ "email": person.email, "password": PASSWORD });
    let request = app.api().request(Method::POST, "/login");
    let request = request.header("user-agent", firefox).json(&credentials);
    let asking = app.api().with(&Reply::of(request).await);
    let mut owner = app.browser();
    owner.sign_in(&person).await;
    asked(&app, &asking, NEW).await;
    let waiting = owner.visit("/account/email").await.text("section");
    let on_another = "on another device, in Firefox on Linux.";
    assert!(waiting.contains(on_another), "{waiting}");
    assert!(waiting.contains("14:05 UTC"), "{waiting}");
    assert!(waiting.contains("If you did not request it"), "{waiting}");

    owner.submit("/account/email", &[("new_email", NEW)]).await;
    let waiting = owner.visit("/account/email").await.text("section");
    assert!(waiting.contains("was requested here, in"), "{waiting}");
    assert!(!waiting.contains("another device"), "{waiting}");

    // An older token names no session.
    app.sql("UPDATE email_changes SET session_id = NULL", &[])
        .await;
    let waiting = owner.visit("/account/email").await.text("section");
    assert!(!waiting.contains("was requested"), "{waiting}");
    assert!(waiting.contains("If you did not request it"), "{waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_moves_the_account_and_goes_on_with_a_new_pair() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    let reply = api.post("/confirm-email", json!({ "token": token })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["user"]["email"], NEW);
    assert_eq!(api.get("/me").await.status, 401, "the old pair is revoked");
    let renewed = app.api().with(&reply);
    assert_eq!(renewed.get("/me").await.body["email"], NEW);
    let again = renewed
        .post("/confirm-email", json!({ "token": token }))
        .await;
    assert_eq!(again.status, 422);
    assert_eq!(again.code(), "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_got_the_link_gains_nothing() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    let body = json!({ "token": token });
    assert_eq!(
        app.api().post("/confirm-email", body.clone()).await.status,
        401
    );
    let theirs = signed_in(&app, &stranger).await;
    assert_eq!(theirs.post("/confirm-email", body).await.status, 403);
    let guess = json!({ "token": token, "password": "not the right password" });
    let refused = app.api().post("/confirm-email", guess).await;
    assert_eq!((refused.status, refused.code()), (403, "wrong_password"));
    // Nor does the page name the account.
    let page = app
        .browser()
        .visit(&format!("/confirm-email?token={token}"))
        .await;
    assert!(!page.html().contains(&person.email));
    assert_eq!(address(&app, &person).await, person.email);

    let right = json!({ "token": token, "password": PASSWORD });
    assert_eq!(app.api().post("/confirm-email", right).await.status, 204);
    assert_eq!(address(&app, &person).await, NEW);
    assert_eq!(api.get("/me").await.status, 401, "every session ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_beside_a_link_count_as_guesses_at_sign_in() {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1")]).await;
    let person = app.person().await;
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    for _ in 0..10 {
        let guess = json!({ "token": token, "password": "not the right password" });
        app.api().post("/confirm-email", guess).await;
    }
    let right = json!({ "token": token, "password": PASSWORD });
    assert_eq!(app.api().post("/confirm-email", right).await.status, 429);
}

async fn cancelled(api: &Api) -> u16 {
    let cancel = api.request(Method::DELETE, "/change-email");
    Reply::of(cancel).await.status
}

/// A change, and what ends it.
async fn ended_by(end: impl AsyncFnOnce(&TestApp, &Person, &Api)) {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    end(&app, &person, &api).await;
    for password in [PASSWORD, NEW_PASSWORD] {
        let body = json!({ "token": token, "password": password });
        let reply = app.api().post("/confirm-email", body).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_token"));
    }
    let page = app
        .browser()
        .visit(&format!("/confirm-email?token={token}"))
        .await;
    assert_eq!(page.status(), 410);
    assert_eq!(address(&app, &person).await, person.email);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_ends_it() {
    ended_by(async |_, _, api| {
        assert_eq!(cancelled(api).await, 204);
        assert_eq!(cancelled(api).await, 204, "twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_ends_the_earlier_link() {
    ended_by(async |app, _, api| {
        asked(app, api, "another@example.org").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_it() {
    ended_by(async |_, _, api| {
        let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
        assert_eq!(api.post("/change-password", body).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_the_session_that_asked_ends_it() {
    ended_by(async |_, _, api| {
        assert_eq!(api.post("/logout", json!({})).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_it() {
    ended_by(async |_, _, api| {
        assert_eq!(api.post("/logout-all", json!({})).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_ends_it() {
    ended_by(async |app, _, _| app.wait(TimeDelta::hours(24))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_the_account_ends_it() {
    ended_by(async |app, person, _| {
        let admin = app.person().admin().await;
        let path = format!("/{}/disable", person.id);
        let admin = signed_in(app, &admin).await;
        let reply = admin.admin(&path, json!({ "reason": "left" })).await;
        assert!(matches!(reply.status, 200 | 204), "{reply:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_gets_the_same_answers_and_its_owner_a_mail() {
    let app = TestApp::start().await;
    let (person, owner) = (app.person().await, app.person().verified().await);
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let mut answers = Vec::new();
    for to in ["free@example.org", owner.email.as_str()] {
        browser.visit("/account/email").await;
        let page = browser.submit("/account/email", &[("new_email", to)]).await;
        answers.push((
            page.status(),
            readable::page(&page).replace(to, "the address"),
        ));
        browser.visit("/account/email").await;
        browser.submit("/account/email/cancel", &[]).await;
    }
    assert_eq!(answers[0], answers[1]);
    let mail = app.post.mail(&owner.email, "Someone tried to use").await;
    let text = mail.text();
    assert!(
        !text.contains(&person.email) && !text.contains("/confirm-email"),
        "{text}"
    );
    assert_eq!(app.post.count(&owner.email), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_of_a_mailbox_wins_over_an_account_that_never_proved_it() {
    let app = TestApp::start().await;
    let (person, squatter) = (app.person().await, app.person().await);
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, &squatter.email).await;
    let reply = api.post("/confirm-email", json!({ "token": token })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(address(&app, &person).await, squatter.email);
    let left = "SELECT 1 FROM users WHERE id = $1::text::uuid";
    assert!(app.sql(left, &[&squatter.id.to_string()]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_taken_in_the_meantime_stays_with_its_account() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    let owner = app.person().verified().await;
    let take = "UPDATE users SET email = $2, email_canonical = lower($2) WHERE id = $1::text::uuid";
    app.sql(take, &[&owner.id.to_string(), &NEW]).await;
    let reply = api.post("/confirm-email", json!({ "token": token })).await;
    assert_eq!((reply.status, reply.code()), (409, "email_taken"));
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(address(&app, &owner).await, NEW);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_a_recent_proof_and_the_factor_where_one_stands() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = signed_in(&app, &owner).await;
    app.wait(TimeDelta::minutes(11));
    let ask = |proof: serde_json::Value| {
        let mut body = json!({ "new_email": NEW });
        if let Some(password) = proof.as_str() {
            body["password"] = json!(password);
        }
        body
    };
    for proof in [json!(null), json!(PASSWORD)] {
        let refused = api.post("/change-email", ask(proof)).await;
        let code = refused.code().to_owned();
        assert_eq!(
            (refused.status, code.as_str()),
            (403, "reauthentication_required")
        );
    }
    let code = json!({ "code": owner.code() });
    assert_eq!(api.post("/reauthenticate", code).await.status, 204);
    assert_eq!(
        api.post("/change-email", ask(json!(null))).await.status,
        202
    );

    // On the pages, only a code is asked for, and what was typed is kept.
    app.wait(TimeDelta::minutes(11));
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.backup_codes[1]).await;
    app.wait(TimeDelta::minutes(11));
    browser.visit("/account/email").await;
    let page = browser
        .submit("/account/email", &[("new_email", "third@example.org")])
        .await;
    assert_eq!(page.path(), "/reauthenticate");
    assert_snapshot!(readable::page(&page));
    let page = browser
        .submit("/reauthenticate", &[("code", &owner.code())])
        .await;
    assert!(page.html().contains("third@example.org"), "{}", page.html());
    let page = browser.submit("/account/email", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/account/email"));
    app.post.mail("third@example.org", "Confirm your new").await;
}

/// A password after a code leaves the code as recent as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_after_the_code_does_not_undo_it() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = signed_in(&app, &owner).await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.backup_codes[1]).await;
    app.wait(TimeDelta::minutes(11));
    let (code, password) = (owner.code(), json!({ "password": PASSWORD }));
    let program_code = json!({ "code": owner.backup_codes[2] });
    assert_eq!(api.post("/reauthenticate", program_code).await.status, 204);
    browser.visit("/reauthenticate").await;
    browser.submit("/reauthenticate", &[("code", &code)]).await;
    let new_email = json!({ "new_email": NEW });
    let prove = async |browser: &mut Browser| {
        assert_eq!(
            api.post("/reauthenticate", password.clone()).await.status,
            204
        );
        let token = browser.csrf_token().await;
        let fields = [("csrf_token", token.as_str()), ("password", PASSWORD)];
        assert_eq!(
            browser.post("/reauthenticate", &fields).await.path(),
            "/account"
        );
    };
    for minutes in [1, 8] {
        app.wait(TimeDelta::minutes(minutes));
        prove(&mut browser).await;
        assert_eq!(
            api.post("/change-email", new_email.clone()).await.status,
            202
        );
        browser.visit("/account/email").await;
        let page = browser
            .submit("/account/email", &[("new_email", NEW)])
            .await;
        assert_eq!(page.path(), "/account/email", "{minutes}");
    }
    // The password has not made it more recent either.
    app.wait(TimeDelta::minutes(1));
    prove(&mut browser).await;
    for body in [new_email, json!({ "new_email": NEW, "password": PASSWORD })] {
        let refused = api.post("/change-email", body).await;
        assert_eq!(refused.code(), "reauthentication_required");
    }
    browser.visit("/account/email").await;
    let page = browser
        .submit("/account/email", &[("new_email", NEW)])
        .await;
    assert_eq!(page.path(), "/reauthenticate");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_new_address_is_refused_beside_its_field() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = signed_in(&app, &person).await;
    for odd in [
        "",
        "nobody",
        "a@b\r\nBcc: x@example.org",
        &person.email.to_uppercase(),
    ] {
        let reply = api.post("/change-email", json!({ "new_email": odd })).await;
        assert_eq!(reply.status, 422, "{odd}");
        assert!(reply.body["errors"]["new_email"].is_array(), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_needs_a_new_password_does_not_move() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let api = signed_in(&app, &person).await;
    let token = asked(&app, &api, NEW).await;
    browser
        .visit(&format!("/confirm-email?token={token}"))
        .await;
    let must = "UPDATE users SET password_must_change = true WHERE id = $1::text::uuid";
    app.sql(must, &[&person.id.to_string()]).await;
    let page = browser.submit("/confirm-email", &[]).await;
    assert_eq!(page.status(), 403);
    let bare = json!({ "token": token });
    let with_password = json!({ "token": token, "password": PASSWORD });
    for (client, body) in [(&api, bare), (&app.api(), with_password)] {
        let refused = client.post("/confirm-email", body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "password_change_required")
        );
    }
    assert_eq!(address(&app, &person).await, person.email);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_requests_an_hour_are_told_to_the_present_address_each() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = signed_in(&app, &person).await;
    for n in 0..10 {
        asked(&app, &api, &format!("new{n}@example.org")).await;
        app.post.mail(&person.email, "was requested").await;
    }
    let body = json!({ "new_email": NEW });
    assert_eq!(api.post("/change-email", body).await.status, 429);
}
