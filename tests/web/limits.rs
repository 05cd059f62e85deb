//! The table of `docs/limits.md` is compared with the settings and with real requests. A page and its call
//! are used in turn, because they share a counter.

use std::{cell::Cell, fs, path::Path};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Browser, Person, TestApp, answer::Answer, browser::urlencoded, people::PASSWORD,
    settings::ORIGIN,
};

const BEHIND_A_PROXY: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.1");
const REAL: (&str, &str) = ("RATE_LIMIT_SCALE", "1");

/// One line of the table.
#[derive(Debug)]
struct Documented {
    route: String,
    setting: String,
    limit: String,
    by: String,
    pages: Vec<String>,
    calls: Vec<String>,
}

impl Documented {
    fn all() -> Vec<Self> {
        let names = |cell: &str| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        let page = file("docs/limits.md");
        let lines = page.lines().filter(|line| line.contains("| `RATE_LIMIT_"));
        lines
            .map(|line| {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                Self {
                    route: cells[1].to_owned(),
                    setting: cells[2].trim_matches('`').to_owned(),
                    limit: cells[3].to_owned(),
                    by: cells[4].to_owned(),
                    pages: names(cells[5]),
                    calls: names(cells[6]),
                }
            })
            .collect()
    }

    fn burst(&self) -> usize {
        self.limit.split_once('/').unwrap().0.parse().unwrap()
    }

    /// The time after which one more request passes.
    fn each(&self) -> TimeDelta {
        let time = self.limit.split_once('/').unwrap().1;
        let (count, unit) = time.split_at(time.len() - 1);
        let unit = match unit {
            "m" => TimeDelta::minutes(1),
            "h" => TimeDelta::hours(1),
            other => panic!("{other}"),
        };
        unit * count.parse().unwrap() / i32::try_from(self.burst()).unwrap()
    }
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_documented_numbers_are_the_defaults() {
    let documented: Vec<String> = Documented::all()
        .iter()
        .map(|line| format!("{}={}", line.setting, line.limit))
        .collect();
    let example = file(".env.example");
    let defaults: Vec<&str> = example
        .lines()
        .filter_map(|line| line.strip_prefix("#RATE_LIMIT_"))
        .filter(|line| !line.starts_with("SCALE") && !line.starts_with("EXEMPT"))
        .collect();
    let documented: Vec<&str> = documented
        .iter()
        .map(|line| line.strip_prefix("RATE_LIMIT_").unwrap())
        .collect();
    assert_eq!(documented, defaults);
}

/// Clients and addresses that no other line of the table has used.
#[derive(Default)]
struct Fresh(Cell<u32>);

impl Fresh {
    fn next(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    fn client(&self) -> String {
        let n = self.next();
        format!("10.{}.{}.1", n / 200, n % 200)
    }

    fn email(&self) -> String {
        format!("nobody{}@example.com", self.next())
    }
}

/// A user at the second step, in a browser and as a program.
struct Waiting {
    browser: Browser,
    token: String,
    wrong: String,
}

/// What the attempts need.
struct Attempts<'a> {
    app: &'a TestApp,
    fresh: Fresh,
    visitor: Browser,
    csrf: String,
    waiting: Vec<Waiting>,
}

impl<'a> Attempts<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let mut visitor = app.browser();
        let csrf = visitor.csrf_token().await;
        Self {
            app,
            fresh: Fresh::default(),
            visitor,
            csrf,
            waiting: Vec::new(),
        }
    }

    /// Adds a user for whose codes there were no guesses yet.
    async fn wait_for_a_code(&mut self) {
        let person: Person = self.app.person().with_totp().await;
        let mut browser = self.app.browser();
        assert_eq!(browser.sign_in(&person).await.path(), "/login/verify");
        let pending = self.app.api().sign_in(&person).await;
        self.waiting.push(Waiting {
            browser,
            token: pending.text("mfa_token").to_owned(),
            wrong: person.phone.as_ref().unwrap().wrong_code(),
        });
    }

    /// One attempt at a page or a call, without earlier failures that count against the account.
    async fn at(&self, route: &Route, client: &str, email: &str) -> u16 {
        self.app.sql("DELETE FROM account_throttles", &[]).await;
        let waiting = self.waiting.last();
        let code = |of: fn(&Waiting) -> &str| waiting.map(of).unwrap_or_default();
        let wrong = code(|waiting| &waiting.wrong);
        let request = match route {
            Route::Call(call) => {
                let body = body_of(call, email, code(|waiting| &waiting.token), wrong);
                self.app.api().request(Method::POST, call).json(&body)
            }
            Route::Page(path) => {
                let (browser, csrf) = match (path.as_str(), waiting) {
                    ("/login/verify", Some(waiting)) => (
                        &waiting.browser,
                        waiting.browser.form(path, &[]).filled(&[]),
                    ),
                    _ => (
                        &self.visitor,
                        vec![("csrf_token".into(), self.csrf.clone())],
                    ),
                };
                let mut fields: Vec<(String, String)> = csrf;
                fields.retain(|(name, _)| name == "csrf_token");
                let body = body_of(path, email, "", wrong);
                for (name, value) in body.as_object().unwrap() {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    fields.push((name.clone(), text));
                }
                browser
                    .post_request(path)
                    .header("origin", ORIGIN)
                    .body(urlencoded(&fields))
            }
        };
        Answer::of(request.header("x-forwarded-for", client))
            .await
            .status
    }
}

