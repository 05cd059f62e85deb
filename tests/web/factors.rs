//! One notion of second factor: an app, passkeys and a phone are handled alike, whichever a user has.

use chrono::TimeDelta;
use serde_json::json;
use vestibule::internals::domain::secrets::sealing::Place;

use crate::harness::{
    Api, Person, Reply, TestApp,
    people::{PASSWORD, Phone},
};

/// Gives a user a passkey, as if it was made long ago.
async fn with_passkey(app: &TestApp, person: &Person) {
    let row = "INSERT INTO passkeys (id, user_id, credential_id, credential, backup_eligible, synced, name, created_at)
        SELECT gen_random_uuid(), id, sha256(uuid_send(id)), '{}', true, true, 'Laptop', created_at
        FROM users WHERE id::text = $1";
    app.sql(row, &[&person.id.to_string()]).await;
}

/// Gives a user a phone, as if it was confirmed long ago.
async fn with_phone(app: &TestApp, person: &Person) {
    let s = app.services();
    let place = Place {
        table: "phones",
        row: person.id,
        column: "number",
    };
    let number = s.ring.seal(s.random.as_ref(), place, b"+4915112345678");
    let row = "INSERT INTO phones (user_id, number, created_at, confirmed_at)
        SELECT id, $2, created_at, created_at FROM users WHERE id::text = $1";
    app.sql(row, &[&person.id.to_string(), &number.unwrap()])
        .await;
}

/// Runs a statement on the rows of a user.
async fn on(app: &TestApp, person: &Person, statement: &str) {
    app.sql(statement, &[&person.id.to_string()]).await;
}

/// Whether the row of the user says that there is a factor, and the numbers of apps, passkeys, phones and codes.
async fn held(app: &TestApp, person: &Person) -> (bool, [i64; 4]) {
    let count = "SELECT two_factor, (SELECT count(*) FROM totp_authenticators AS t WHERE t.user_id = users.id),
        (SELECT count(*) FROM passkeys AS p WHERE p.user_id = users.id),
        (SELECT count(*) FROM phones AS p WHERE p.user_id = users.id),
        (SELECT count(*) FROM backup_codes AS b WHERE b.user_id = users.id)
        FROM users WHERE id::text = $1";
    let rows = app.sql(count, &[&person.id.to_string()]).await;
    let row = &rows[0];
    (row.get(0), [row.get(1), row.get(2), row.get(3), row.get(4)])
}

