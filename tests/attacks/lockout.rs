//! Guesses at one account from many clients and at several nodes: the account throttle (ASVS 6.3.1). The
//! flood limits are set so high that they do not interfere.

mod ceiling;
mod codes;
mod known;

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::json;
use vestibule::internals::db::sign_in::throttles;
use vestibule::internals::flows::upkeep::purge;
use vestibule::internals::throttle::account::Guess;

use crate::harness::{
    Api, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

/// The thresholds of production, with flood limits that no test reaches.
const SETTINGS: [(&str, &str); 5] = [
    ("RATE_LIMIT_SCALE", "1"),
    ("RATE_LIMIT_LOGIN_IP", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL_IP", "100000/1m"),
    ("RATE_LIMIT_SECOND_FACTOR_EMAIL", "100000/1m"),
];
const DEVICE: &str = "__Host-device";

async fn app() -> TestApp {
    TestApp::with(&SETTINGS).await
}

async fn guess(api: &Api, email: &str) -> Reply {
    let body = json!({ "email": email, "password": "not the right password" });
    api.post("/login", body).await
}

/// Guesses until no unknown browser can sign in, and waits for each pause. After the hundredth guess there
/// is no pause to wait for: the next attempt is refused, and a link is mailed.
async fn block(app: &TestApp, email: &str) {
    let api = app.api();
    for n in 0..100 {
        assert_eq!(guess(&api, email).await.status, 401, "guess {n}");
        if (9..99).contains(&n) {
            app.wait(TimeDelta::minutes(15));
        }
    }
}

/// The same state, written to the database.
async fn blocked(app: &TestApp, email: &str) {
    assert_eq!(guess(&app.api(), email).await.status, 401);
    set_failures(app, Guess::Password, email, 100).await;
}

/// Changes the count of failures, which must exist.
async fn set_failures(app: &TestApp, guess: Guess, email: &str, failures: i32) {
    let key = app.services().account_throttle.key_of(guess, email);
    let update = "UPDATE account_throttles SET failures = $2 WHERE key = $1 RETURNING 1";
    let rows = app.sql(update, &[&key.as_slice(), &failures]).await;
    assert_eq!(rows.len(), 1);
}

fn wait_of(reply: &Reply) -> i64 {
    assert_eq!((reply.status, reply.code()), (429, "too_many_requests"));
    let wait = reply.answer.header("retry-after").unwrap();
    wait.parse().unwrap()
}

fn link(token: &str) -> String {
    format!("/unlock?token={token}")
}

/// (20) Attempts are counted before they are checked: ten of two hundred are, at two nodes, on the page
/// and the API, whether or not the address has an account.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_concurrent_guesses_ten_are_checked() {
    let app = app().await;
    let other = app.another_node();
    let person = app.person().await;
    for email in [person.email.as_str(), "nobody@example.com"] {
        let (here, there) = (app.api(), app.api().at(&other));
        let mut browser = app.browser();
        browser.visit("/login").await;
        let typed = [("email", email), ("password", "not the right password")];
        let mut browsers = vec![browser; 40];
        let by_form = browsers.iter_mut().map(async |browser| {
            let page = browser.submit("/login", &typed).await;
            page.status()
        });
        let by_call = (0..160).map(async |n| {
            let api = if n % 2 == 0 { &here } else { &there };
            guess(api, email).await.status
        });
        let (forms, calls) = join(join_all(by_form), join_all(by_call)).await;
        let all = [forms, calls].concat();
        let with = |status| all.iter().filter(|s| **s == status).count();
        assert_eq!((with(401), with(429)), (10, 190), "{all:?}");
        assert_eq!(wait_of(&guess(&there, email).await), 5);
    }
}

/// (18) All spellings of an address share this counter, too.
#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_an_address_share_the_account_counter() {
    let app = app().await;
    let person = app.person().await;
    let spelt = [
        person.email.to_uppercase(),
        format!("  {} ", person.email),
        person.email.replace("example", "\u{ff45}xample"),
    ];
    for n in 0..10 {
        assert_eq!(guess(&app.api(), &spelt[n % 3]).await.status, 401);
    }
    assert_eq!(guess(&app.api(), &person.email).await.status, 429);
}

/// Pauses double. Only a sign-in by the owner resets the count of failures.
#[tokio::test(flavor = "multi_thread")]
async fn pauses_double_until_the_owner_signs_in() {
    let app = app().await;
    let person = app.person().await;
    let api = app.api();
    for round in 0..2 {
        for _ in 0..9 {
            assert_eq!(guess(&api, &person.email).await.status, 401);
        }
        assert_eq!(api.sign_in(&person).await.status, 200, "round {round}");
    }
    for _ in 0..10 {
        assert_eq!(guess(&api, &person.email).await.status, 401);
    }
    for pause in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900] {
        assert_eq!(wait_of(&api.sign_in(&person).await), pause);
        app.wait(TimeDelta::seconds(pause - 1));
        assert_eq!(wait_of(&api.sign_in(&person).await), 1);
        app.wait(TimeDelta::seconds(1));
        assert_eq!(guess(&api, &person.email).await.status, 401);
    }
    app.wait(TimeDelta::minutes(15));
    assert_eq!(api.sign_in(&person).await.status, 200);
    assert_eq!(guess(&api, &person.email).await.status, 401);
    let noted = app.audit().await;
    let pauses = noted.iter().filter(|event| *event == "sign_in_paused");
    assert!((1..=2).contains(&pauses.count()), "once an hour at most");
}

