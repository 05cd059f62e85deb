//! `/metrics` on its own listener.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

/// The address at which the node serves metrics, from its log.
fn metrics_of(node: &Node) -> String {
    let log = node.log();
    let (_, after) = log.split_once("metrics=").expect("metrics are served");
    let address = after.split_whitespace().next().expect("an address");
    format!("http://{address}")
}

pub(crate) async fn scrape(node: &Node) -> String {
    let answer = node.http.get(format!("{}/metrics", metrics_of(node)));
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let media_type = answer.headers()["content-type"].to_str().expect("ASCII");
    assert!(
        media_type.starts_with("text/plain; version=0.0.4"),
        "{media_type}"
    );
    answer.text().await.expect("text")
}

#[tokio::test]
async fn metrics_count_events_without_personal_data() {
    let cluster = Cluster::start().await;
    let settings = [
        ("METRICS_ADDR", "127.0.0.1:0"),
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "3/1h"),
        // Nothing listens at this address: every look-up fails, and every password passes.
        ("HIBP_ENABLED", "true"),
        ("HIBP_API_URL", "http://127.0.0.1:1"),
    ];
    let node = Node::with(&cluster, &settings).await;
    let ada = Person::register(&node, "ada").await;
    ada.sign_in(&node).await;
    for _ in 0..2 {
        ada.sign_in_with(&node, "not the right password")
            .await
            .expect(401);
    }
    ada.sign_in_with(&node, "not the right password")
        .await
        .expect(429);
    assert_eq!(node.me(&ada.pair).await, 200);
    for n in 0..50 {
        let asked = node.http.get(node.url(&format!("/nothing/{n}"))).send();
        assert_eq!(asked.await.expect("an answer").status(), 404);
    }

    let login = "route=\"/api/auth/login\",method=\"POST\"";
    let expected = [
        format!(
            "vestibule_build_info{{version=\"{}\"}} 1",
            env!("CARGO_PKG_VERSION")
        ),
        format!("vestibule_http_requests_total{{{login},status=\"2xx\"}} 1"),
        format!("vestibule_http_requests_total{{{login},status=\"4xx\"}} 3"),
        "vestibule_http_requests_total{route=\"unknown\",method=\"GET\",status=\"4xx\"} 50".into(),
        "vestibule_http_request_duration_seconds_count{route=\"/api/auth/me\"} 1".into(),
        "vestibule_sign_ins_total{outcome=\"signed_in\"} 1".into(),
        "vestibule_sign_ins_total{outcome=\"rejected\"} 2".into(),
        "vestibule_sign_ins_total{outcome=\"throttled\"} 1".into(),
        "vestibule_throttled_total{route=\"login\"} 1".into(),
        "vestibule_hashing_in_use 0".into(),
        "vestibule_hashing_waiting 0".into(),
        "vestibule_hashing_refused_total 0".into(),
        "vestibule_database_connections_max 10".into(),
        "vestibule_mails_total{outcome=\"sent\"} 1".into(),
        "vestibule_mails_total{outcome=\"given_up\"} 0".into(),
        "vestibule_outbox_waiting 0".into(),
        "vestibule_outbox_waiting_seconds 0".into(),
    ];
    let all_there = async {
        loop {
            let text = scrape(&node).await;
            let missing = expected
                .iter()
                .find(|line| !text.lines().any(|l| l == *line));
            // The mail is sent a moment later.
            match missing {
                Some(line) if line.contains("mail") || line.contains("outbox") => {
                    sleep(Duration::from_millis(50)).await;
                }
                Some(line) => panic!("{line} is missing\n{text}"),
                None => return text,
            }
        }
    };
    let text = timeout(Duration::from_secs(20), all_there)
        .await
        .expect("mailed");
    let failed = "vestibule_breach_lookups_total{result=\"failed\"}";
    assert!(text.contains(failed), "{text}");
    let alerts = include_str!("../../docs/metrics/alerts.yml");
    let metrics = alerts.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for metric in metrics.filter(|word| word.starts_with("vestibule_")) {
        assert!(text.contains(metric), "no {metric}, which an alert needs");
    }
    for private in ["ada", "example.org", "nothing", "127.0.0.1"] {
        assert!(!text.contains(private), "{private}\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().expect("a value");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }

    let base = metrics_of(&node);
    for (path, status) in [("/", 404), ("/metrics/x", 404), ("/metrics?x=1", 200)] {
        let answer = node.http.get(format!("{base}{path}")).send().await;
        assert_eq!(answer.expect("an answer").status(), status, "{path}");
    }
    let posted = node.http.post(format!("{base}/metrics")).send().await;
    assert_eq!(posted.expect("an answer").status(), 405);
    let on_the_site = node.http.get(node.url("/metrics")).send().await;
    assert_eq!(on_the_site.expect("an answer").status(), 404);
}

/// Mails that are held back on purpose are not late.
#[tokio::test]
async fn the_oldest_mail_that_is_late_counts() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("METRICS_ADDR", "127.0.0.1:0")]).await;
    let waits = async |created: &str, columns: &str, values: &str| {
        let row = format!(
            "INSERT INTO mails (id, kind, sealed, next_attempt_at, created_at{columns}) VALUES
             (gen_random_uuid(), 'verify_email', '\\x00', now() + '1 h', now() - interval '{created}'{values})"
        );
        cluster.sql().await.run(&row).await;
        let text = scrape(&node).await;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{text}"))
                .trim()
                .parse::<i64>()
        };
        let age = value("vestibule_outbox_waiting_seconds ").unwrap();
        (value("vestibule_outbox_waiting ").unwrap(), age)
    };
    let decoy = waits("3 h", ", decoy", ", true").await;
    assert_eq!(decoy, (0, 0), "never to be sent");
    let held = waits("2 h", ", merge_key", ", gen_random_uuid()").await;
    assert_eq!(held, (1, 0));
    let (mails, age) = waits("20 min", ", attempts", ", 5").await;
    assert_eq!(mails, 2);
    assert!((1200..1300).contains(&age), "{age}");
}

/// A scraper does not wait for clients that only connect.
#[tokio::test]
async fn idle_connections_do_not_delay_a_scraper() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &[("METRICS_ADDR", "127.0.0.1:0")]).await;
    let address = metrics_of(&node);
    let address = address.trim_start_matches("http://");
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"GET /met").await.expect("taken");
        idle.push(stream);
    }
    let scraped = timeout(Duration::from_secs(4), scrape(&node)).await;
    assert!(scraped.expect("at once").contains("vestibule_build_info"));
    node.kill().await;
}
