//! Deleting one's own account: what it takes, what ends, how it is kept after all, and what is left of it.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Api, Browser, Person, TestApp, people::PASSWORD, readable};

async fn signed_in(app: &TestApp, person: &Person) -> Api {
    let pair = match person.backup_codes.first() {
        Some(code) => app.api().sign_in_with(person, code).await,
        None => app.api().sign_in(person).await,
    };
    app.api().with(&pair)
}

async fn delete(api: &Api, person: &Person) {
    let body = json!({ "confirm_email": person.email });
    assert_eq!(api.post("/delete-account", body).await.status, 204);
}

fn credentials(person: &Person) -> serde_json::Value {
    json!({ "email": person.email, "password": PASSWORD })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_deletes_the_account_and_restores_it_on_the_pages() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (mut browser, mut other) = (app.browser(), app.browser());
    browser.sign_in(&person).await;
    other.sign_in(&person).await;
    app.wait(TimeDelta::minutes(11));
    let page = browser.visit("/account/delete").await;
    assert_snapshot!(readable::page(&page));
    let wrong = [
        ("", person.email.as_str(), 422),
        ("not the right password", person.email.as_str(), 401),
        (PASSWORD, "other@example.com", 422),
    ];
    for (password, address, status) in wrong {
        let typed = [("password", password), ("confirm_email", address)];
        let page = browser.submit("/account/delete", &typed).await;
        assert_eq!(page.status(), status, "{password} {address}");
    }
    // The right password counts as a recent proof.
    let address = person.email.to_uppercase();
    let typed = [("confirm_email", address.as_str())];
    let page = browser.submit("/account/delete", &typed).await;
    assert_eq!((page.status(), page.path()), (200, "/login"));
    assert_snapshot!(readable::page(&page));
    assert!(!browser.is_signed_in().await && !other.is_signed_in().await);
    let mail = app.post.mail(&person.email, "was deleted").await;
    assert!(mail.text().contains("will be erased on"), "{}", mail.text());

    let page = browser.sign_in(&person).await;
    assert_eq!((page.status(), page.path()), (200, "/account/restore"));
    assert_snapshot!(readable::page(&page));
    assert_eq!(app.browser().visit("/account").await.path(), "/login");
    let page = browser.submit("/account/restore", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/account"));
    app.post.mail(&person.email, "was restored").await;
    assert!(!other.is_signed_in().await, "earlier sessions stay ended");
    let page = browser.visit("/account/restore").await;
    assert_ne!(page.path(), "/account/restore", "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_says_so_to_right_credentials_alone() {
    let app = TestApp::start().await;
    let (plain, guarded) = (app.person().await, app.person().with_totp().await);
    for person in [&plain, &guarded] {
        let api = signed_in(&app, person).await;
        delete(&api, person).await;
        assert_eq!(api.get("/me").await.status, 401);
    }
    let wrong = json!({ "email": plain.email, "password": "not the right password" });
    let refused = app.api().post("/login", wrong.clone()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (401, "invalid_credentials")
    );
    assert_eq!(app.api().post("/restore-account", wrong).await.status, 401);
    let told = app.api().post("/login", credentials(&plain)).await;
    assert_eq!((told.status, told.code()), (403, "account_deleted"));

    // With a second factor: after its code, and a wrong one is a wrong one.
    let pending = app.api().post("/login", credentials(&guarded)).await;
    assert_eq!(pending.body["mfa_required"], true);
    let token = pending.text("mfa_token");
    let phone = guarded.phone.as_ref().unwrap();
    let wrong = json!({ "mfa_token": token, "code": phone.wrong_code() });
    let refused = app.api().post("/login/mfa", wrong).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_code"));
    let right = json!({ "mfa_token": token, "code": guarded.code() });
    let told = app.api().post("/login/mfa", right.clone()).await;
    assert_eq!((told.status, told.code()), (403, "account_deleted"));
    assert_eq!(
        app.api().post("/login/mfa", right).await.code(),
        "invalid_token"
    );
    let living = "SELECT 1 FROM sessions WHERE revoked_at IS NULL";
    assert!(app.sql(living, &[]).await.is_empty());
    let events = app.audit().await;
    let noted = events
        .iter()
        .filter(|event| *event == "sign_in_to_deleted_account");
    assert_eq!(noted.count(), 2, "the owner and the admins can see it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_restores_it_with_all_factors() {
    let app = TestApp::start().await;
    let guarded = app.person().with_totp().await;
    let api = signed_in(&app, &guarded).await;
    delete(&api, &guarded).await;
    let mut body = credentials(&guarded);
    let refused = app.api().post("/restore-account", body.clone()).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_input"));
    body["code"] = json!(guarded.phone.as_ref().unwrap().wrong_code());
    let refused = app.api().post("/restore-account", body.clone()).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_code"));
    body["code"] = json!(guarded.code());
    let restored = app.api().post("/restore-account", body).await;
    assert_eq!(restored.status, 200, "{restored:?}");
    assert_eq!(app.api().with(&restored).get("/me").await.status, 200);
    let events = app.audit().await;
    let of = |name: &str| events.iter().filter(|event| *event == name).count();
    assert_eq!((of("account_deleted"), of("account_restored")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_opens_a_deleted_account() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = signed_in(&app, &person).await;
    let asked = json!({ "email": person.email });
    assert_eq!(
        app.api()
            .post("/forgot-password", asked.clone())
            .await
            .status,
        202
    );
    let reset = app.post.mail(&person.email, "Reset").await.token();
    delete(&api, &person).await;
    let body = json!({ "token": reset, "new_password": "quiet marble harvest lantern" });
    assert_eq!(app.api().post("/reset-password", body).await.status, 422);
    assert_eq!(app.api().post("/forgot-password", asked).await.status, 202);
    app.outbox_is_empty().await;
    // The earlier link, and the notice of the deletion: no new link.
    assert_eq!(app.post.count(&person.email), 2);
    let fresh = json!({ "email": person.email, "password": PASSWORD });
    assert_eq!(app.api().post("/register", fresh).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_deletion_stays_a_plain_refusal() {
    let app = TestApp::start().await;
    let (admin, person) = (app.person().admin().await, app.person().await);
    let acting = signed_in(&app, &admin).await;
    let path = format!("/{}/delete", person.id);
    let body = json!({ "reason": "left", "confirm_email": person.email });
    assert!(acting.admin(&path, body).await.status < 300);
    for call in ["/login", "/restore-account"] {
        let refused = app.api().post(call, credentials(&person)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "invalid_credentials")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_cannot_go() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let api = signed_in(&app, &admin).await;
    let body = json!({ "confirm_email": admin.email });
    let refused = api.post("/delete-account", body).await;
    assert_eq!((refused.status, refused.code()), (409, "last_admin"));
    app.person().admin().await;
    delete(&api, &admin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_session_deletes_nothing_without_the_password() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = signed_in(&app, &person).await;
    app.wait(TimeDelta::minutes(11));
    let mut body = json!({ "confirm_email": person.email });
    let refused = api.post("/delete-account", body.clone()).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    body["password"] = json!(PASSWORD);
    assert_eq!(api.post("/delete-account", body).await.status, 204);
}

/// A restored session is as recently proven as the credentials that were checked for it.
#[tokio::test(flavor = "multi_thread")]
async fn restoring_is_no_proof() {
    let app = TestApp::start().await;
    let person = app.person().await;
    delete(&signed_in(&app, &person).await, &person).await;
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&person).await.path(), "/account/restore");
    let checked = app.services().now();
    app.wait(TimeDelta::minutes(9));
    let page = browser.submit("/account/restore", &[]).await;
    assert_eq!(page.path(), "/account");
    let proven = "SELECT 1 FROM sessions WHERE revoked_at IS NULL
        AND proven_at = $1::text::timestamptz AND authenticated_at = proven_at AND created_at > proven_at";
    let proven = app.sql(proven, &[&checked.to_rfc3339()]).await;
    assert_eq!(proven.len(), 1);
    let export = async |browser: &mut Browser| {
        let page = browser.visit("/account/export").await;
        page.texts("input[name=password]").len()
    };
    assert_eq!(export(&mut browser).await, 0);
    app.wait(TimeDelta::minutes(1));
    assert_eq!(export(&mut browser).await, 1, "ten minutes after the check");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_spelling_of_the_address_confirms_a_deletion() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let acting = signed_in(&app, &admin).await;
    let others = [
        "ada@buecher.example",
        "ada@bücher.example.org",
        "ada",
        "@",
        "",
    ];
    let spellings = [
        "Ada@bücher.example",
        "\tADA@BÜCHER.Example \n",
        "ada@XN--Bcher-KVA.example",
    ];
    for by_admin in [false, true] {
        for spelling in spellings {
            let body = json!({ "email": "Ada@bücher.example", "password": PASSWORD });
            let pair = app.api().post("/register", body).await;
            assert_eq!(pair.status, 201, "{pair:?}");
            let id = pair.body["user"]["id"].as_str().unwrap().to_owned();
            let own = app.api().with(&pair);
            let delete = async |typed: &str| {
                let body = json!({ "confirm_email": typed, "reason": "left" });
                if by_admin {
                    acting.admin(&format!("/{id}/delete"), body).await
                } else {
                    own.post("/delete-account", body).await
                }
            };
            for other in others {
                assert_eq!(delete(other).await.status, 422, "{by_admin} {other}");
            }
            let deleted = delete(spelling).await;
            assert_eq!(deleted.status, 204, "{by_admin} {spelling:?} {deleted:?}");
            app.sql("DELETE FROM users WHERE id::text = $1", &[&id])
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_account_does_not_hold_its_address_by_being_deleted() {
    let app = TestApp::start().await;
    for by_change in [true, false] {
        let squatter = app.person().await;
        delete(&signed_in(&app, &squatter).await, &squatter).await;
        if by_change {
            let api = signed_in(&app, &app.person().await).await;
            let body = json!({ "new_email": squatter.email });
            assert_eq!(api.post("/change-email", body).await.status, 202);
            let mail = app.post.mail(&squatter.email, "Confirm").await;
            let body = json!({ "token": mail.token() });
            assert_eq!(api.post("/confirm-email", body).await.status, 200);
        } else {
            app.wait(TimeDelta::days(7));
            purge(&app).await;
        }
        let left = "SELECT 1 FROM users WHERE id = $1::text::uuid";
        let left = app.sql(left, &[&squatter.id.to_string()]).await;
        assert!(left.is_empty(), "{by_change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_ends_the_owners_right_to_restore() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let acting = signed_in(&app, &admin).await;
    for act in ["disable", "delete"] {
        let person = app.person().verified().await;
        delete(&signed_in(&app, &person).await, &person).await;
        let told = app.api().post("/login", credentials(&person)).await;
        assert_eq!(told.code(), "account_deleted");
        let body = json!({ "reason": "abuse", "confirm_email": person.email });
        let acted = acting.admin(&format!("/{}/{act}", person.id), body).await;
        assert!(acted.status < 300, "{acted:?}");
        for call in ["/login", "/restore-account"] {
            let refused = app.api().post(call, credentials(&person)).await;
            assert_eq!(
                (refused.status, refused.code()),
                (401, "invalid_credentials")
            );
        }
        let deleted = "SELECT 1 FROM users WHERE deleted_at IS NOT NULL AND id = $1::text::uuid";
        let deleted = app.sql(deleted, &[&person.id.to_string()]).await;
        assert_eq!(deleted.len(), 1, "{act}: it is still erased at its time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_ends_the_session_that_was_in_the_browser() {
    let app = TestApp::start().await;
    let (deleted, other) = (app.person().await, app.person().await);
    delete(&signed_in(&app, &deleted).await, &deleted).await;
    let mut browser = app.browser();
    browser.sign_in(&other).await;
    browser.visit("/account/profile").await;
    let fields = browser.form("/account/profile", &[]).filled(&[]);
    let csrf = fields
        .iter()
        .find(|(name, _)| name == "csrf_token")
        .unwrap();
    let typed = [
        ("csrf_token", csrf.1.as_str()),
        ("email", &deleted.email),
        ("password", PASSWORD),
    ];
    let page = browser.post("/login", &typed).await;
    assert_eq!(page.path(), "/account/restore");
    browser.submit("/account/restore", &[]).await;
    assert!(browser.is_signed_in().await);
    let living = "SELECT user_id::text FROM sessions WHERE revoked_at IS NULL";
    let living = app.sql(living, &[]).await;
    assert_eq!(living.len(), 1);
    assert_eq!(living[0].get::<_, String>(0), deleted.id.to_string());
}

async fn purge(app: &TestApp) {
    let purged = vestibule::internals::flows::upkeep::purge::expired(app.services());
    purged.await.unwrap();
}

/// Every value of every table, as text.
async fn everything(app: &TestApp) -> String {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut all = String::new();
    for row in app.sql(tables, &[]).await {
        let table: String = row.get(0);
        let rows = app
            .sql(&format!("SELECT t::text FROM {table} AS t"), &[])
            .await;
        for row in rows {
            all += row.get::<_, &str>(0);
            all.push('\n');
        }
    }
    all.to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_grace_nothing_of_it_is_left_but_a_pseudonym() {
    let app = TestApp::with(&[("DELETION_GRACE_DAYS", "7")]).await;
    let admin = app.person().admin().await;
    let acting = signed_in(&app, &admin).await;
    let invited = acting
        .admin(
            "",
            json!({ "email": "zebulon@example.net", "role": "user" }),
        )
        .await;
    assert!(invited.status < 300, "{invited:?}");
    let token = app
        .post
        .mail("zebulon@example.net", "invited")
        .await
        .token();
    let body = json!({ "token": token, "password": PASSWORD, "display_name": "Zebulon Quill" });
    let pair = app.api().post("/accept-invitation", body).await;
    assert_eq!(pair.status, 201, "{pair:?}");
    let api = app.api().with(&pair);
    let body = json!({ "new_email": "quill@example.net" });
    assert_eq!(api.post("/change-email", body).await.status, 202);
    let token = app.post.mail("quill@example.net", "Confirm").await.token();
    let pair = api.post("/confirm-email", json!({ "token": token })).await;
    let api = app.api().with(&pair);
    let body = json!({ "new_email": "zebulon.third@example.net" });
    assert_eq!(api.post("/change-email", body).await.status, 202);
    let refusal = "UPDATE mails SET last_error = '550 <quill@example.net>: unknown' WHERE user_id IS NOT NULL";
    app.outbox_is_empty().await;
    app.sql(refusal, &[]).await;
    let words = ["zebulon", "quill"];
    let before = everything(&app).await;
    assert!(words.iter().all(|word| before.contains(word)));
    let id = pair.body["user"]["id"].as_str().unwrap().to_owned();

    let body = json!({ "confirm_email": "quill@example.net" });
    assert_eq!(api.post("/delete-account", body).await.status, 204);
    app.outbox_is_empty().await;
    app.wait(TimeDelta::days(7) - TimeDelta::minutes(1));
    purge(&app).await;
    let kept = json!({ "email": "quill@example.net", "password": PASSWORD });
    assert_eq!(app.api().post("/login", kept.clone()).await.status, 403);
    app.wait(TimeDelta::minutes(1));
    purge(&app).await;
    assert_eq!(app.api().post("/login", kept).await.status, 401);
    let after = everything(&app).await;
    for word in words {
        let left: Vec<&str> = after.lines().filter(|line| line.contains(word)).collect();
        assert!(left.is_empty(), "{left:#?}");
        let bytes = data_encoding::HEXLOWER.encode(word.as_bytes());
        assert!(!after.contains(&bytes), "as bytes");
    }
    assert!(after.contains(&id), "the audit log keeps the id");
}
