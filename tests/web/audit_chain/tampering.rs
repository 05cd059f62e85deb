//! Changed, removed and inserted rows are found.

use vestibule::internals::{
    domain::{
        audit::chain::{self, Head, Statement},
        secrets::{sealing::SealingRing, secret::Key},
    },
    flows::audit::verify::Finding,
};

use super::{found, segment, three_segments, verified};
use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn every_changed_column_of_a_row_is_found() {
    let app = three_segments().await;
    for change in [
        "at = at + interval '1 microsecond'",
        "at = 'infinity'",
        "event = 'signed_out'",
        "level = 'notice'",
        "actor_id = NULL",
        "subject_id = actor_id",
        "subject_hash = sha256('y')",
        "session_id = gen_random_uuid()",
        "ip = '192.0.2.8'",
        "ip = '192.0.2.7/24'",
        "user_agent = 'Firefox '",
        "user_agent = NULL",
        "detail = '{\"n\": 1.0}'",
        "detail = '{}'",
    ] {
        app.sql("CREATE TABLE kept AS SELECT * FROM audit_events", &[])
            .await;
        let sql = format!("UPDATE audit_events SET {change} WHERE seq = 7");
        app.sql(&sql, &[]).await;
        let expected = Finding::EventChanged { seq: 7, seal: 2 };
        assert_eq!(found(&app).await, [expected], "{change}");
        app.sql("DELETE FROM audit_events", &[]).await;
        app.sql("INSERT INTO audit_events SELECT * FROM kept", &[])
            .await;
        app.sql("DROP TABLE kept", &[]).await;
        assert_eq!(found(&app).await, [], "{change}, undone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_inserted_and_swapped_rows_are_found() {
    let app = three_segments().await;
    let removed = |seq, seal| Finding::EventRemoved { seq, seal };
    app.sql("DELETE FROM audit_events WHERE seq IN (3, 15)", &[])
        .await;
    assert_eq!(found(&app).await, [removed(3, 1), removed(15, 3)]);
    let insert =
        "INSERT INTO audit_events (seq, at, event, level) VALUES (15, now(), 'signed_in', 'info')";
    app.sql(insert, &[]).await;
    let changed = |seq, seal| Finding::EventChanged { seq, seal };
    assert_eq!(found(&app).await, [removed(3, 1), changed(15, 3)]);
    // Two rows are swapped.
    for (from, to) in [(6, 100), (7, 6), (100, 7)] {
        let swap = format!("UPDATE audit_events SET seq = {to} WHERE seq = {from}");
        app.sql(&swap, &[]).await;
    }
    let swapped = [changed(6, 2), changed(7, 2)];
    assert_eq!(found(&app).await[1..3], swapped);
    // A whole segment is deleted, but not its seal.
    app.sql("DELETE FROM audit_events WHERE seq BETWEEN 6 AND 10", &[])
        .await;
    let gone: Vec<_> = (6..=10).map(|seq| removed(seq, 2)).collect();
    assert_eq!(found(&app).await[1..6], gone);
    // At unused numbers, in the middle and before the first.
    let insert =
        "INSERT INTO audit_events (seq, at, event, level) VALUES (0, now(), 'signed_in', 'info')";
    app.sql(insert, &[]).await;
    assert_eq!(found(&app).await[0], Finding::EventInserted { seq: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_in_the_gap_of_an_undone_transaction_is_found() {
    let app = TestApp::start().await;
    segment(&app, 2).await;
    app.sql("SELECT nextval('audit_events_seq_seq')", &[]).await;
    segment(&app, 2).await;
    let insert =
        "INSERT INTO audit_events (seq, at, event, level) VALUES (3, now(), 'signed_in', 'info')";
    app.sql(insert, &[]).await;
    assert_eq!(found(&app).await, [Finding::EventInserted { seq: 3 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_changed_column_of_a_seal_is_found() {
    let app = three_segments().await;
    app.sql("CREATE TABLE kept AS SELECT * FROM audit_seals", &[])
        .await;
    for change in [
        "sealed_at = sealed_at + interval '1 microsecond'",
        "after_seq = 4",
        "last_seq = 9",
        "events = 4",
        "digest = sha256('x')",
        "purged_through = 1",
        "previous = sha256('x')",
        "key_id = 'k9'",
        "mac = sha256('x')",
        "row_hashes = NULL",
        "row_hashes = overlay(row_hashes placing '\\x00' from 12)",
    ] {
        let sql = format!("UPDATE audit_seals SET {change} WHERE number = 2");
        app.sql(&sql, &[]).await;
        let found = found(&app).await;
        let names_it = |finding: &Finding| match finding {
            Finding::SealChanged { seal } | Finding::ListChanged { seal } => *seal == 2,
            Finding::KeyMissing { from, through, .. } => (*from, *through) == (2, 2),
            _ => false,
        };
        assert!(found.iter().any(names_it), "{change}: {found:?}");
        app.sql("DELETE FROM audit_seals", &[]).await;
        app.sql("INSERT INTO audit_seals SELECT * FROM kept", &[])
            .await;
    }
    assert_eq!(crate::audit_chain::found(&app).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_and_reordered_seals_are_found() {
    let app = three_segments().await;
    let (before, _) = verified(app.services(), None).await;
    let swap =
        "UPDATE audit_seals SET number = CASE number WHEN 1 THEN 2 ELSE 1 END WHERE number < 3";
    app.sql(
        "ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_pkey",
        &[],
    )
    .await;
    app.sql(swap, &[]).await;
    let changed = |seal| Finding::SealChanged { seal };
    let swapped = found(&app).await;
    assert!(
        swapped.contains(&changed(1)) && swapped.contains(&changed(2)),
        "{swapped:?}"
    );
    app.sql(swap, &[]).await;
    assert_eq!(found(&app).await, []);

    // A seal with all that it covers: the gap in the numbers reveals it.
    app.sql(
        "CREATE TABLE kept AS SELECT * FROM audit_seals WHERE number = 2",
        &[],
    )
    .await;
    app.sql("DELETE FROM audit_seals WHERE number = 2", &[])
        .await;
    app.sql("DELETE FROM audit_events WHERE seq BETWEEN 6 AND 10", &[])
        .await;
    let gap = Finding::SealsRemoved {
        from: 2,
        through: 2,
    };
    assert_eq!(found(&app).await, [gap]);
    app.sql("UPDATE audit_seals SET number = 2 WHERE number = 3", &[])
        .await;
    let (unlinked, changed) = (Finding::SealUnlinked { seal: 2 }, changed(2));
    assert_eq!(found(&app).await, [unlinked, changed]);

    // The end of the chain: only a recorded seal reveals it.
    app.sql("DELETE FROM audit_seals WHERE number = 2", &[])
        .await;
    app.sql("DELETE FROM audit_events WHERE seq > 5", &[]).await;
    assert_eq!(found(&app).await, []);
    let (_, found) = verified(app.services(), before.head).await;
    assert_eq!(found, [Finding::NotAsExpected { seal: 3 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_reports_when_the_end_of_the_chain_is_cut() {
    let app = TestApp::start().await;
    segment(&app, 1).await;
    segment(&app, 1).await;
    app.sql("ALTER TABLE audit_seals DISABLE TRIGGER USER", &[])
        .await;
    app.sql("DELETE FROM audit_seals WHERE number = 2", &[])
        .await;
    segment(&app, 1).await;
    let reported = "SELECT detail->>'seal' FROM audit_events WHERE event = 'audit_log_cut'";
    let reported = app.sql(reported, &[]).await;
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].get::<_, String>(0), "2");
}

/// An attacker with only the database changes a row, and then everything that depends on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_recomputed_without_the_key_is_found() {
    let app = three_segments().await;
    app.sql(
        "UPDATE audit_events SET ip = '198.51.100.1' WHERE seq = 2",
        &[],
    )
    .await;
    let guessed = SealingRing::new(("k1".to_owned(), Key::new([7; 32])), vec![]);
    let conn = &mut app.services().db.connection().await.unwrap();
    let mut head = Head::NONE;
    for segment in vestibule::internals::db::audit::seals::segments(conn, 0, 10)
        .await
        .unwrap()
    {
        let events = vestibule::internals::db::audit::seals::events(
            conn,
            segment.after_seq,
            segment.last_seq,
            10,
        );
        let list = chain::row_hashes(&events.await.unwrap());
        let says: Statement = head.next(0, segment.last_seq, &list, &guessed);
        let seal = says.seal(&guessed).unwrap();
        let update = "UPDATE audit_seals SET row_hashes = $2, digest = $3, previous = $4, mac = $5,
            sealed_at = 'epoch' WHERE number = $1";
        let says = &seal.says;
        app.sql(
            update,
            &[&says.number, &list, &says.digest, &says.previous, &seal.mac],
        )
        .await;
        head = seal.head();
    }
    let forged: Vec<_> = (1..=3).map(|seal| Finding::SealChanged { seal }).collect();
    assert_eq!(found(&app).await, forged);
}