/// (22) While an account is paused, strangers are refused at every route that checks its password.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_account_refuses_strangers_wherever_the_password_is_checked() {
    let app = app().await;
    let person = app.person().verified().await;
    let squatted = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.jar.forget(DEVICE);
    let signed_in = app.api().with(&app.api().sign_in(&person).await);
    let resend = json!({ "email": squatted.email });
    app.api().post("/resend-verification", resend).await;
    let token = app.post.mail(&squatted.email, "Verify").await.token();
    // The sign-in itself does not count as reauthentication any more.
    app.wait(TimeDelta::minutes(11));
    for target in [&person, &squatted] {
        for _ in 0..10 {
            assert_eq!(guess(&app.api(), &target.email).await.status, 401);
        }
    }
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    assert_eq!(app.browser().sign_in(&person).await.status(), 429);
    let password = json!({ "password": PASSWORD });
    for (call, body) in [
        ("/reauthenticate", password.clone()),
        ("/mfa/totp/enroll", password.clone()),
        ("/mfa/totp/disable", password.clone()),
        ("/mfa/backup-codes", password),
        (
            "/change-password",
            json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD }),
        ),
        (
            "/verify-email",
            json!({ "token": token, "password": PASSWORD }),
        ),
    ] {
        assert_eq!(signed_in.post(call, body).await.status, 429, "{call}");
    }
    browser.visit("/reauthenticate?next=/account").await;
    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.status(), 429);
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!(page.status(), 429);
    let mut stranger = app.browser();
    stranger
        .visit(&format!("/verify-email?token={token}"))
        .await;
    let page = stranger
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.status(), 429);
}

/// Two requests read the clock in one order and reach the database in the other. While no pause runs,
/// neither is refused.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_attempts_may_arrive_out_of_clock_order() {
    let app = app().await;
    let services = app.services();
    let conn = services.db.connection().await.unwrap();
    let pauses = services.account_throttle.schedule(Guess::Code).pauses();
    let (key, now) = ([7; 32], services.now());
    for n in 0..5 {
        let at = now - TimeDelta::milliseconds(n);
        let passed = throttles::reserve(&conn, &key, pauses, at).await;
        assert!(passed.unwrap(), "attempt {n}");
    }
    for (seconds, passes) in [(0, false), (25, false), (30, true), (30, false)] {
        let at = now + TimeDelta::seconds(seconds);
        let passed = throttles::reserve(&conn, &key, pauses, at).await;
        assert_eq!(passed.unwrap(), passes, "after {seconds} s");
    }
}

/// An attempt whose password was not checked, for lack of time, is not a failure: a flood of hashes cannot
/// pause other accounts.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_not_checked_is_not_a_failure() {
    let app = TestApp::with(&[
        ("HASHING_CONCURRENCY", "1"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
        // The first failure causes a pause.
        ("RATE_LIMIT_SCALE", "0.1"),
        ("RATE_LIMIT_LOGIN_IP", "100000/1m"),
    ])
    .await;
    let api = app.api();
    let guesses = (0..200).map(async |n| guess(&api, &format!("p{n}@example.com")).await.status);
    let all = join_all(guesses).await;
    let with = |status| all.iter().filter(|s| **s == status).count();
    assert_eq!(with(401) + with(503), 200, "{all:?}");
    assert!(with(503) > 0, "no attempt was refused");
    let failed = "SELECT count(*) FROM account_throttles WHERE failures > 0";
    let failed: i64 = app.sql(failed, &[]).await[0].get(0);
    assert_eq!(usize::try_from(failed).unwrap(), with(401));
    let paused = "SELECT count(*) FROM account_throttles WHERE next_allowed_at > tried_at";
    let paused: i64 = app.sql(paused, &[]).await[0].get(0);
    assert_eq!(usize::try_from(paused).unwrap(), with(401));
}

/// Counters without a new attempt are deleted after a month, except those of blocked addresses.
#[tokio::test(flavor = "multi_thread")]
async fn idle_counters_are_deleted_and_blocked_ones_are_kept() {
    let app = app().await;
    let person = app.person().await;
    blocked(&app, &person.email).await;
    guess(&app.api(), "nobody@example.com").await;
    let count = async || {
        let rows = "SELECT count(*) FROM account_throttles";
        app.sql(rows, &[]).await[0].get::<_, i64>(0)
    };
    app.wait(TimeDelta::days(30));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count().await, 2);
    app.wait(TimeDelta::seconds(1));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count().await, 1);
    assert_eq!(app.api().sign_in(&person).await.status, 429);
}
