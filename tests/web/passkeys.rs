//! Passkeys over the API: making, naming and removing them, and each place where one is asked for. The authenticator
//! is that of the harness.

mod accounts;
mod pages;
mod settings;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    TestApp,
    authenticator::{Manner, base64},
    passkeys::{Asked, with_passkey},
    people::PASSWORD,
};

/// A passkey from its options to its end, with everything that its owner reads about it.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_made_used_renamed_and_removed() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let (mut device, made) = api.add_passkey(Manner::default()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.text("id").to_owned();
    assert_eq!(made.body["synced"], false);
    assert_eq!(made.body["last_used_at"], Value::Null);
    assert_eq!(made.body["backup_codes"].as_array().unwrap().len(), 10);
    assert_eq!(made.body["user"]["two_factor_enabled"], true);
    app.post.mail(&owner.email, "turned on").await;

    // The session that made it continues with the new pair only.
    assert_eq!(api.get("/passkeys").await.status, 401);
    let api = app.api().with(&made);
    let path = format!("/passkeys/{id}");
    let renamed = api
        .call(Method::PATCH, &path, &json!({ "name": " Key ring " }))
        .await;
    assert_eq!((renamed.status, renamed.text("name")), (200, "Key ring"));

    app.wait(chrono::TimeDelta::minutes(20));
    let signed_in = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let api = app.api().with(&signed_in);
    let listed = api.get("/passkeys").await;
    let passkey = &listed.body["passkeys"][0];
    assert_eq!(passkey["name"], "Key ring");
    assert!(passkey["last_used_at"].is_string(), "{listed:?}");

    // Signing in with it is a recent proof with a second factor.
    let removed = api.call(Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    assert_eq!(removed.body["user"]["two_factor_enabled"], false);
    app.post.mail(&owner.email, "turned off").await;
    let api = app.api().with(&removed);
    assert_eq!(api.get("/passkeys").await.body["passkeys"], json!([]));
    let gone = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!((gone.status, gone.code()), (401, "unknown_passkey"));
    assert_eq!(app.api().sign_in(&owner).await.status, 200);

    let events = app.audit().await;
    for event in [
        "passkey_added",
        "passkey_renamed",
        "signed_in",
        "passkey_removed",
    ] {
        assert!(events.contains(&event.to_owned()), "{events:?}");
    }
}

/// What a browser is asked is what the design says, and nothing in it depends on who asks.
#[tokio::test(flavor = "multi_thread")]
async fn options_ask_for_a_verified_user_and_a_discoverable_passkey() {
    let app = TestApp::with(&[("SITE_NAME", "Example")]).await;
    let (owner, device) = with_passkey(&app, Manner::default()).await;
    let mut signing = device.clone();
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut signing).await);
    let asked = api.creation().await.public_key;
    assert_eq!(
        asked["rp"],
        json!({ "name": "Example", "id": "auth.example.com" })
    );
    assert_eq!(asked["user"]["id"], base64(owner.id.as_bytes()));
    assert_eq!(asked["user"]["name"], owner.email);
    assert_eq!(asked["attestation"], "none");
    assert_eq!(asked["timeout"], 300_000);
    let selection = &asked["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");
    let id = base64(&device.credential_id);
    let known = json!([{ "type": "public-key", "id": id, "transports": ["internal", "hybrid"] }]);
    assert_eq!(asked["excludeCredentials"], known);

    let mut alone = app.api().passkey_options().await.public_key;
    assert_eq!(alone["userVerification"], "required");
    assert_eq!(alone["rpId"], "auth.example.com");
    assert_eq!(alone["allowCredentials"], json!([]));
    let mut again = app.api().passkey_options().await.public_key;
    assert_ne!(alone["challenge"], again["challenge"]);
    for options in [&mut alone, &mut again] {
        options["challenge"] = Value::Null;
    }
    assert_eq!(alone, again);

    let pending = app.api().sign_in(&owner).await;
    assert_eq!(pending.body["methods"], json!(["passkey", "backup_code"]));
    let second = app.api().second_step(&pending).await.public_key;
    assert_eq!(second["allowCredentials"], known);
    let proof = api.post("/reauthenticate/options", Value::Null).await;
    assert_eq!(Asked::of(&proof).public_key["allowCredentials"], known);
}

