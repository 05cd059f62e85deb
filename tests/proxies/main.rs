//! The samples of `packaging/proxies`, run in front of the built binary: `script/test proxies`. In each, only ports and
//! the paths of certificates are replaced. curl is the browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod browser;
mod certificates;
#[path = "../support/cluster.rs"]
#[allow(dead_code, reason = "made for the tests of nodes")]
mod cluster;
#[path = "../nodes/node.rs"]
#[allow(dead_code, reason = "made for the tests of nodes")]
mod node;
mod samples;
mod site;

use std::fs;
use std::time::{Duration, Instant};

use browser::{Answer, Browser};
use samples::Sample;
use site::{BALANCER, Site};
use tokio::time::sleep;

/// A password that every rule accepts.
const PASSWORD: &str = "violet kettle marches north";
const ADDRESS: &str = "ada@example.org";
/// The address of a browser, as the proxy sees it. All of 127.0.0.0/8 is this machine.
const READER: &str = "127.0.0.5";

#[tokio::test]
#[ignore = "needs nginx: script/test proxies"]
async fn nginx() {
    story(&Sample::NGINX).await;
}

#[tokio::test]
#[ignore = "needs Caddy: script/test proxies"]
async fn caddy() {
    story(&Sample::CADDY).await;
}

#[tokio::test]
#[ignore = "needs HAProxy: script/test proxies"]
async fn haproxy() {
    story(&Sample::HAPROXY).await;
}

async fn story(sample: &Sample) {
    let site = Site::start(sample).await;
    clear_text_leads_to_https(&site);
    browsers_get_http_2_and_the_id_of_their_request(&site).await;
    another_name_is_refused(&site);
    a_browser_signs_in(&site);
    the_client_is_the_one_that_the_proxies_saw(&site).await;
    a_large_file_reaches_the_service(&site).await;
}

fn clear_text_leads_to_https(site: &Site) {
    let answer = Browser::new(site, READER).ask_in_clear("/login?next=/account");
    assert_eq!(answer.status, 308, "{answer:?}");
    let leads_to = answer.header("location").unwrap();
    assert!(
        leads_to.starts_with("https://login.example.org"),
        "{leads_to}"
    );
    assert!(leads_to.ends_with("/login?next=/account"), "{leads_to}");
}

async fn browsers_get_http_2_and_the_id_of_their_request(site: &Site) {
    let answer = Browser::new(site, READER).ask("/login", &[]);
    assert_eq!((answer.status, answer.protocol.as_str()), (200, "HTTP/2"));
    let id = answer.header("x-request-id").unwrap();
    // The line is written a moment after the answer.
    let began = Instant::now();
    while !site.node.log().contains(id) {
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(10), "{id} is not in the log");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(
        answer.header("strict-transport-security").is_some(),
        "{answer:?}"
    );
    let old = Browser::new(site, READER).ask("/login", &["--http1.1"]);
    assert_eq!((old.status, old.protocol.as_str()), (200, "HTTP/1.1"));
}

fn another_name_is_refused(site: &Site) {
    for protocol in ["--http2", "--http1.1"] {
        let browser = Browser::new(site, READER);
        let answer = browser.ask("/login", &[protocol, "--header", "Host: other.example.org"]);
        assert_eq!(answer.status, 421, "{answer:?}");
    }
}

fn a_browser_signs_in(site: &Site) {
    let browser = Browser::new(site, READER);
    let answer = browser.submit("/register", &[("email", ADDRESS), ("password", PASSWORD)]);
    assert_eq!(answer.status, 303, "{answer:?}");
    let again = Browser::new(site, READER);
    assert_eq!(
        again.ask("/account", &[]).status,
        303,
        "no one is signed in"
    );
    let answer = again.submit("/login", &[("email", ADDRESS), ("password", PASSWORD)]);
    assert_eq!(answer.header("location"), Some("/account"), "{answer:?}");
    let cookies = answer.headers("set-cookie");
    for name in ["__Host-access=", "__Host-refresh=", "__Host-session="] {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name));
        let cookie = cookie.unwrap_or_else(|| panic!("{name} in {cookies:?}"));
        assert!(cookie.contains("; Secure"), "{cookie}");
    }
    let page = again.ask("/account", &[]);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains(ADDRESS));
}

/// Two of our proxies are trusted: the sample at 127.0.0.1, and a balancer in front of it.
async fn the_client_is_the_one_that_the_proxies_saw(site: &Site) {
    let sql = site.cluster.sql().await;
    let (forged, reader) = ("198.51.100.66", "203.0.113.7");
    for (from, forwarded, client) in [
        (READER, None, READER),
        (READER, Some(forged.to_owned()), READER),
        (
            READER,
            Some(format!("{forged}, {BALANCER}, 127.0.0.1")),
            READER,
        ),
        (BALANCER, Some(reader.to_owned()), reader),
        (BALANCER, Some(format!("{forged}, {reader}")), reader),
        (BALANCER, None, BALANCER),
    ] {
        let header = forwarded.map(|hops| format!("X-Forwarded-For: {hops}"));
        let answer = sign_in_by_api(&Browser::new(site, from), header.as_deref());
        assert_eq!(answer.status, 200, "{answer:?}");
        let last = "SELECT host(ip) FROM audit_events WHERE event = 'signed_in' ORDER BY seq DESC";
        assert_eq!(sql.one(last).await, client, "from {from} with {header:?}");
    }
}

fn sign_in_by_api(browser: &Browser<'_>, header: Option<&str>) -> Answer {
    let body = format!(r#"{{"email": "{ADDRESS}", "password": "{PASSWORD}"}}"#);
    let mut arguments = vec!["--json", &body];
    arguments.extend(header.into_iter().flat_map(|header| ["--header", header]));
    browser.ask("/api/auth/login", &arguments)
}

/// The largest file of accounts that the service takes.
async fn a_large_file_reaches_the_service(site: &Site) {
    let file = site.cluster.folder().join("accounts.csv");
    let rows = format!("email\n{ADDRESS}\n");
    let empty_lines = "\n".repeat(10 * 1024 * 1024 - rows.len());
    fs::write(&file, rows + &empty_lines).unwrap();
    let admin = format!("UPDATE users SET role = 'admin' WHERE email = '{ADDRESS}'");
    site.cluster.sql().await.run(&admin).await;
    let browser = Browser::new(site, READER);
    browser.submit("/login", &[("email", ADDRESS), ("password", PASSWORD)]);
    let file = format!("file=@{};type=text/csv", file.display());
    let token = format!("csrf_token={}", browser.csrf_token("/admin/users/import"));
    let origin = site.origin_header();
    let fields = ["--form", &token, "--form", &file, "--header", &origin];
    let answer = browser.ask("/admin/users/import", &fields);
    assert_eq!(answer.status, 303, "{answer:?}");
    let arrived = site.cluster.sql().await;
    assert_eq!(arrived.one("SELECT count(*) FROM user_imports").await, "1");
}
