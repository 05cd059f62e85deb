//! Bad input for every field of every form and call, from one table of routes and fields: answered with a
//! 4xx as a page or problem document, never with a fault, and without growing memory.
//!
//! `Answer` and `Reply` check each answer: no 500, and a page with a heading or a problem document.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    defences::FORMS,
    harness::{
        Api, Browser, Reply, TestApp, answer::Answer, browser::urlencoded, people::PASSWORD,
        settings::ORIGIN,
    },
};

/// Every call with a body, with its fields.
pub(crate) const CALLS: [(&str, &[&str]); 14] = [
    ("/register", &["email", "password", "display_name"]),
    ("/login", &["email", "password"]),
    ("/login/mfa", &["mfa_token", "code"]),
    ("/refresh", &["refresh_token"]),
    ("/logout", &["refresh_token"]),
    ("/forgot-password", &["email"]),
    ("/reset-password", &["token", "new_password"]),
    ("/verify-email", &["token", "password", "new_password"]),
    ("/resend-verification", &["email"]),
    ("/change-password", &["current_password", "new_password"]),
    ("/reauthenticate", &["password"]),
    ("/mfa/totp/enroll", &["password"]),
    ("/mfa/totp/confirm", &["code"]),
    ("/mfa/totp/disable", &["password"]),
];

const MEGABYTE: usize = 1 << 20;
/// How much the process may grow during a second round of all requests.
const MAY_GROW: u64 = 8 << 20;

/// Fields that the flow does not read, or that may be missing.
fn is_optional(path: &str, field: &str) -> bool {
    match path {
        // Without a pending sign-in, challenge or setup, the page redirects to the one where it begins.
        "/login/verify"
        | "/login/passkey"
        | "/account/phone/confirm"
        | "/logout"
        | "/mfa/totp/enroll"
        | "/mfa/totp/disable"
        // The other one of two fields that both prove the identity is under test.
        | "/reauthenticate" => true,
        "/verify-email" => field != "token",
        _ => matches!(field, "display_name" | "remember_me" | "next"),
    }
}

/// Odd text that a new password may contain.
const ODD_TEXT: &str = "%F0%9F%92%A9%E2%80%AE%0D%0ASet-Cookie:%20a=b";

/// A valid value for this field, so that only the field under test is bad.
fn harmless(field: &str) -> &'static str {
    match field {
        "email" => "somebody@example.com",
        "code" => "000000",
        "next" => "/account",
        "remember_me" | "trust_device" => "on",
        "display_name" => "Somebody",
        "token" | "mfa_token" | "refresh_token" => "a.b.c",
        _ => PASSWORD,
    }
}

/// URL-encoded bodies with one bad field each, which no page of ours sends.
fn bad_forms(fields: &[&str], bad: &str, token: &str) -> Vec<Vec<u8>> {
    let others = fields.iter().filter(|field| **field != bad);
    let mut sent = vec![("csrf_token", token)];
    sent.extend(others.map(|field| (*field, harmless(field))));
    let rest = urlencoded(&sent);
    let with = |value: &str| format!("{rest}&{bad}={value}").into_bytes();
    let mut invalid = with("");
    invalid.extend(b"\xff\xfe\xc3(");
    vec![
        rest.clone().into_bytes(),
        with(""),
        with(&format!("x&{bad}=y")),
        with("%00"),
        with("a%00b%00"),
        with("%FF%FE%C3%28"),
        with("%ZZ%"),
        with(&"x".repeat(4096)),
        with(&"x".repeat(MEGABYTE)),
        format!("{rest}&{bad}[]=x&{bad}[a]=y").into_bytes(),
        invalid,
        // At the end, because a changed password ends the session.
        with(ODD_TEXT),
    ]
}

/// JSON bodies with one bad field each; `true` if the body cannot be parsed.
fn bad_bodies(fields: &[&str], bad: &str) -> Vec<(Vec<u8>, bool)> {
    let mut rest = Map::new();
    for field in fields.iter().filter(|field| **field != bad) {
        rest.insert((*field).to_owned(), json!(harmless(field)));
    }
    let with = |value: Value| {
        let mut body = rest.clone();
        body.insert(bad.to_owned(), value);
        serde_json::to_vec(&body).unwrap()
    };
    let raw = |value: &[u8]| {
        let text = String::from_utf8(with(json!("@"))).unwrap();
        let (before, after) = text.split_once("\"@\"").unwrap();
        [before.as_bytes(), value, after.as_bytes()].concat()
    };
    let deep = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
    let deep_object = ["{\"a\":".repeat(10_000), "}".repeat(10_000)].concat();
    vec![
        (serde_json::to_vec(&rest).unwrap(), false),
        (with(Value::Null), false),
        (with(json!("")), false),
        (with(json!(1)), true),
        (with(json!(1.5e300)), true),
        (with(json!(true)), true),
        (with(json!(["a"])), true),
        (with(json!({ "a": "b" })), true),
        (raw(format!("\"x\", \"{bad}\": \"y\"").as_bytes()), true),
        (with(json!("\0")), false),
        (with(json!("a\0b")), false),
        (with(json!("x".repeat(4096))), false),
        (with(json!("x".repeat(MEGABYTE))), true),
        (raw(b"\"\xff\xfe\xc3(\""), true),
        (raw(b"\"\\ud800\""), true),
        (raw(b"1e999999"), true),
        (raw(&deep), true),
        (raw(deep_object.as_bytes()), true),
        (raw(b"\"unclosed"), true),
    ]
}