/// A passkey is the second step after a password, and a backup code is the other way.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_the_second_step() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::synced()).await;
    let signed_in = app.api().sign_in_by_both(&owner, &mut device).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let methods = "SELECT authentication_methods, proof_methods FROM sessions
                   WHERE revoked_at IS NULL ORDER BY created_at DESC, id LIMIT 10";
    let rows = app.sql(methods, &[]).await;
    let of = |row: &tokio_postgres::Row| row.get::<_, Vec<String>>(0);
    assert!(
        rows.iter()
            .any(|row| of(row) == ["pwd", "swk", "user", "mfa"])
    );
    let alone = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!(alone.status, 200, "{alone:?}");
    let rows = app.sql(methods, &[]).await;
    assert!(rows.iter().any(|row| of(row) == ["swk", "user", "mfa"]));
    let listed = app.api().with(&alone).get("/passkeys").await;
    assert_eq!(listed.body["passkeys"][0]["synced"], true);
}

/// A passkey proves again who acts; a password alone is not enough where a factor stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_a_recent_proof_with_a_factor() {
    let app = TestApp::start().await;
    let (_, mut device) = with_passkey(&app, Manner::default()).await;
    let signed_in = app.api().sign_in_by_passkey(&mut device).await;
    let api = app.api().with(&signed_in);
    app.wait(chrono::TimeDelta::minutes(15));
    let refused = api.post("/passkeys/options", json!({})).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    let refused = api
        .post("/passkeys/options", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "reauthentication_required")
    );
    let proven = api.prove_by_passkey(&mut device).await;
    assert_eq!(proven.status, 204, "{proven:?}");
    let (_, second) = api.add_passkey(Manner::synced()).await;
    assert_eq!(second.status, 201, "{second:?}");
    assert_eq!(second.body.get("backup_codes"), None);
}

/// A user keeps at most 25, and no credential belongs to two.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_at_most_25_and_each_once() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let mut api = app.api().with(&app.api().sign_in(&owner).await);
    let late = api.creation().await;
    let (mut device, made) = api.add_passkey(Manner::default()).await;
    api = app.api().with(&made);
    let asked = api.creation().await;
    let known = api
        .post("/passkeys", asked.body(device.made(&asked.public_key)))
        .await;
    assert_eq!((known.status, known.code()), (409, "passkey_known"));
    for _ in 1..25 {
        let (_, made) = api.add_passkey(Manner::default()).await;
        assert_eq!(made.status, 201, "{made:?}");
        api = app.api().with(&made);
    }
    let refused = api.post("/passkeys/options", json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_passkeys"));
    // Options from before make no difference.
    let (_, made) =
        crate::harness::authenticator::Device::create(&late.public_key, Manner::default());
    let refused = api.post("/passkeys", late.body(made)).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_passkeys"));
}

/// Names follow the rules of a user's own name; without one, the browser names the passkey.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_named_by_its_owner_or_its_browser() {
    let app = TestApp::start().await;
    let (_, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let listed = api.get("/passkeys").await;
    let passkey = &listed.body["passkeys"][0];
    // A program has no name of a browser.
    assert_eq!(passkey["name"], "Passkey", "{listed:?}");
    let path = format!("/passkeys/{}", passkey["id"].as_str().unwrap());
    for (name, fault) in [
        (json!(" \u{200b}"), true),
        (json!("x".repeat(101)), true),
        (json!("a\u{202e}b"), true),
        (json!(7), true),
        (json!("x".repeat(100)), false),
    ] {
        let reply = api
            .call(Method::PATCH, &path, &json!({ "name": name }))
            .await;
        assert_eq!(
            reply.status,
            if fault { 422 } else { 200 },
            "{name} {reply:?}"
        );
    }
    let asked = api.creation().await;
    let (_, made) =
        crate::harness::authenticator::Device::create(&asked.public_key, Manner::default());
    let mut body = asked.body(made);
    body["name"] = json!("a\u{202e}b");
    assert_eq!(api.post("/passkeys", body.clone()).await.status, 422);
    // A name that is refused leaves the challenge as it was.
    body["name"] = json!("Security key");
    let made = api.post("/passkeys", body).await;
    assert_eq!((made.status, made.text("name")), (201, "Security key"));
}