#[derive(Debug)]
enum Route {
    Page(String),
    Call(String),
}

/// An attempt that fails unless a limit refuses it first.
fn body_of(path: &str, email: &str, token: &str, code: &str) -> Value {
    match path {
        "/login" => json!({ "email": email, "password": "not the right password" }),
        "/login/verify" => json!({ "code": code }),
        "/login/mfa" => json!({ "mfa_token": token, "code": code }),
        "/login/passkey/options" => json!({}),
        "/login/passkey" => json!({ "challenge_token": "a.b.c", "credential": {} }),
        "/register" => json!({ "email": email, "password": "short" }),
        "/forgot-password" | "/resend-verification" => json!({ "email": email }),
        "/reset-password" => json!({ "token": "a.b.c", "new_password": PASSWORD }),
        "/password-strength" => json!({ "password": "short" }),
        "/verify-email" | "/confirm-email" | "/not-me" => {
            json!({ "token": "a.b.c", "password": PASSWORD })
        }
        other => panic!("how to try {other}?"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_requests_pass_as_documented() {
    let app = TestApp::with(&[REAL, BEHIND_A_PROXY]).await;
    let mut attempts = Attempts::new(&app).await;
    for line in Documented::all() {
        let routes: Vec<Route> = line
            .pages
            .iter()
            .cloned()
            .map(Route::Page)
            .chain(line.calls.iter().cloned().map(Route::Call))
            .collect();
        let (one_client, one_email) = (attempts.fresh.client(), attempts.fresh.email());
        let codes = line.route == "second_factor";
        let by_client_alone = line.by == "client";
        let (mut passed, mut tried) = (0, 0);
        for n in 0..=line.burst() + 1 {
            // A new account, before the limit of the last one's codes is reached.
            if codes && (n == 0 || (by_client_alone && n % 8 == 0)) {
                attempts.wait_for_a_code().await;
            }
            let client = match line.by.as_str() {
                "client" | "address and client" => one_client.clone(),
                _ => attempts.fresh.client(),
            };
            let email = match line.by.as_str() {
                "address" | "address and client" => one_email.clone(),
                _ => attempts.fresh.email(),
            };
            tried += 1;
            let status = attempts
                .at(&routes[n % routes.len()], &client, &email)
                .await;
            assert!(
                matches!(status, 200 | 202 | 401 | 422 | 429),
                "{line:?} {status}"
            );
            passed += usize::from(status != 429);
            assert!(
                status == 429 || passed == tried,
                "{line:?}: one passed after one was refused"
            );
        }
        assert_eq!(passed, line.burst(), "{line:?}");
        app.wait(line.each());
        for (route, passes) in routes.iter().zip([true, false]) {
            let (client, email) = match line.by.as_str() {
                "client" => (one_client.clone(), attempts.fresh.email()),
                "address" => (attempts.fresh.client(), one_email.clone()),
                _ => (one_client.clone(), one_email.clone()),
            };
            let status = attempts.at(route, &client, &email).await;
            assert_eq!(status != 429, passes, "{line:?} at {route:?}: {status}");
        }
    }
}

async fn guess(app: &TestApp, client: &str, email: &str) -> u16 {
    let body = json!({ "email": email, "password": "not the right password" });
    let request = app.api().request(Method::POST, "/login").json(&body);
    Answer::of(request.header("x-forwarded-for", client))
        .await
        .status
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exempt_network_or_a_disabled_limit_refuses_no_one() {
    let app = TestApp::with(&[
        REAL,
        BEHIND_A_PROXY,
        ("RATE_LIMIT_EXEMPT", "192.0.2.0/24"),
        ("RATE_LIMIT_LOGIN_EMAIL", "off"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "2/1m"),
    ])
    .await;
    let email = "somebody@example.com";
    for n in 0..25 {
        app.sql("DELETE FROM account_throttles", &[]).await;
        assert_eq!(guess(&app, "192.0.2.9", email).await, 401);
        assert_eq!(guess(&app, &format!("10.0.0.{n}"), email).await, 401);
    }
    app.sql("DELETE FROM account_throttles", &[]).await;
    assert_eq!(guess(&app, "10.0.0.0", email).await, 401);
    assert_eq!(guess(&app, "10.0.0.0", email).await, 429);
    // A forged header of the client exempts no one.
    assert_eq!(guess(&app, "192.0.2.9, 10.0.0.0", email).await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_are_not_limited() {
    let app = TestApp::with(&[REAL, ("RATE_LIMIT_LOGIN_IP", "1/1m")]).await;
    let probe = async |path: &str| {
        let request = app.browser().request(Method::GET, path);
        Answer::of(request).await.status
    };
    for _ in 0..100 {
        assert_eq!(probe("/healthz").await, 200);
        assert_eq!(probe("/readyz").await, 200);
        assert_eq!(probe("/login").await, 200);
    }
    assert_eq!(guess(&app, "", "a@example.com").await, 401);
    assert_eq!(guess(&app, "", "a@example.com").await, 429);
    assert_eq!(probe("/readyz").await, 200);
}
