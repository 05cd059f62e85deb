//! Who has proven a mailbox, and who has not: what a file says of an address opens a sign-in and nothing
//! more, it ends with the rights of the admins behind it, and proving the mailbox wins over the earlier holder.

use chrono::TimeDelta;
use futures_util::future::join;
use serde_json::{Value, json};
use uuid::Uuid;
use vestibule::internals::{
    domain::{
        accounts::{reason::Reason, user::Role},
        audit::Client,
    },
    flows::{
        admin::act::{Act, Outcome, perform_as_operator},
        upkeep::purge,
    },
};

use super::{
    admin,
    imports::{DJANGO, DJANGO_PASSWORD, count, imported, kept},
};
use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const OWNER: &str = "owner@example.org";

/// A file with one account whose password the admin knows.
fn file(verified: bool) -> String {
    format!("email,password_hash,display_name,email_verified\n{OWNER},{DJANGO},Olga,{verified}\n")
}

/// An admin, with a client and a browser that are signed in.
async fn importer(app: &TestApp) -> (Person, Api, Browser) {
    let (host, api) = admin(app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    (host, api, browser)
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    app.api().post("/login", body).await
}

async fn id_of(app: &TestApp, email: &str) -> Uuid {
    let sql = "SELECT id::text FROM users WHERE email_canonical = $1";
    let id: String = app.sql(sql, &[&email]).await[0].get(0);
    id.parse().unwrap()
}

async fn register(app: &TestApp, email: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "display_name": "Squatter" });
    app.api().post("/register", body).await
}

async fn invited(app: &TestApp, api: &Api, email: &str) -> (Reply, String) {
    let reply = api
        .admin("", json!({ "email": email, "role": "user" }))
        .await;
    let token = app.post.mail(email, "invited").await.token();
    (reply, token)
}

async fn accept(app: &TestApp, token: &str) -> Reply {
    let body = json!({ "token": token, "password": NEW_PASSWORD, "display_name": "Olga" });
    app.api().post("/accept-invitation", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_of_a_file_signs_in_and_opens_nothing_else() {
    let settings = [
        ("EMAIL_VERIFICATION", "required"),
        ("REGISTRATION", "invite"),
    ];
    let app = TestApp::with(&settings).await;
    let (host, api, mut browser) = importer(&app).await;
    imported(&app, &mut browser, &file(true)).await;
    let mail = app.post.mail(OWNER, "brought over").await;

    // The admin who knows the hash comes in, and no further.
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
    // An enrolment that began before the rule is not finished either.
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

    // Who brought it is to be seen.
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

    // The owner of the mailbox takes it over.
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
async fn what_an_admin_imported_ends_with_their_rights() {
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
        // The refused sign-in mailed a link, and the mailbox opens what the password does not.
        let link = app.post.mail(OWNER, "Verify").await;
        let proof = json!({ "token": link.token(), "password": DJANGO_PASSWORD });
        assert_eq!(app.api().post("/verify-email", proof).await.status, 204);
        assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_never_outruns_the_end_of_an_admin() {
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
async fn an_invitation_wins_over_an_account_that_was_never_verified() {
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
    // Once proven, no other invitation is sent there.
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
async fn an_import_takes_the_place_of_an_account_that_was_never_verified() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    let squatter = register(&app, OWNER).await;
    let taken = app.person().verified().await;
    let content = format!("email,password_hash\n{OWNER},{DJANGO}\n{},\n", taken.email);
    let path = kept(&mut browser, &content).await;
    let reported = browser.visit(&path).await.text("main");
    assert!(
        reported.contains("1 account would be made. 1 address has"),
        "{reported}"
    );
    imported(&app, &mut browser, &content).await;
    app.post.mail(OWNER, "brought over").await;
    assert_eq!(app.api().with(&squatter).get("/me").await.status, 401);
    assert_eq!(sign_in(&app, OWNER, PASSWORD).await.status, 401);
    assert_eq!(sign_in(&app, OWNER, DJANGO_PASSWORD).await.status, 200);
    assert_eq!(app.api().sign_in(&taken).await.status, 200);
    // What was imported is not imported again.
    let path = kept(&mut browser, &content).await;
    let reported = browser.visit(&path).await.text("main");
    assert!(
        reported.contains("New (0) Have an account (2)"),
        "{reported}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_prove_a_mailbox_at_once_one_has_it() {
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
async fn a_reset_leaves_nothing_of_the_first_holder() {
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

    // A name that its proven owner chose stays.
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

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_never_verified_are_deleted_after_a_week() {
    let app = TestApp::start().await;
    let (_, _, mut browser) = importer(&app).await;
    let content = format!("email,password_hash\n{OWNER},{DJANGO}\n");
    imported(&app, &mut browser, &content).await;
    let verified = app.person().verified().await;
    let unverified = register(&app, "never@example.org").await;
    let page = {
        let mut own = app.browser();
        let person = Person {
            email: "never@example.org".to_owned(),
            ..verified.clone()
        };
        own.sign_in(&person).await
    };
    assert!(
        page.text("main").contains("this account is deleted on"),
        "{}",
        page.text("main")
    );
    for n in 0..150 {
        let insert = "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
            SELECT gen_random_uuid(), $1, $1, '!', created_at FROM users
            WHERE email_canonical = 'never@example.org'";
        app.sql(insert, &[&format!("crowd{n}@example.org")]).await;
    }
    let operators = "UPDATE users SET role = 'admin' WHERE email = 'crowd0@example.org'";
    app.sql(operators, &[]).await;

    app.wait(TimeDelta::days(7) - TimeDelta::minutes(5));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(
        count(&app, "SELECT count(*) FROM users WHERE email LIKE 'crowd%'").await,
        150
    );
    app.wait(TimeDelta::minutes(10));
    // Two nodes share the work.
    let (one, two) = join(
        purge::expired(app.services()),
        purge::expired(app.services()),
    )
    .await;
    assert!(one.unwrap() + two.unwrap() >= 150);
    assert_eq!(app.api().with(&unverified).get("/me").await.status, 401);
    let left = app.sql("SELECT email FROM users ORDER BY email", &[]).await;
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    let unverified_admin = "crowd0@example.org".to_owned();
    assert!(
        left.contains(&OWNER.to_owned()) && left.contains(&unverified_admin),
        "{left:?}"
    );
    assert!(left.contains(&verified.email), "{left:?}");
    assert_eq!(left.len(), 4, "{left:?}");
    let events = app.audit().await;
    let deleted = events.iter().filter(|event| *event == "unverified_erased");
    assert_eq!(deleted.count(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_deleted_where_the_operator_keeps_them() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    register(&app, OWNER).await;
    app.wait(TimeDelta::days(400));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count(&app, "SELECT count(*) FROM users").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_stays_an_operator() {
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
        "an operator knows whom they promote"
    );
    let reason = Reason::parse("a trial").unwrap();
    let act = Act::Disable(reason);
    let done = perform_as_operator(app.services(), id, &act, &client).await;
    assert_eq!(done.unwrap(), Outcome::Done);
}
