//! The chain over the audit log: changes of rows and seals outside the service are found, and without
//! changes nothing is found.

mod sealing;
mod tampering;

use std::time::Duration;

use tokio::time::{sleep, timeout};
use vestibule::internals::flows::{
    Services,
    audit::verify::{self, Finding, Noted, Report},
};

use crate::harness::TestApp;

const K1: &str = "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
const K2: &str = "k2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=";

async fn verified(s: &Services, expected: Option<Noted>) -> (Report, Vec<Finding>) {
    let mut found = Vec::new();
    let mut tell = |finding: &Finding| found.push(finding.clone());
    let report = verify::verify(s, expected, &mut tell).await.unwrap();
    assert_eq!(report.findings, found.len() as u64);
    (report, found)
}

async fn found(app: &TestApp) -> Vec<Finding> {
    verified(app.services(), None).await.1
}

/// Waits until no event waits. Other tests of the same cluster may hold transactions open.
async fn sealed(app: &TestApp) -> Report {
    let settle = async {
        loop {
            let (report, found) = verified(app.services(), None).await;
            assert_eq!(found, []);
            if report.waiting == 0 {
                return report;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let settled = timeout(Duration::from_secs(20), settle).await;
    settled.expect("the log is sealed")
}

/// Writes events and seals them together.
async fn segment(app: &TestApp, events: u32) -> Report {
    let insert = format!(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, subject_hash, session_id, ip, user_agent, detail)
         SELECT '2026-03-03T14:05:00.123456Z', 'signed_in', 'info', gen_random_uuid(), gen_random_uuid(),
                sha256('x'), gen_random_uuid(), '192.0.2.7', 'Firefox', '{{\"n\": 1}}'
         FROM generate_series(1, {events})"
    );
    app.sql(&insert, &[]).await;
    sealed(app).await
}

/// Three segments of five events, without the triggers that keep an owner of the tables from changing
/// them.
async fn three_segments() -> TestApp {
    let app = TestApp::start().await;
    for count in 1..=3 {
        let report = segment(&app, 5).await;
        assert_eq!((report.seals, report.events), (count, 5 * count));
    }
    for table in ["audit_events", "audit_seals"] {
        let disable = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
        app.sql(&disable, &[]).await;
    }
    app
}
