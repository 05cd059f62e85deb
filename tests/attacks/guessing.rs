//! Attempts to guess more often than the limits allow (ASVS 6.3.1).

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::harness::{Reply, TestApp, people::PASSWORD};

const REAL: (&str, &str) = ("RATE_LIMIT_SCALE", "1");
const WRONG: &str = "not the right password";

/// Ten guesses pause the account for every client (`lockout`). The limits of a client last longer.
fn past_the_pause(app: &TestApp) {
    app.wait(TimeDelta::seconds(5));
}

/// One guess by the API, with an `X-Forwarded-For`.
async fn guess(app: &TestApp, email: &str, forwarded: &str) -> u16 {
    let request = app.api().request(Method::POST, "/login");
    let request = request.header("x-forwarded-for", forwarded);
    let body = json!({ "email": email, "password": WRONG });
    Reply::of(request.json(&body)).await.status
}

/// (21) Signing in again gives a known browser no new allowance. However many entries an attacker who has
/// the password collects, they share one allowance.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_allows_no_further_guesses() {
    let app = TestApp::with(&[REAL]).await;
    let person = app.person().await;
    let mut browser = app.browser();
    // The first sign-in is by an unknown browser; then the known browser has ten in five minutes of its
    // own.
    for n in 0..11 {
        assert_eq!(browser.sign_in(&person).await.path(), "/account", "{n}");
        browser.submit("/logout", &[]).await;
    }
    assert_eq!(browser.sign_in(&person).await.status(), 429);

    let app = TestApp::with(&[REAL]).await;
    let person = app.person().await;
    let (mut passed, mut browsers) = (0, Vec::new());
    for _ in 0..9 {
        let mut browser = app.browser();
        assert_eq!(browser.sign_in(&person).await.path(), "/account");
        browser.submit("/logout", &[]).await;
        browsers.push(browser);
    }
    for n in 0..45 {
        let browser = &mut browsers[n % 9];
        if browser.sign_in(&person).await.path() == "/account" {
            passed += 1;
            browser.submit("/logout", &[]).await;
        }
    }
    // Twenty by known browsers, and eleven of the twenty that the address allows strangers.
    assert_eq!(passed, 31);
}

/// (16) Without a trusted proxy, no client may choose its own address (ASVS 15.3.4).
#[tokio::test(flavor = "multi_thread")]
async fn a_forwarding_header_is_ignored_without_a_trusted_proxy() {
    let app = TestApp::with(&[REAL]).await;
    let person = app.person().await;
    for n in 0..10 {
        assert_eq!(
            guess(&app, &person.email, &format!("203.0.113.{n}")).await,
            401
        );
    }
    assert_eq!(guess(&app, &person.email, "203.0.113.99").await, 429);
    assert_eq!(
        guess(&app, &person.email, "127.0.0.1, 198.51.100.1").await,
        429
    );
    // The form has the same limit.
    assert_eq!(app.browser().sign_in(&person).await.status(), 429);
}

/// (16) Behind one or two trusted proxies the header is read from the right, and what a client wrote
/// before it is ignored.
#[tokio::test(flavor = "multi_thread")]
async fn forwarded_addresses_before_the_trusted_hops_are_ignored() {
    for (trusted, tail) in [
        ("127.0.0.1/32", "198.51.100.7"),
        ("127.0.0.1/32,10.0.0.0/8", "198.51.100.7, 10.0.0.2"),
    ] {
        let app = TestApp::with(&[REAL, ("TRUSTED_PROXIES", trusted)]).await;
        let person = app.person().await;
        for n in 0..10 {
            let forwarded = format!("203.0.113.{n}, {tail}");
            assert_eq!(guess(&app, &person.email, &forwarded).await, 401);
        }
        past_the_pause(&app);
        let forwarded = format!("203.0.113.99, {tail}");
        assert_eq!(guess(&app, &person.email, &forwarded).await, 429);
        let other = tail.replace("198.51.100.7", "198.51.100.8");
        assert_eq!(
            guess(&app, &person.email, &other).await,
            401,
            "somebody else"
        );
    }
}

