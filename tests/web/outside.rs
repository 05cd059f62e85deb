//! Passkeys of other projects: passkey-rs (Rust) and nid-webauthn-emulator (Node) each act as browser and authenticator
//! against the API. Neither shares code with the service or with `harness/authenticator.rs`.
//!
//! Each is a program with at most one passkey. It reads a job a line, and writes a line for each:
//!
//! ```text
//! {"op": "create" or "get", "origin": O, "verified": bool, "options": the "publicKey" of the API}
//!     {"credential": {...}}, or {"error": "why the program itself refuses"}
//! {"op": "keep"}, {"op": "restore"}    keeps the passkey with its counter, and puts it back
//!     {}
//! ```
//!
//! `script/setup` makes both programs, from `tests/outside`.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Api, Person, Reply, TestApp, passkeys::Asked, settings::ORIGIN};

const SITE_ABOVE: &str = "example.com";

/// A program that acts as browser and authenticator.
struct Outside {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    verified: bool,
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Outside {
    fn passkey_rs() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::start(&mut Command::new(
            root.join("target/test-outside/debug/vestibule-outside"),
        ))
    }

    fn nid_emulator() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let node = root.join("target/test-venv/bin/node");
        Self::start(
            Command::new(node)
                .arg(root.join("tests/outside/emulator.cjs"))
                .env("NODE_PATH", root.join("target/test-outside/node_modules")),
        )
    }

    fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the authenticator runs (script/setup makes it)");
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            verified: true,
        }
    }

    fn run(&mut self, job: &Value) -> Value {
        writeln!(self.input, "{job}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("an answer to {job}: {line:?}"))
    }

    /// What the program makes of these options on a page of this origin.
    fn at(&mut self, origin: &str, op: &str, options: &Value) -> Value {
        let verified = self.verified;
        self.run(&json!({ "op": op, "origin": origin, "verified": verified, "options": options }))
    }

    fn create(&mut self, asked: &Asked) -> Value {
        credential(self.at(ORIGIN, "create", &asked.public_key))
    }

    fn get(&mut self, asked: &Asked) -> Value {
        credential(self.at(ORIGIN, "get", &asked.public_key))
    }
}

fn credential(mut answer: Value) -> Value {
    assert_eq!(answer.get("error"), None, "{answer}");
    answer["credential"].take()
}

async fn sign_in(app: &TestApp, asked: &Asked, credential: Value) -> Reply {
    app.api()
        .post("/login/passkey", asked.body(credential))
        .await
}

async fn sign_in_alone(app: &TestApp, outside: &mut Outside) -> Reply {
    let asked = app.api().passkey_options().await;
    let credential = outside.get(&asked);
    sign_in(app, &asked, credential).await
}

async fn sign_in_by_both(app: &TestApp, person: &Person, outside: &mut Outside) -> Reply {
    let pending = app.api().sign_in(person).await;
    let asked = app.api().second_step(&pending).await;
    let credential = outside.get(&asked);
    sign_in(app, &asked, credential).await
}

async fn prove(api: &Api, outside: &mut Outside) -> Reply {
    let asked = Asked::of(&api.post("/reauthenticate/options", Value::Null).await);
    let credential = outside.get(&asked);
    api.post("/reauthenticate", asked.body(credential)).await
}

fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{reply:?}");
}

/// A user, signed in, who has made a passkey with the program.
async fn owner(app: &TestApp, outside: &mut Outside) -> (Person, Api) {
    let person = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&person).await);
    let asked = api.creation().await;
    let made = api
        .post("/passkeys", asked.body(outside.create(&asked)))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    (person, app.api().with(&made))
}

/// Everything that a passkey is asked for.
async fn assert_serves(mut outside: Outside) {
    let app = TestApp::start().await;
    let (person, api) = owner(&app, &mut outside).await;
    let passkeys = api.get("/passkeys").await;
    assert_eq!(passkeys.body["passkeys"].as_array().unwrap().len(), 1);

    let alone = sign_in_alone(&app, &mut outside).await;
    assert_eq!(alone.status, 200, "{alone:?}");
    assert_eq!(alone.body["user"]["email"], person.email, "{alone:?}");
    let both = sign_in_by_both(&app, &person, &mut outside).await;
    assert_eq!(both.status, 200, "{both:?}");

    let api = app.api().with(&both);
    app.wait(TimeDelta::minutes(15));
    let late = api.post("/passkeys/options", json!({})).await;
    refused(&late, 403, "reauthentication_required");
    let proven = prove(&api, &mut outside).await;
    assert_eq!(proven.status, 204, "{proven:?}");
    // The program itself refuses to make a second passkey for the same account.
    let asked = api.creation().await;
    let again = outside.at(ORIGIN, "create", &asked.public_key);
    assert!(again["error"].is_string(), "{again}");
}

