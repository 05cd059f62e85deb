//! Secrets in a request do not appear in answers, mails or logs, and hostile text cannot forge log lines (ASVS 14.2.1,
//! 16.2.5, 16.4.1).

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use reqwest::Method;
use serde_json::{Map, Value, json};
use vestibule::internals::{
    telemetry::{self, Format},
    web::routes,
};

use crate::harness::{
    TestApp,
    answer::Answer,
    browser::{http, urlencoded},
    people::{NEW_PASSWORD, PASSWORD, Phone},
    settings::{HOST, ORIGIN},
};

/// Everything that the process logs, including our own debug lines.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Collects the lines of this process. Tests in the same process share them.
    pub(super) fn kept() -> Self {
        static KEPT: OnceLock<Lines> = OnceLock::new();
        let keep = || {
            let lines = Self::default();
            let writer = lines.clone();
            let filter = "debug,vestibule=trace";
            let subscriber =
                telemetry::subscriber(Format::Pretty, filter, false, move || writer.clone());
            tracing::subscriber::set_global_default(subscriber.unwrap()).unwrap();
            lines
        };
        KEPT.get_or_init(keep).clone()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Secret fields of all forms and calls.
const SECRET: [&str; 10] = [
    "password",
    "current_password",
    "new_password",
    "code",
    "token",
    "mfa_token",
    "refresh_token",
    "access_token",
    "csrf_token",
    "challenge_token",
];

fn canary(field: &str) -> String {
    format!("canary-of-{}-4711-xyzzy", field.replace('_', "-"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_mail_or_log_line_repeats_a_secret_of_a_request() {
    let lines = Lines::kept();
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let pages = routes::page_paths().map(|(path, _)| path.to_owned());
    let mut answers = Vec::new();
    for path in pages.chain(routes::api_paths().map(|(path, _)| path)) {
        let is_api = path.starts_with("/api/");
        let path = path.replace("{id}", "00000000-0000-4000-8000-000000000000");
        for signed_in in [false, true] {
            let mut browser = app.browser();
            if signed_in {
                browser.sign_in(&person).await;
            }
            let csrf = browser.csrf_token().await;
            let fields = SECRET.map(|name| match name {
                "csrf_token" => (name, csrf.clone()),
                _ => (name, canary(name)),
            });
            let query = format!("{path}?token={}&code={}", canary("token"), canary("code"));
            let cookies = format!(
                "__Host-access={}; __Host-refresh={}; __Host-session={}; __Host-device={}",
                canary("access"),
                canary("refresh"),
                canary("session"),
                canary("device")
            );
            let planted = http().get(app.url() + &path).header("host", HOST);
            answers.push((
                path.clone(),
                Answer::of(planted.header("cookie", cookies)).await,
            ));
            let bearer = http().get(app.url() + &path).header("host", HOST);
            answers.push((
                path.clone(),
                Answer::of(bearer.bearer_auth(canary("bearer"))).await,
            ));
            let opened = browser.request(Method::GET, &query);
            answers.push((path.clone(), Answer::of(opened).await));
            let post = if is_api {
                let body: Map<String, Value> = fields
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .chain([("email".to_owned(), json!("somebody@example.com"))])
                    .collect();
                browser.request(Method::POST, &path).json(&body)
            } else {
                let mut fields: Vec<(&str, String)> = fields.to_vec();
                fields.push(("email", "somebody@example.com".to_owned()));
                browser.post_request(&path).body(urlencoded(&fields))
            };
            let post = post
                .header("origin", ORIGIN)
                .header("sec-fetch-site", "same-origin");
            answers.push((path.clone(), Answer::of(post).await));
        }
    }
    for (path, answer) in &answers {
        // The page of a mailed link repeats a valid token in its form; these are not valid.
        let case = format!("{path}: {answer:?}");
        assert!(!answer.body.contains("canary"), "{case}");
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            // The path to return to after signing in may repeat the query.
            assert!(name == "location" || !value.contains("canary"), "{case}");
        }
    }
    app.outbox_is_empty().await;
    for mail in app.post.mailbox().sent() {
        assert!(
            !mail.text.contains("canary") && !mail.html.contains("canary"),
            "{mail:?}"
        );
    }
    let text = lines.text();
    assert!(
        text.matches("answered").count() > answers.len(),
        "nothing was kept"
    );
    for line in text.lines() {
        assert!(!line.contains("canary"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_valid_secret_is_logged() {
    let lines = Lines::kept();
    let app = TestApp::start().await;
    let api = app.api();
    let email = "secrets@example.com";
    let mut secrets = vec![PASSWORD.to_owned(), NEW_PASSWORD.to_owned()];
    let register = json!({ "email": email, "password": PASSWORD });
    let pair = api.post("/register", register).await;
    secrets.push(pair.text("access_token").to_owned());
    secrets.push(pair.text("refresh_token").to_owned());
    let token = app.post.mail(email, "Verify").await.token();
    api.with(&pair)
        .post("/verify-email", json!({ "token": token }))
        .await;
    secrets.push(token);
    let signed_in = api.with(&pair);
    let enrolment = signed_in
        .post("/mfa/totp/enroll", json!({ "password": PASSWORD }))
        .await;
    let secret = enrolment.text("secret").to_owned();
    let phone = Phone::new(&secret, &app.clock);
    let confirmed = signed_in
        .post("/mfa/totp/confirm", json!({ "code": phone.code() }))
        .await;
    secrets.extend([secret.clone(), secret.replace(' ', "")]);
    let codes = confirmed.body["backup_codes"].as_array().unwrap();
    secrets.extend(codes.iter().map(|code| code.as_str().unwrap().to_owned()));
    let rotated = api.refresh(confirmed.text("refresh_token")).await;
    secrets.push(rotated.text("refresh_token").to_owned());
    api.post("/forgot-password", json!({ "email": email }))
        .await;
    let token = app.post.mail(email, "Reset").await.token();
    let reset = json!({ "token": token, "new_password": NEW_PASSWORD });
    let pending = api.post("/reset-password", reset).await;
    secrets.extend([token, pending.text("mfa_token").to_owned()]);
    let code = codes[0].as_str().unwrap();
    let second = json!({ "mfa_token": pending.text("mfa_token"), "code": code });
    assert_eq!(api.post("/login/mfa", second).await.status, 200);
    let mut browser = app.browser();
    browser.visit("/login").await;
    browser
        .submit("/login", &[("email", email), ("password", NEW_PASSWORD)])
        .await;
    browser
        .submit("/login/verify", &[("code", codes[1].as_str().unwrap())])
        .await;
    for name in ["__Host-access", "__Host-refresh", "__Host-session"] {
        secrets.push(browser.jar.value(name).unwrap().to_owned());
    }
    secrets.push(browser.csrf_token().await);

    app.outbox_is_empty().await;
    let text = lines.text();
    assert!(text.contains("answered"), "nothing was kept");
    for secret in &secrets {
        assert!(secret.len() > 8, "{secret}");
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret}");
    }
    // Mails contain only their own secrets: no password, no code, no token of a session.
    for mail in app.post.mailbox().sent() {
        let body = format!("{}{}{}", mail.subject, mail.text, mail.html);
        let of_links = |secret: &&String| !body.contains(&format!("?token={secret}"));
        for secret in secrets.iter().filter(of_links) {
            assert!(!body.contains(secret.as_str()), "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_adds_no_log_lines() {
    let lines = Lines::kept();
    let app = TestApp::start().await;
    let hostile = "a\r\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J\u{9b}31m\u{202e}\u{2028}z";
    let encoded = "%0d%0aERROR%20forged%1b%5b2J";
    for (path, _) in routes::api_paths() {
        let fields = SECRET.iter().chain(&["email", "display_name", "next"]);
        let body: Map<String, Value> = fields
            .map(|name| ((*name).to_owned(), json!(hostile)))
            .collect();
        let request = app.api().request_at(Method::POST, &path).json(&body);
        Answer::of(request.header("user-agent", "a\u{9b}31m\u{202e}forged")).await;
    }
    for (path, _) in routes::page_paths() {
        let mut browser = app.browser();
        let csrf = browser.csrf_token().await;
        let mut fields = vec![("csrf_token", csrf.as_str())];
        fields.extend(["email", "password", "code", "token", "new_password"].map(|n| (n, hostile)));
        let request = browser.post_request(path).header("origin", ORIGIN);
        Answer::of(request.body(urlencoded(&fields))).await;
        for odd in [
            format!("{path}?next={encoded}&token={encoded}"),
            format!("{path}/{encoded}"),
        ] {
            let odd = odd.replace("{id}", encoded);
            Answer::of(browser.request(Method::GET, &odd)).await;
        }
    }
    let text = lines.text();
    assert!(text.contains("answered"), "nothing was kept");
    for line in text.lines() {
        let is_stamped = line.starts_with("20") && line.as_bytes().get(4) == Some(&b'-');
        assert!(is_stamped, "{line:?}");
        let is_forged = line
            .chars()
            .any(|c| c.is_control() || c == '\u{202e}' || c == '\u{2028}');
        assert!(!is_forged, "{line:?}");
        assert!(!line.contains("Z ERROR forged"), "{line:?}");
    }
}