async fn finish(app: &TestApp, pending: &Reply, code: &str) -> Reply {
    let body = json!({ "mfa_token": pending.text("mfa_token"), "code": code });
    app.api().post("/login/mfa", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_completes_a_sign_in_where_there_is_no_app() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    with_passkey(&app, &owner).await;
    on(
        &app,
        &owner,
        "DELETE FROM totp_authenticators WHERE user_id::text = $1",
    )
    .await;
    assert_eq!(held(&app, &owner).await, (true, [0, 1, 0, 10]));

    let pending = app.api().sign_in(&owner).await;
    assert_eq!(pending.body["methods"], json!(["passkey", "backup_code"]));
    let digits = finish(&app, &pending, "123456").await;
    assert_eq!((digits.status, digits.code()), (401, "invalid_code"));
    let signed_in = finish(&app, &pending, &owner.backup_codes[0]).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let page = app
        .browser()
        .sign_in_with(&owner, &owner.backup_codes[1])
        .await;
    assert_eq!(page.path(), "/account");
    let api = app.api().with(&signed_in);
    let digits = api.post("/reauthenticate", json!({ "code": "123456" }));
    assert_eq!(digits.await.status, 422);
    let code = json!({ "code": owner.backup_codes[2] });
    assert_eq!(api.post("/reauthenticate", code).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_are_listed_with_the_strongest_first() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let methods = async || app.api().sign_in(&owner).await.body["methods"].clone();
    assert_eq!(methods().await, json!(["totp", "backup_code"]));
    with_passkey(&app, &owner).await;
    assert_eq!(methods().await, json!(["passkey", "totp", "backup_code"]));
}

async fn enrol(app: &TestApp, api: &Api) -> Reply {
    let enrolment = api.post("/mfa/totp/enroll", json!({})).await;
    assert_eq!(enrolment.status, 200, "{enrolment:?}");
    let phone = Phone::new(enrolment.text("secret"), &app.clock);
    let code = json!({ "code": phone.code() });
    api.post("/mfa/totp/confirm", code).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_factor_brings_codes_and_the_last_takes_them() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let api = app.api();
    let first = enrol(&app, &api.with(&api.sign_in(&owner).await)).await;
    assert_eq!(first.body["backup_codes"].as_array().unwrap().len(), 10);
    app.post.mail(&owner.email, "was turned on").await;
    with_passkey(&app, &owner).await;

    // Not the last: the codes stay.
    let removed = api.with(&first).post("/mfa/totp/disable", json!({})).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    assert_eq!(held(&app, &owner).await, (true, [0, 1, 0, 10]));
    let mail = app.post.mail(&owner.email, "app was removed").await;
    assert!(mail.text().contains("still on"), "{}", mail.text());
    let me = api.with(&removed).get("/me").await;
    assert_eq!(me.body["two_factor_enabled"], true);

    // A further one: no codes.
    let further = enrol(&app, &api.with(&removed)).await;
    assert_eq!(further.status, 200, "{further:?}");
    assert!(further.body.get("backup_codes").is_none());
    assert!(further.body.get("access_token").is_some());
    assert_eq!(held(&app, &owner).await, (true, [1, 1, 0, 10]));
    app.post.mail(&owner.email, "app was added").await;

    on(
        &app,
        &owner,
        "DELETE FROM passkeys WHERE user_id::text = $1",
    )
    .await;
    let last = api
        .with(&further)
        .post("/mfa/totp/disable", json!({}))
        .await;
    assert_eq!(last.status, 200, "{last:?}");
    assert_eq!(held(&app, &owner).await, (false, [0, 0, 0, 0]));
    app.post.mail(&owner.email, "was turned off").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_changes_no_factor_where_one_stands() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    with_passkey(&app, &owner).await;
    let pair = app.api().sign_in_with(&owner, &owner.code()).await;
    let api = app.api().with(&pair);
    app.wait(TimeDelta::minutes(11));
    for call in ["/mfa/totp/disable", "/mfa/backup-codes"] {
        let refused = api.post(call, json!({ "password": PASSWORD })).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "reauthentication_required"),
            "{call}"
        );
    }
    assert_eq!(held(&app, &owner).await, (true, [1, 1, 0, 10]));
    let code = json!({ "code": owner.code() });
    assert_eq!(api.post("/reauthenticate", code).await.status, 204);
    let disabled = api.post("/mfa/totp/disable", json!({})).await;
    assert_eq!(disabled.status, 200, "{disabled:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_rows_are_lost_the_password_alone_does_not_sign_in() {
    let app = TestApp::start().await;
    for (table, other) in [("passkeys", "phones"), ("phones", "passkeys")] {
        let owner = app.person().verified().await;
        match table {
            "passkeys" => with_passkey(&app, &owner).await,
            _ => with_phone(&app, &owner).await,
        }
        let pending = app.api().sign_in(&owner).await;
        assert_eq!(pending.body["mfa_required"], true, "{table}");
        // As in a restore that lost the rows of this table, or those of users.
        for (lose, back) in [
            ("two_factor = false", "two_factor = true"),
            ("two_factor = true", "two_factor = true"),
        ] {
            app.sql(&format!("ALTER TABLE {table} DISABLE TRIGGER USER"), &[])
                .await;
            if lose == back {
                on(
                    &app,
                    &owner,
                    &format!("DELETE FROM {table} WHERE user_id::text = $1"),
                )
                .await;
            }
            app.sql(&format!("ALTER TABLE {table} ENABLE TRIGGER USER"), &[])
                .await;
            on(
                &app,
                &owner,
                &format!("UPDATE users SET {lose} WHERE id::text = $1"),
            )
            .await;
            let refused = app.api().sign_in(&owner).await;
            assert_eq!(refused.status, 401, "{table}: {lose}");
            assert_eq!(finish(&app, &pending, "123456").await.status, 401);
            on(
                &app,
                &owner,
                &format!("UPDATE users SET {back} WHERE id::text = $1"),
            )
            .await;
        }
        // The rows of another kind do not stand for it in the note.
        let counted = format!("SELECT count(*) FROM {other}");
        assert_eq!(app.sql(&counted, &[]).await[0].get::<_, i64>(0), 0);
        app.sql(&format!("DELETE FROM {table}"), &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_resets_every_kind_at_once() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    with_passkey(&app, &owner).await;
    with_phone(&app, &owner).await;
    let admin = app.person().admin().await;
    let api = app.api().with(&app.api().sign_in(&admin).await);
    let reason = json!({ "reason": "lost everything" });
    let path = format!("/{}/reset-two-factor", owner.id);
    assert_eq!(api.admin(&path, reason.clone()).await.status, 204);
    assert_eq!(held(&app, &owner).await, (false, [0, 0, 0, 0]));
    assert_eq!(api.admin(&path, reason).await.status, 409);
    let signed_in = app.api().sign_in(&owner).await;
    assert!(
        signed_in.body.get("access_token").is_some(),
        "{signed_in:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_puts_every_kind_back() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    with_passkey(&app, &owner).await;
    with_phone(&app, &owner).await;
    let thief = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    let thief = app.api().with(&thief);
    let disabled = thief.post("/mfa/totp/disable", json!({})).await;
    assert_eq!(disabled.status, 200, "{disabled:?}");
    let mail = app.post.mail(&owner.email, "app was removed").await;
    for table in ["passkeys", "phones", "backup_codes"] {
        let gone = format!("DELETE FROM {table} WHERE user_id::text = $1");
        on(&app, &owner, &gone).await;
    }
    assert_eq!(held(&app, &owner).await, (false, [0, 0, 0, 0]));

    let token = mail.token_of("/not-me");
    let body = json!({ "token": token, "password": PASSWORD, "code": owner.backup_codes[1] });
    let reply = app.api().post("/not-me", body).await;
    assert_eq!(reply.body["restored"], true, "{reply:?}");
    // Two of the ten codes were used.
    assert_eq!(held(&app, &owner).await, (true, [1, 1, 1, 8]));
    let number = "SELECT number FROM phones WHERE user_id::text = $1";
    let sealed: Vec<u8> = app.sql(number, &[&owner.id.to_string()]).await[0].get(0);
    let place = Place {
        table: "phones",
        row: owner.id,
        column: "number",
    };
    let opened = app.services().ring.open(place, &sealed).unwrap();
    assert_eq!(opened, b"+4915112345678");
    let key =
        "SELECT credential_id = sha256(uuid_send(user_id)) FROM passkeys WHERE user_id::text = $1";
    assert!(app.sql(key, &[&owner.id.to_string()]).await[0].get::<_, bool>(0));
}

/// The page before the app is removed says what the password alone can do afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn removing_the_app_promises_only_what_happens() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in_with(&owner, &owner.backup_codes[0]).await;
    let alone = "Your password alone is then enough";
    let disable = "/account/two-factor/disable";
    assert!(browser.visit(disable).await.text("main").contains(alone));
    with_phone(&app, &owner).await;
    let page = browser.visit(disable).await;
    assert!(!page.text("main").contains(alone), "{}", page.text("main"));
    assert!(
        page.text("main")
            .contains("still on, with your phone number")
    );
}
