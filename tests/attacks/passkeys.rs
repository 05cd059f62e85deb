//! Attempts to sign in, or to be taken for the owner, with a passkey that is not right.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Api, Reply, TestApp,
    authenticator::{Device, Manner, base64},
    passkeys::{Asked, with_passkey},
    people::{NEW_PASSWORD, PASSWORD},
};

fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
}

/// How many sessions live.
async fn sessions(app: &TestApp) -> i64 {
    let living = "SELECT count(*) FROM sessions WHERE revoked_at IS NULL";
    app.sql(living, &[]).await[0].get(0)
}

/// An answer that differs from a right one in one thing.
type Change = fn(&mut Manner);

const WRONG: [(&str, Change); 7] = [
    ("a foreign origin", |m| {
        m.origin = "https://auth.example.net".into();
    }),
    ("a foreign site", |m| {
        m.rp_id = "auth.example.net".into();
    }),
    ("the site above", |m| m.rp_id = "example.com".into()),
    ("a frame of another site", |m| m.cross_origin = true),
    ("no one present", |m| m.present = false),
    ("no one verified", |m| m.verified = false),
    ("another kind of key", |m| m.backup_eligible = true),
];

/// (P1) An answer for another site or origin, without presence or verification, or from a key that became copyable, is
/// refused wherever a passkey is asked for, and signs no one in.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_differs_in_one_thing_is_refused_everywhere() {
    let app = TestApp::start().await;
    let (owner, device) = with_passkey(&app, Manner::default()).await;
    let mut honest = device.clone();
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut honest).await);
    let before = sessions(&app).await;
    for (what, change) in WRONG {
        let mut wrong = honest.with(change);
        let alone = app.api().sign_in_by_passkey(&mut wrong).await;
        refused(&alone, 401, "invalid_passkey");
        let second = app.api().sign_in_by_both(&owner, &mut wrong).await;
        refused(&second, 401, "invalid_passkey");
        let proof = api.prove_by_passkey(&mut wrong).await;
        refused(&proof, 422, "invalid_passkey");
        assert_eq!(sessions(&app).await, before, "{what}");
        let asked = api.creation().await;
        let (_, made) = {
            let mut manner = Manner::default();
            change(&mut manner);
            Device::create(&asked.public_key, manner)
        };
        let made = api.post("/passkeys", asked.body(made)).await;
        // For a new passkey, any kind of key is right.
        if what == "another kind of key" {
            assert_eq!(made.status, 201, "{made:?}");
        } else {
            refused(&made, 422, "invalid_passkey");
        }
    }
    app.post.mail(&owner.email, "passkey was refused").await;
}

/// (P2) The user handle decides whose passkey signs in alone: a foreign or a missing one is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_user_handle_is_refused() {
    let app = TestApp::start().await;
    let (_, device) = with_passkey(&app, Manner::default()).await;
    let (victim, _) = with_passkey(&app, Manner::default()).await;
    let handles = [
        Some(victim.id.as_bytes().to_vec()),
        Some(Vec::new()),
        Some(vec![0; 64]),
        None,
    ];
    for handle in handles {
        let mut wrong = device.with(|manner| manner.handle = Some(handle.clone()));
        let reply = app.api().sign_in_by_passkey(&mut wrong).await;
        refused(&reply, 401, "invalid_passkey");
    }
}

/// (P3) An answer works once, on whichever node, also when it comes twice at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_works_once_on_two_nodes() {
    let app = TestApp::start().await;
    let other = app.another_node();
    // Without a counter, only the challenge tells the second answer from the first.
    let (owner, mut device) = with_passkey(&app, Manner::synced()).await;
    for second_step in [false, true] {
        let asked = if second_step {
            app.api()
                .second_step(&app.api().sign_in(&owner).await)
                .await
        } else {
            app.api().passkey_options().await
        };
        let body = asked.body(device.get(&asked.public_key));
        let tries = (0..8).map(|n| {
            let api = if n % 2 == 0 {
                app.api()
            } else {
                app.api().at(&other)
            };
            let body = body.clone();
            async move { api.post("/login/passkey", body).await }
        });
        let replies = join_all(tries).await;
        let right: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(right.len(), 1, "{replies:?}");
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            refused(reply, 401, "invalid_token");
        }
        let later = app.api().at(&other).post("/login/passkey", body).await;
        refused(&later, 401, "invalid_token");
        // Another answer to the same challenge is refused as well.
        let again = app.api().answer(&asked, &mut device).await;
        refused(&again, 401, "invalid_token");
    }
}