struct Attacker {
    browser: Browser,
    token: String,
    api: Api,
}

impl Attacker {
    /// Signed in, so that pages for signed-in users are reached as well.
    async fn new(app: &TestApp) -> Self {
        let person = app.person().await;
        let mut browser = app.browser();
        browser.sign_in(&person).await;
        browser.visit("/account/password").await;
        let fields = browser.form("/account/password", &[]).filled(&[]);
        let token = fields.into_iter().find(|(name, _)| name == "csrf_token");
        let pair = app.api().sign_in(&person).await;
        Self {
            browser,
            token: token.unwrap().1,
            api: app.api().with(&pair),
        }
    }

    async fn send_form(&self, path: &str, body: Vec<u8>) -> Answer {
        let request = self
            .browser
            .post_request(path)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin");
        Answer::of(request.body(body)).await
    }

    async fn send_call(&self, path: &str, body: Vec<u8>) -> Reply {
        let request = self.api.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        Reply::of(request.body(body)).await
    }
}

/// Every form, with each kind of bad input in each field.
async fn every_form(app: &TestApp) {
    for (path, fields) in FORMS {
        if path == "/logout" {
            continue;
        }
        for bad in fields {
            let attacker = Attacker::new(app).await;
            for body in bad_forms(fields, bad, &attacker.token) {
                let answer = attacker.send_form(path, body.clone()).await;
                let is_odd = body.ends_with(ODD_TEXT.as_bytes());
                let may_pass = is_optional(path, bad) || (is_odd && bad.contains("password"));
                let refused = (400..500).contains(&answer.status);
                let end =
                    String::from_utf8_lossy(&body[body.len().saturating_sub(80)..]).into_owned();
                assert!(
                    refused || (may_pass && answer.status < 400),
                    "{path} {bad} ...{end}: {answer:?}"
                );
                if refused {
                    assert!(answer.body.contains("<h1>"), "{path} {bad}: {answer:?}");
                }
            }
        }
    }
}

/// Every call, with each kind of bad input in each field.
async fn every_call(app: &TestApp) {
    for (path, fields) in CALLS {
        for bad in fields {
            let attacker = Attacker::new(app).await;
            for (body, hopeless) in bad_bodies(fields, bad) {
                let start = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
                let reply = attacker.send_call(path, body).await;
                let refused = (400..500).contains(&reply.status);
                let may_pass = !hopeless && is_optional(path, bad);
                assert!(
                    refused || (may_pass && reply.status < 400),
                    "{path} {bad} {start}: {reply:?}"
                );
            }
        }
    }
}

/// The resident memory of this process, which includes the app.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib << 10
}

/// Runs one round to warm up, and a second one that must not make the process larger.
async fn twice(round: impl AsyncFn()) {
    round().await;
    let before = resident();
    round().await;
    let grown = resident().saturating_sub(before);
    assert!(grown < MAY_GROW, "grew by {} KiB", grown >> 10);
}

/// Without throttling, so that every request is processed.
const NO_LIMITS: [(&str, &str); 1] = [("RATE_LIMIT_SCALE", "1000000")];

#[tokio::test(flavor = "multi_thread")]
async fn every_form_refuses_bad_input_without_growing_memory() {
    let app = TestApp::with(&NO_LIMITS).await;
    twice(async || every_form(&app).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_refuses_bad_input_without_growing_memory() {
    let app = TestApp::with(&NO_LIMITS).await;
    twice(async || every_call(&app).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_an_object_is_refused() {
    let app = TestApp::start().await;
    for (path, _) in CALLS {
        for body in [
            "",
            "[]",
            "\"text\"",
            "1",
            "null",
            "{",
            "{}{}",
            "{\"a\":1,}",
            "\u{feff}{}",
        ] {
            let request = app.api().request(Method::POST, path);
            let request = request
                .header("content-type", "application/json")
                .body(body);
            let reply = Reply::of(request).await;
            assert!(
                (400..500).contains(&reply.status),
                "{path} {body:?}: {reply:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_query_is_refused() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    for path in ["/verify-email", "/reset-password"] {
        for query in [
            "",
            "?token=",
            "?token=%00",
            "?token=%FF",
            "?token=a&token=b",
            "?token=a.b.c",
        ] {
            let request = browser.request(Method::GET, &format!("{path}{query}"));
            let answer = browser.send(request).await;
            assert!(
                (400..500).contains(&answer.status),
                "{path}{query}: {}",
                answer.status
            );
            assert!(answer.body.contains("<h1>"), "{path}{query}");
        }
        let long = format!("{path}?token={}", "x".repeat(20_000));
        let answer = browser.send(browser.request(Method::GET, &long)).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
    }
    for query in ["?next=%00", "?next=%FF", "?next=a&next=b"] {
        let answer = browser
            .send(browser.request(Method::GET, &format!("/login{query}")))
            .await;
        assert!(answer.status < 500, "{query}");
    }
}
