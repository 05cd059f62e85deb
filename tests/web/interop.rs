//! Tokens across libraries: `PyJWT` reads our tokens, and the service checks tokens that `PyJWT` mints.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use vestibule::internals::{app::SystemClock, domain::clock::Clock};

use crate::harness::{
    Api, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    settings::ORIGIN,
};

const SECRET: &str = "what both sides know and no one else does";
const PURPOSES: [&str; 8] = [
    "access",
    "refresh",
    "login_mfa",
    "verify_email",
    "password_reset",
    "email_change",
    "undo",
    "unlock",
];

/// Runs these jobs with `PyJWT`; `tests/interop/tokens.py` describes them.
fn python(jobs: &[Value]) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(root.join("target/test-venv/bin/python"))
        .arg(root.join("tests/interop/tokens.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("target/test-venv/bin/python runs (script/setup makes it)");
    let mut input = child.stdin.take().unwrap();
    input.write_all(json!(jobs).to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(purpose: &str, token: &str, audience: Option<&str>) -> Value {
    json!({ "op": "read", "secret": SECRET, "purpose": purpose, "token": token,
            "issuer": ORIGIN, "audience": audience })
}

/// Claims that are minted under the key of a purpose.
fn mint(purpose: &str, claims: &Value) -> Value {
    json!({ "op": "mint", "secret": SECRET, "purpose": purpose, "claims": claims, "headers": null })
}

/// An app at the present time, because `PyJWT` uses the machine's clock.
async fn app_of_today(further: &[(&str, &str)]) -> TestApp {
    let settings = [&[("JWT_SECRET_KEY", SECRET)], further].concat();
    let app = TestApp::with(&settings).await;
    app.wait(SystemClock.now() - app.clock.now());
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn another_library_accepts_our_tokens() {
    for audience in [None, Some("app")] {
        let setting = audience.map(|audience| ("JWT_AUDIENCE", audience));
        let app = app_of_today(setting.as_slice()).await;
        let (person, owner) = (app.person().await, app.person().with_totp().await);
        let api = app.api();
        let pair = api.sign_in(&person).await;
        let pending = api.sign_in(&owner).await;
        for call in ["/forgot-password", "/resend-verification"] {
            api.post(call, json!({ "email": person.email })).await;
        }
        let tokens = [
            (pair.text("access_token").to_owned(), "access", 1800),
            (pair.text("refresh_token").to_owned(), "refresh", 604_800),
            (pending.text("mfa_token").to_owned(), "login_mfa", 300),
            (
                app.post.mail(&person.email, "Reset").await.token(),
                "password_reset",
                1800,
            ),
            (
                app.post.mail(&person.email, "Verify").await.token(),
                "verify_email",
                86_400,
            ),
        ];
        for (token, purpose, lifetime) in &tokens {
            let jobs = PURPOSES.map(|key| read(key, token, audience));
            for (key, answer) in PURPOSES.iter().zip(python(&jobs)) {
                if key != purpose {
                    assert_eq!(
                        answer["error"], "InvalidSignatureError",
                        "{purpose} by {key}"
                    );
                    continue;
                }
                let sub = if *purpose == "login_mfa" {
                    owner.id
                } else {
                    person.id
                };
                let claims = &answer["claims"];
                assert_eq!(claims["sub"], json!(sub), "{answer}");
                assert_eq!(claims["purpose"], json!(purpose));
                assert_eq!(claims["aud"], json!(audience));
                assert_eq!(claims["rev"], 0);
                let number = |name: &str| claims[name].as_i64().expect(name);
                assert_eq!(number("iat"), number("iat_ms") / 1000);
                assert_eq!(number("exp") - number("iat"), *lifetime);
                let bound = ["access", "refresh"].contains(purpose);
                assert_eq!(claims.get("sid").is_some(), bound);
                assert_eq!(claims.get("gen").is_some(), *purpose == "refresh");
                assert_eq!(answer["header"]["alg"], "HS256");
            }
        }
    }
}

/// The minimal claims of an access token of this user. Floats are passed on as floats.
fn least(app: &TestApp, person: &Person) -> Value {
    let now = app.clock.now().timestamp();
    json!({ "iss": ORIGIN, "sub": person.id, "iat": now, "exp": now + 300, "purpose": "access" })
}

fn with(claims: &Value, others: Value) -> Value {
    let mut claims = claims.clone();
    let fields = claims.as_object_mut().unwrap();
    match others {
        Value::Object(others) => fields.extend(others),
        _ => panic!("{others} is no object"),
    }
    fields.retain(|_, value| !value.is_null());
    claims
}

/// Mints a token for each case and requests `/me` with it. Asserts the status of the case.
async fn assert_judged(api: &Api, key: &str, cases: &[(&str, u16, Value)]) {
    let jobs: Vec<_> = cases.iter().map(|(.., claims)| mint(key, claims)).collect();
    for ((what, status, claims), minted) in cases.iter().zip(python(&jobs)) {
        let token = minted["token"].as_str().unwrap();
        let answer = api.with_token(token).get("/me").await;
        assert_eq!(answer.status, *status, "{what}: {claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_minted_by_another_library_are_judged_by_our_rules() {
    let app = app_of_today(&[]).await;
    let person = app.person().await;
    let api = app.api();
    let pair = api.sign_in(&person).await;
    let ours = &python(&[read("access", pair.text("access_token"), None)])[0];
    let (sid, now) = (&ours["claims"]["sid"], app.clock.now());
    let (seconds, millis) = (now.timestamp(), now.timestamp_millis());
    #[expect(clippy::cast_precision_loss, reason = "as Python's time.time() is")]
    let float = millis as f64 / 1000.0;
    let least = least(&app, &person);
    let but = |changes: Value| with(&least, changes);
    let gone = Uuid::from_u128(9);
    assert_judged(
        &api,
        "access",
        &[
            ("the least", 200, least.clone()),
            ("a float iat", 200, but(json!({ "iat": float }))),
            ("a float iat and exp", 200, but(json!({ "iat": float, "exp": float + 60.5 }))),
            ("iat_ms", 200, but(json!({ "iat_ms": millis }))),
            ("a malformed iat_ms", 200, but(json!({ "iat_ms": "now" }))),
            ("a jti", 200, but(json!({ "jti": "one of theirs" }))),
            ("the longest jti", 200, but(json!({ "jti": "x".repeat(64) }))),
            ("too long a jti", 401, but(json!({ "jti": "x".repeat(65) }))),
            ("a jti that Postgres has no text for", 401, but(json!({ "jti": "a\0" }))),
            ("rev", 200, but(json!({ "rev": 0 }))),
            ("another rev", 401, but(json!({ "rev": 1 }))),
            ("a float rev", 401, but(json!({ "rev": 0.0 }))),
            ("the session", 200, but(json!({ "sid": sid }))),
            ("a session that is not", 401, but(json!({ "sid": gone }))),
            ("everything", 200, but(json!({
                "iat": float, "iat_ms": millis, "jti": "all", "rev": 0, "sid": sid, "nbf": float,
                "aud": "anybody", "email": person.email, "extra": [1],
            }))),
            ("a clock a minute ahead", 200, but(json!({ "iat": seconds + 60 }))),
            ("a clock further ahead", 401, but(json!({ "iat": seconds + 61 }))),
            ("within the leeway", 200, but(json!({ "exp": seconds - 59 }))),
            ("past the leeway", 401, but(json!({ "exp": seconds - 60 }))),
            ("not before long", 401, but(json!({ "nbf": seconds + 61 }))),
            ("nobody's", 401, but(json!({ "sub": gone }))),
            ("of another issuer", 401, but(json!({ "iss": "https://elsewhere.example" }))),
            ("without an issuer", 401, but(json!({ "iss": null }))),
            ("without iat", 401, but(json!({ "iat": null }))),
            ("without exp", 401, but(json!({ "exp": null }))),
            ("without sub", 401, but(json!({ "sub": null }))),
            ("without purpose", 401, but(json!({ "purpose": null }))),
            ("for another purpose", 401, but(json!({ "purpose": "refresh" }))),
        ],
    )
    .await;
    for key in &PURPOSES[1..] {
        assert_judged(&api, key, &[("under another key", 401, least.clone())]).await;
    }
    let kid = &ours["header"]["kid"];
    for (kid, status) in [(kid, 200), (&json!("0000000000000000"), 401)] {
        let mut job = mint("access", &least);
        job["headers"] = json!({ "kid": kid });
        let token = python(&[job]).remove(0);
        let api = api.with_token(token["token"].as_str().unwrap());
        assert_eq!(api.get("/me").await.status, status, "{kid}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_revokes_tokens_to_the_millisecond() {
    let app = app_of_today(&[]).await;
    let person = app.person().await;
    let api = app.api();
    let pair = api.sign_in(&person).await;
    // At some point within a second.
    let into_second = app.clock.now().timestamp_subsec_millis();
    app.wait(TimeDelta::milliseconds(1456 - i64::from(into_second)));
    let at = app.clock.now().timestamp_millis();
    let input = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let changed = api.with(&pair).post("/change-password", input).await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        api.with(&changed).get("/me").await.status,
        200,
        "of that very millisecond"
    );
    assert_eq!(api.with(&pair).get("/me").await.status, 401);

    app.wait(TimeDelta::seconds(2));
    let least = least(&app, &person);
    let but = |changes: Value| with(&least, changes);
    let second = at / 1000;
    #[expect(clippy::cast_precision_loss, reason = "as Python's time.time() is")]
    let float = |millis: i64| millis as f64 / 1000.0;
    assert_judged(
        &api,
        "access",
        &[
            ("iat_ms before", 401, but(json!({ "iat_ms": at - 1 }))),
            ("iat_ms at", 401, but(json!({ "iat_ms": at }))),
            ("iat_ms after", 200, but(json!({ "iat_ms": at + 1 }))),
            (
                "iat_ms after, and rev",
                200,
                but(json!({ "iat_ms": at + 1, "rev": 1 })),
            ),
            (
                "iat_ms after, and the old rev",
                401,
                but(json!({ "iat_ms": at + 1, "rev": 0 })),
            ),
            (
                "a float iat before",
                401,
                but(json!({ "iat": float(at - 1) })),
            ),
            ("a float iat at", 401, but(json!({ "iat": float(at) }))),
            (
                "a float iat within that millisecond",
                401,
                but(json!({ "iat": float(at) + 0.0005 })),
            ),
            (
                "a float iat after",
                200,
                but(json!({ "iat": float(at + 1) })),
            ),
            (
                "iat in the second of the change",
                401,
                but(json!({ "iat": second })),
            ),
            (
                "iat in the next second",
                200,
                but(json!({ "iat": second + 1 })),
            ),
            (
                "iat after, iat_ms before",
                401,
                but(json!({ "iat_ms": at - 1000 })),
            ),
            (
                "iat before, iat_ms after",
                200,
                but(json!({ "iat": second - 9, "iat_ms": at + 1 })),
            ),
            (
                "before, within the leeway",
                401,
                but(json!({ "iat": second, "exp": second + 1 })),
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_revokes_tokens_of_another_library() {
    let app = app_of_today(&[]).await;
    let person = app.person().await;
    let api = app.api();
    let least = least(&app, &person);
    let named = with(&least, json!({ "jti": "theirs" }));
    let namesake = with(&named, json!({ "rev": 0 }));
    let unnamed = with(&least, json!({ "rev": 0 }));
    let jobs = [&named, &namesake, &unnamed, &least].map(|claims| mint("access", claims));
    let minted = python(&jobs);
    let of = |at: usize| api.with_token(minted[at]["token"].as_str().unwrap());
    for at in 0..4 {
        assert_eq!(of(at).get("/me").await.status, 200);
    }
    assert_eq!(of(0).post("/logout", json!({})).await.status, 204);
    assert_eq!(of(0).get("/me").await.status, 401);
    assert_eq!(of(1).get("/me").await.status, 401, "the same jti");
    // Without a `jti`, a token is identified by its text, and no other text is affected.
    assert_eq!(of(2).post("/logout", json!({})).await.status, 204);
    assert_eq!(of(2).get("/me").await.status, 401);
    assert_eq!(of(3).get("/me").await.status, 200);
}