/// (P4) A challenge lives five minutes, and an answer to another challenge is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_expires_and_is_not_exchanged() {
    let app = TestApp::start().await;
    let (_, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app.api();
    let late = api.passkey_options().await;
    app.wait(TimeDelta::minutes(5));
    refused(&api.answer(&late, &mut device).await, 401, "invalid_token");
    let (one, other) = join(api.passkey_options(), api.passkey_options()).await;
    let mixed = other.body(device.get(&one.public_key));
    refused(
        &api.post("/login/passkey", mixed).await,
        401,
        "invalid_passkey",
    );
    for token in ["", "AAAA", "a.b.c", &one.token[1..], &"A".repeat(9000)] {
        let mut body = one.body(device.get(&one.public_key));
        body["challenge_token"] = json!(token);
        let reply = api.post("/login/passkey", body).await;
        assert!(matches!(reply.status, 401 | 422), "{token}: {reply:?}");
    }
}

/// (P5) A signature counter that falls back or stays is refused, recorded once, and mailed; the passkey goes on where it
/// was.
#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_falls_back_is_refused_and_mailed() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let copy = device.clone();
    for _ in 0..3 {
        assert_eq!(app.api().sign_in_by_passkey(&mut device).await.status, 200);
    }
    let mut behind = copy.clone();
    let asked = app.api().passkey_options().await;
    let reply = app.api().answer(&asked, &mut behind).await;
    refused(&reply, 401, "invalid_passkey");
    app.post.mail(&owner.email, "may have been copied").await;
    // The same challenge again adds no second event.
    refused(
        &app.api().answer(&asked, &mut behind).await,
        401,
        "invalid_token",
    );
    let noted = async || {
        let events = app.audit().await;
        let fallen = |event: &&String| *event == "passkey_counter_fell_back";
        events.iter().filter(fallen).count()
    };
    assert_eq!(noted().await, 1);
    // Staying is no progress either, nor is a counter that disappears.
    for (counter, counts) in [(device.counter, 0), (0, 0)] {
        let mut same = device.with(|manner| manner.counts = counts);
        same.counter = counter;
        let reply = app.api().sign_in_by_both(&owner, &mut same).await;
        refused(&reply, 401, "invalid_passkey");
    }
    assert_eq!(noted().await, 3);
    assert_eq!(app.api().sign_in_by_passkey(&mut device).await.status, 200);
}

/// (P6) Two answers with one counter, sent at once to two nodes: one signs in.
#[tokio::test(flavor = "multi_thread")]
async fn one_counter_signs_in_once_on_two_nodes() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let (_, mut device) = with_passkey(&app, Manner::default()).await;
    for _ in 0..5 {
        let mut copy = device.clone();
        let here = app.api();
        let there = app.api().at(&other);
        let (one, two) = join(here.passkey_options(), there.passkey_options()).await;
        let (first, second) = join(
            here.answer(&one, &mut device),
            there.answer(&two, &mut copy),
        )
        .await;
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401], "{first:?} {second:?}");
    }
}

/// (P7) In the second step of one account, the passkey of another opens neither.
#[tokio::test(flavor = "multi_thread")]
async fn another_users_passkey_is_no_second_step() {
    let app = TestApp::start().await;
    let (owner, mut own) = with_passkey(&app, Manner::default()).await;
    let (thief, mut foreign) = with_passkey(&app, Manner::default()).await;
    let pending = app.api().sign_in(&owner).await;
    for handle in [None, Some(thief.id), Some(owner.id)] {
        let handle = handle.map(|id| id.as_bytes().to_vec());
        let mut wrong = foreign.with(|manner| manner.handle = Some(handle.clone()));
        wrong.counter = foreign.counter;
        let asked = app.api().second_step(&pending).await;
        let reply = app.api().answer(&asked, &mut wrong).await;
        refused(&reply, 401, "invalid_passkey");
    }
    // Nor does it prove anything in the other's session.
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut own).await);
    let proof = api.prove_by_passkey(&mut foreign).await;
    refused(&proof, 422, "invalid_passkey");
}