/// (17) A client can use every address of its /64, so the /64 counts as one client.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_one_network_share_the_limit_of_a_client() {
    let trusted = ("TRUSTED_PROXIES", "127.0.0.1/32");
    let app = TestApp::with(&[REAL, trusted]).await;
    let person = app.person().await;
    for n in 0..10 {
        let forwarded = format!("2001:db8:1:2:{n:x}::{n:x}");
        assert_eq!(guess(&app, &person.email, &forwarded).await, 401);
    }
    past_the_pause(&app);
    assert_eq!(
        guess(&app, &person.email, "2001:db8:1:2:ffff::1").await,
        429
    );
    assert_eq!(guess(&app, &person.email, "2001:db8:1:3::1").await, 401);
    // An IPv4 address counts on its own.
    let app = TestApp::with(&[REAL, trusted]).await;
    let person = app.person().await;
    for n in 0..10 {
        let forwarded = ["198.51.100.7", "::ffff:198.51.100.7"][n % 2];
        assert_eq!(guess(&app, &person.email, forwarded).await, 401);
    }
    past_the_pause(&app);
    assert_eq!(guess(&app, &person.email, "::ffff:c633:6407").await, 429);
}

/// (17) Aliases are different addresses that come from the same client.
#[tokio::test(flavor = "multi_thread")]
async fn aliases_share_the_limit_of_their_client() {
    let app = TestApp::with(&[REAL, ("RATE_LIMIT_LOGIN_IP", "10/1m")]).await;
    for n in 0..10 {
        assert_eq!(
            guess(&app, &format!("victim+{n}@example.com"), "").await,
            401
        );
    }
    assert_eq!(guess(&app, "victim+10@example.com", "").await, 429);
}

/// (18) All spellings of an address count as one.
#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_one_address_share_a_counter() {
    let app = TestApp::with(&[REAL]).await;
    let person = app.person().await;
    let spelt = [
        person.email.clone(),
        person.email.to_uppercase(),
        format!("  {} ", person.email),
        person.email.replace("example.com", "EXAMPLE.com"),
        person.email.replace("example", "\u{ff45}xample"),
    ];
    for n in 0..10 {
        assert_eq!(guess(&app, &spelt[n % spelt.len()], "").await, 401);
    }
    for email in &spelt {
        assert_eq!(guess(&app, email, "").await, 429, "{email}");
    }
}

/// (19) Signing in to the attacker's own account does not allow more guesses at others.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_to_another_account_resets_no_limit() {
    let app = TestApp::with(&[REAL, ("RATE_LIMIT_LOGIN_IP", "10/1m")]).await;
    let own = app.person().await;
    for n in 0..5 {
        assert_eq!(
            guess(&app, &format!("victim{n}@example.com"), "").await,
            401
        );
        assert_eq!(app.api().sign_in(&own).await.status, 200);
    }
    assert_eq!(guess(&app, "victim9@example.com", "").await, 429);
}

/// (22) A client that is throttled at one route is throttled at every other one that checks the same
/// secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_client_is_throttled_wherever_the_password_is_checked() {
    let app = TestApp::with(&[REAL]).await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    // Without its device cookie the browser counts as unknown; `lockout` tests known browsers.
    browser.jar.forget("__Host-device");
    let pair = app.api().sign_in(&person).await;
    for _ in 0..8 {
        assert_eq!(guess(&app, &person.email, "").await, 401);
    }
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    assert_eq!(app.browser().sign_in(&person).await.status(), 429);
    let api = app.api().with(&pair);
    let change =
        json!({ "current_password": PASSWORD, "new_password": "other walnut in the attic" });
    assert_eq!(api.post("/change-password", change).await.status, 429);
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", "other walnut in the attic"),
    ];
    assert_eq!(
        browser.submit("/account/password", &typed).await.status(),
        429
    );
}