/// Answers that are right in all but one thing.
async fn assert_refused(mut outside: Outside) {
    let app = TestApp::start().await;
    let (person, api) = owner(&app, &mut outside).await;
    outside.run(&json!({ "op": "keep" }));
    refuses_other_origins(&app, &api, &mut outside).await;
    outside.run(&json!({ "op": "restore" }));
    refuses_the_site_above(&app, &api, &mut outside).await;
    outside.run(&json!({ "op": "restore" }));
    refuses_unverified_users(&app, &person, &api, &mut outside).await;
    // The refusals were those of the changed answers: the same passkey still signs in.
    let alone = sign_in_alone(&app, &mut outside).await;
    assert_eq!(alone.status, 200, "{alone:?}");
}

/// A page of a subdomain may use the RP id of the site, and no other page may.
async fn refuses_other_origins(app: &TestApp, api: &Api, outside: &mut Outside) {
    let asked = app.api().passkey_options().await;
    let foreign = outside.at("https://auth.example.net", "get", &asked.public_key);
    assert!(foreign["error"].is_string(), "{foreign}");
    let subdomain = "https://other.auth.example.com";
    let signed = credential(outside.at(subdomain, "get", &asked.public_key));
    refused(&sign_in(app, &asked, signed).await, 401, "invalid_passkey");

    let mut asked = api.creation().await;
    asked.public_key["excludeCredentials"] = json!([]);
    let made = credential(outside.at(subdomain, "create", &asked.public_key));
    let reply = api.post("/passkeys", asked.body(made)).await;
    refused(&reply, 422, "invalid_passkey");
}

/// A page may use the RP id of the site above its own.
async fn refuses_the_site_above(app: &TestApp, api: &Api, outside: &mut Outside) {
    let mut asked = api.creation().await;
    asked.public_key["excludeCredentials"] = json!([]);
    asked.public_key["rp"]["id"] = json!(SITE_ABOVE);
    let made = outside.create(&asked);
    let reply = api.post("/passkeys", asked.body(made)).await;
    refused(&reply, 422, "invalid_passkey");

    let mut asked = app.api().passkey_options().await;
    asked.public_key["rpId"] = json!(SITE_ABOVE);
    let signed = outside.get(&asked);
    refused(&sign_in(app, &asked, signed).await, 401, "unknown_passkey");
}

/// The programs leave out user verification only when the options do not require it, so the test changes them.
async fn refuses_unverified_users(
    app: &TestApp,
    person: &Person,
    api: &Api,
    outside: &mut Outside,
) {
    outside.verified = false;
    let mut unverified = |mut asked: Asked| {
        asked.public_key["userVerification"] = json!("discouraged");
        let signed = outside.get(&asked);
        (asked, signed)
    };
    let (asked, signed) = unverified(app.api().passkey_options().await);
    refused(&sign_in(app, &asked, signed).await, 401, "invalid_passkey");
    let pending = app.api().sign_in(person).await;
    let (asked, signed) = unverified(app.api().second_step(&pending).await);
    refused(&sign_in(app, &asked, signed).await, 401, "invalid_passkey");
    let asked = api.post("/reauthenticate/options", Value::Null).await;
    let (asked, signed) = unverified(Asked::of(&asked));
    let reply = api.post("/reauthenticate", asked.body(signed)).await;
    refused(&reply, 422, "invalid_passkey");
    outside.verified = true;
}

/// A passkey whose counter falls back to one that was already used.
async fn assert_counted(mut outside: Outside) {
    let app = TestApp::start().await;
    let (person, _) = owner(&app, &mut outside).await;
    outside.run(&json!({ "op": "keep" }));
    for _ in 0..2 {
        let alone = sign_in_alone(&app, &mut outside).await;
        assert_eq!(alone.status, 200, "{alone:?}");
    }
    outside.run(&json!({ "op": "restore" }));
    let fallen = sign_in_alone(&app, &mut outside).await;
    refused(&fallen, 401, "invalid_passkey");
    app.post.mail(&person.email, "may have been copied").await;
    let events = app.audit().await;
    let event = "passkey_counter_fell_back".to_owned();
    assert!(events.contains(&event), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_passkey_rs_serves_everywhere() {
    assert_serves(Outside::passkey_rs()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_the_nid_emulator_serves_everywhere() {
    assert_serves(Outside::nid_emulator()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_of_passkey_rs_are_refused() {
    assert_refused(Outside::passkey_rs()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_of_the_nid_emulator_are_refused() {
    assert_refused(Outside::nid_emulator()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_of_passkey_rs_that_falls_back_is_refused() {
    assert_counted(Outside::passkey_rs()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_of_the_nid_emulator_that_falls_back_is_refused() {
    assert_counted(Outside::nid_emulator()).await;
}