/// (P8) A challenge that was made for one thing is dead for every other, and for every other session and user.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_good_for_one_thing_only() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::synced()).await;
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let second_session = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let proof =
        async |api: &Api| Asked::of(&api.post("/reauthenticate/options", Value::Null).await);

    let alone = app.api().passkey_options().await;
    let second = app
        .api()
        .second_step(&app.api().sign_in(&owner).await)
        .await;
    let (to_prove, to_create) = (proof(&api).await, api.creation().await);
    for asked in [&to_prove, &to_create] {
        refused(
            &app.api().answer(asked, &mut device).await,
            401,
            "invalid_token",
        );
    }
    for asked in [&alone, &second, &to_create] {
        let body = asked.body(device.get(&asked.public_key));
        refused(
            &api.post("/reauthenticate", body).await,
            422,
            "invalid_token",
        );
    }
    for asked in [&alone, &second, &to_prove] {
        let (_, made) = Device::create(&to_create.public_key, Manner::default());
        refused(
            &api.post("/passkeys", asked.body(made)).await,
            422,
            "invalid_token",
        );
    }
    // In another session of the same user, and of another user.
    let body = to_prove.body(device.get(&to_prove.public_key));
    refused(
        &second_session.post("/reauthenticate", body).await,
        422,
        "invalid_token",
    );
    let (_, made) = Device::create(&to_create.public_key, Manner::default());
    let body = to_create.body(made);
    refused(
        &second_session.post("/passkeys", body.clone()).await,
        422,
        "invalid_token",
    );
    let (_, mut others) = with_passkey(&app, Manner::synced()).await;
    let stranger = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut others).await);
    refused(
        &stranger.post("/passkeys", body).await,
        422,
        "invalid_token",
    );
}

/// (P9) Adding and removing take a recent proof, with a factor where one stands; a pending sign-in adds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_passkey_is_added_or_removed_without_a_recent_proof() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app
        .api()
        .with(&app.api().sign_in_with(&owner, &owner.code()).await);
    let (_, made) = api.add_passkey(Manner::default()).await;
    let path = format!("/passkeys/{}", made.text("id"));
    let api = app.api().with(&made);
    let asked = api.creation().await;
    let (_, new) = Device::create(&asked.public_key, Manner::default());
    app.wait(TimeDelta::minutes(11));
    let asked_late = asked.body(new);
    for proof in [json!({}), json!({ "password": PASSWORD })] {
        let options = api.post("/passkeys/options", proof.clone()).await;
        refused(&options, 403, "reauthentication_required");
        let mut body = asked_late.clone();
        body["password"] = proof["password"].clone();
        refused(
            &api.post("/passkeys", body).await,
            403,
            "reauthentication_required",
        );
        let removed = api.call(Method::DELETE, &path, &proof).await;
        refused(&removed, 403, "reauthentication_required");
    }
    let pending = app.api().sign_in(&owner).await;
    let as_pending = app.api().with_token(pending.text("mfa_token"));
    assert_eq!(
        as_pending.post("/passkeys/options", json!({})).await.status,
        401
    );
    assert_eq!(as_pending.post("/passkeys", asked_late).await.status, 401);
    // Another user's passkey is not found, also by its id.
    let (_, mut others) = with_passkey(&app, Manner::default()).await;
    let stranger = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut others).await);
    for method in [Method::DELETE, Method::PATCH] {
        let reply = stranger
            .call(method, &path, &json!({ "name": "mine" }))
            .await;
        refused(&reply, 404, "not_found");
    }
}

/// (P10) A freeze and an unverified address stand before a new passkey, and a freeze before removing one.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_or_unverified_account_changes_no_passkey() {
    let app = TestApp::start().await;
    let squatter = app.person().await;
    let api = app.api().with(&app.api().sign_in(&squatter).await);
    let options = api.post("/passkeys/options", json!({})).await;
    refused(&options, 403, "email_not_verified");
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let asked = api.creation().await;
    let freeze = "UPDATE users SET frozen_until = now() + interval '90 days' WHERE email = $1";
    app.sql(freeze, &[&owner.email]).await;
    refused(
        &api.post("/passkeys/options", json!({})).await,
        409,
        "account_frozen",
    );
    let (_, made) = Device::create(&asked.public_key, Manner::default());
    refused(
        &api.post("/passkeys", asked.body(made)).await,
        409,
        "account_frozen",
    );
    let listed = api.get("/passkeys").await;
    let id = listed.body["passkeys"][0]["id"].as_str().unwrap();
    let path = format!("/passkeys/{id}");
    let removed = api.call(Method::DELETE, &path, &json!({})).await;
    refused(&removed, 409, "account_frozen");
}

