//! When events are sealed, with which key, and how long they are kept.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{sleep, timeout};
use vestibule::internals::flows::{
    audit::{
        seals::{self, Sealer},
        verify::Finding,
    },
    upkeep::rotate_keys,
};

use super::{K1, K2, found, sealed, segment, verified};
use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn old_keys_can_be_removed_once_a_newer_seal_vouches() {
    let app = TestApp::start().await;
    segment(&app, 3).await;
    let new = app.another_node_with(&[("SEALING_KEYS", K2)]);
    let (_, found) = verified(&new.services, None).await;
    let missing = Finding::KeyMissing {
        from: 1,
        through: 1,
        key_id: "k1".to_owned(),
    };
    assert_eq!(found, [missing]);
    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    rotate_keys::rotate(&both.services).await.unwrap();
    rotate_keys::rotate(&both.services).await.unwrap();
    let (report, found) = verified(&new.services, None).await;
    assert_eq!((report.seals, found), (2, vec![]));
    // Events that were sealed with the old key still cannot be changed unnoticed.
    app.sql("ALTER TABLE audit_seals DISABLE TRIGGER USER", &[])
        .await;
    app.sql(
        "UPDATE audit_seals SET sealed_at = now() WHERE number = 1",
        &[],
    )
    .await;
    let (_, found) = verified(&new.services, None).await;
    assert!(
        found.contains(&Finding::SealUnlinked { seal: 2 }),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_while_earlier_events_may_still_appear() {
    let app = TestApp::start().await;
    let late = app.another_connection().await;
    let insert = "INSERT INTO audit_events (at, event, level) VALUES (now(), 'signed_in', 'info')";
    late.batch_execute(&format!("BEGIN; {insert}"))
        .await
        .unwrap();
    app.sql(insert, &[]).await;
    let mut sealer = Sealer::default();
    for _ in 0..3 {
        assert_eq!(sealer.round(app.services()).await.unwrap(), 0);
    }
    let (report, _) = verified(app.services(), None).await;
    assert_eq!((report.seals, report.waiting), (0, 1));
    late.batch_execute("COMMIT").await.unwrap();
    assert_eq!(sealed(&app).await.events, 2);
    // A transaction that is rolled back only leaves a gap.
    late.batch_execute(&format!("BEGIN; {insert}; {insert}; ROLLBACK"))
        .await
        .unwrap();
    assert_eq!(segment(&app, 1).await.events, 3);
    let seqs = app
        .sql("SELECT seq FROM audit_events ORDER BY seq", &[])
        .await;
    let seqs: Vec<i64> = seqs.iter().map(|row| row.get(0)).collect();
    assert_eq!(seqs, [1, 2, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_to_change_the_log() {
    let app = TestApp::start().await;
    segment(&app, 2).await;
    let conn = app.another_connection().await;
    for forbidden in [
        "UPDATE audit_events SET level = 'notice'",
        "UPDATE audit_events SET level = 'notice' WHERE false",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE seq = 1",
        "TRUNCATE audit_events",
        "TRUNCATE audit_events, audit_seals",
        "UPDATE audit_seals SET row_hashes = NULL",
        "UPDATE audit_seals SET key_id = 'k9'",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ] {
        let refused = conn.batch_execute(forbidden).await.unwrap_err();
        let said = refused.as_db_error().unwrap().message().to_owned();
        assert!(said.contains("append-only"), "{forbidden}: {said}");
    }
    sealed(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_segments_are_purged_as_a_whole_and_the_rest_verifies() {
    let app = TestApp::with(&[("AUDIT_RETENTION_DAYS", "30")]).await;
    segment(&app, 4).await;
    app.wait(TimeDelta::days(20));
    segment(&app, 3).await;
    assert_eq!(seals::purge(app.services()).await.unwrap(), 0);
    app.wait(TimeDelta::days(11));
    let purged = async {
        // The sealer may hold the lock.
        while seals::purge(app.services()).await.unwrap() == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), purged).await.unwrap();
    let report = sealed(&app).await;
    assert_eq!((report.purged_through, report.events), (1, 4));
    let reported = "SELECT detail::text FROM audit_events WHERE event = 'audit_log_purged'";
    let reported: String = app.sql(reported, &[]).await[0].get(0);
    assert_eq!(
        reported,
        r#"{"events": 4, "origin": "service", "through": 1}"#
    );
    let lists = "SELECT number FROM audit_seals WHERE row_hashes IS NULL";
    assert_eq!(app.sql(lists, &[]).await.len(), 1);
    assert_eq!(seals::purge(app.services()).await.unwrap(), 0);

    // Half a segment cannot be deleted, and a purge without the key is found.
    let conn = app.another_connection().await;
    let forge = "INSERT INTO audit_seals SELECT number + 1, sealed_at, last_seq, last_seq, 0, '',
        sha256(''), 2, digest, key_id, mac FROM audit_seals ORDER BY number DESC LIMIT 1";
    let half = format!("{forge}; DELETE FROM audit_events WHERE seq = 5");
    let refused = conn.batch_execute(&half).await.unwrap_err();
    let said = refused.as_db_error().unwrap().message().to_owned();
    assert!(said.contains("whole segments"), "{said}");
    let whole = format!("{forge}; DELETE FROM audit_events WHERE seq <= 7");
    conn.batch_execute(&whole).await.unwrap();
    let found = found(&app).await;
    let gone = |seq| found.contains(&Finding::EventRemoved { seq, seal: 2 });
    assert!((5..=7).all(gone), "{found:?}");
}