/// (P11) Options tell nothing, and asking for them writes nothing, however often.
#[tokio::test(flavor = "multi_thread")]
async fn options_tell_nothing_and_write_nothing() {
    let app = TestApp::start().await;
    with_passkey(&app, Manner::default()).await;
    app.outbox_is_empty().await;
    let before = super::matrix::everything(&app).await;
    for body in [Value::Null, json!({}), json!({ "email": "a@example.com" })] {
        let reply = app.api().post("/login/passkey/options", body).await;
        assert_eq!(reply.body["publicKey"]["allowCredentials"], json!([]));
        assert!(reply.answer.set_cookies().is_empty());
    }
    for token in ["", "a.b.c"] {
        let body = json!({ "mfa_token": token });
        let reply = app.api().post("/login/passkey/options", body).await;
        assert!(matches!(reply.status, 401 | 422), "{reply:?}");
    }
    // Nor does an answer of a passkey that no account has.
    let asked = app.api().passkey_options().await;
    let options = json!({ "rp": { "id": "auth.example.com" }, "user": { "id": base64(&[7; 16]) }, "challenge": "AAAA" });
    let (mut unknown, _) = Device::create(&options, Manner::default());
    let reply = app.api().answer(&asked, &mut unknown).await;
    refused(&reply, 401, "unknown_passkey");
    assert_eq!(super::matrix::everything(&app).await, before);
}

/// (P12) Answers of every wrong form are refused, and none is a fault of the service.
#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_an_answer_is_a_fault() {
    let app = TestApp::start().await;
    let (_, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let asked = app.api().passkey_options().await;
    let creation = api.creation().await;
    let right = device.get(&asked.public_key);
    let (_, made) = Device::create(&creation.public_key, Manner::default());
    for (path, asked, right) in [
        ("/login/passkey", &asked, &right),
        ("/passkeys", &creation, &made),
    ] {
        let members = right["response"].as_object().unwrap().keys();
        // The transports are a hint, and any unknown one is ignored.
        for member in members.filter(|member| *member != "transports") {
            for wrong in [
                json!(null),
                json!(7),
                json!(""),
                json!("!"),
                json!("AAAA"),
                json!({}),
                json!("A".repeat(8000)),
            ] {
                let mut answer = right.clone();
                answer["response"][member] = wrong.clone();
                let reply = api.post(path, asked.body(answer)).await;
                assert!(
                    (400..500).contains(&reply.status),
                    "{member} {wrong}: {reply:?}"
                );
            }
        }
        for whole in [
            json!({}),
            json!([]),
            json!("x"),
            json!({ "response": {} }),
            json!({ "rawId": "AAAA" }),
        ] {
            let reply = api.post(path, asked.body(whole.clone())).await;
            assert!((400..500).contains(&reply.status), "{whole}: {reply:?}");
        }
    }
}

/// After every session is ended, a challenge from before signs nobody in, even if its answer was made before. So a kept
/// answer is worth nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_from_before_every_session_ended_is_dead() {
    let app = TestApp::start().await;
    for end in ["everywhere", "password"] {
        let (_, mut device) = with_passkey(&app, Manner::default()).await;
        let signed_in = app.api().sign_in_by_passkey(&mut device).await;
        let asked = app.api().passkey_options().await;
        let answer = asked.body(device.get(&asked.public_key));
        app.wait(TimeDelta::seconds(1));
        let api = app.api().with(&signed_in);
        let ended = if end == "everywhere" {
            api.post("/logout-all", Value::Null).await
        } else {
            let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
            api.post("/change-password", body).await
        };
        assert!(ended.status < 300, "{end}: {ended:?}");
        let dead = app.api().post("/login/passkey", answer).await;
        refused(&dead, 401, "invalid_token");
        let fresh = app.api().sign_in_by_passkey(&mut device).await;
        assert_eq!(fresh.status, 200, "{end}: {fresh:?}");
    }
}
