//! The keys that seal secrets are changed while users sign in.

use chrono::TimeDelta;
use futures_util::future::join_all;
use uuid::Uuid;
use vestibule::internals::{
    db::{
        self,
        mail::outbox::NewMail,
        upkeep::sealed::{Resealed, SealedColumn},
    },
    domain::secrets::random,
    flows::{
        FlowError, Services,
        upkeep::rotate_keys::{self, KeyUse},
    },
};

use crate::harness::TestApp;

const K1: &str = "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=";
const K2: &str = "k2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=";

/// Writes a mail that is to be sent tomorrow.
async fn waiting_mail(app: &TestApp, text: &[u8]) -> Uuid {
    let s = app.services();
    let id = random::id(s.random.as_ref());
    let place = SealedColumn::ALL[1].place(id);
    let sealed = s.ring.seal(s.random.as_ref(), place, text).unwrap();
    let mail = NewMail {
        id,
        user_id: None,
        kind: "verify_email",
        decoy: false,
        sealed: &sealed,
        next_attempt_at: s.now() + TimeDelta::days(1),
        expires_at: None,
        created_at: s.now(),
    };
    let written =
        s.db.transaction::<_, FlowError>(async |tx| Ok(db::mail::outbox::insert(tx, &mail).await?));
    written.await.unwrap();
    id
}

/// The number of values that each key seals: second factors, mails, imported files, accounts before an event.
async fn sealed_by(s: &Services) -> [Vec<(String, i64)>; 5] {
    let conn = s.db.connection().await.unwrap();
    let mut counts = Vec::new();
    for column in SealedColumn::ALL {
        let of_column = db::upkeep::sealed::count_by_key(&conn, column)
            .await
            .unwrap();
        counts.push(
            of_column
                .into_iter()
                .map(|count| (count.key_id, count.values))
                .collect(),
        );
    }
    counts.try_into().unwrap()
}

fn key(id: &str, in_ring: bool, sealed: i64, backup_codes: i64) -> KeyUse {
    KeyUse {
        key_id: id.to_owned(),
        in_ring,
        sealed,
        backup_codes,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_seals_everything_with_the_first_key() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let other = app.person().with_totp().await;
    for _ in 0..230 {
        waiting_mail(&app, b"a mail").await;
    }
    let mail = waiting_mail(&app, b"the last mail").await;

    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    let report = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let resealed: Vec<_> = report.columns.iter().map(|one| one.resealed).collect();
    assert_eq!(resealed, [2, 231, 0, 0, 0]);
    assert_eq!(
        report.keys,
        [key("k2", true, 233, 0), key("k1", true, 0, 20)]
    );
    let events = app.audit().await;
    let batches = events.iter().filter(|event| *event == "secrets_resealed");
    assert_eq!(batches.count(), 4, "one of second factors, three of mails");

    // A second run has nothing to do, and writes nothing.
    let again = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(again.is_complete() && again.columns.iter().all(|one| one.resealed == 0));
    assert_eq!(app.audit().await, events);

    // Backup codes depend on the old key, which is still there.
    let api = app.api().at(&both);
    let codes = &owner.backup_codes;
    assert_eq!(api.sign_in_with(&owner, &codes[0]).await.status, 200);

    // Without the old key, second factors work and mails can be unsealed. The backup codes are refused,
    // without a fault.
    let new_alone = app.another_node_with(&[("SEALING_KEYS", K2)]);
    let api = api.at(&new_alone);
    assert_eq!(api.sign_in_with(&owner, &owner.code()).await.status, 200);
    assert_eq!(api.sign_in_with(&other, &other.code()).await.status, 200);
    assert_eq!(api.sign_in_with(&owner, &codes[1]).await.status, 401);
    let reported = "DELETE FROM mails WHERE kind = 'second_factor_failed'";
    app.sql(reported, &[]).await;
    let row = "SELECT sealed FROM mails WHERE id::text = $1";
    let sealed: Vec<u8> = app.sql(row, &[&mail.to_string()]).await[0].get(0);
    let place = SealedColumn::ALL[1].place(mail);
    let opened = new_alone.services.ring.open(place, &sealed).unwrap();
    assert_eq!(opened, b"the last mail");
    let report = rotate_keys::rotate(&new_alone.services).await.unwrap();
    assert_eq!(
        report.keys,
        [key("k2", true, 234, 0), key("k1", false, 0, 19)],
        "and the account before the code that was refused"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_keeps_values_that_changed_after_it_read_them() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let quiet = app.person().with_totp().await;
    let [secrets, mails, ..] = SealedColumn::ALL;
    let sent = waiting_mail(&app, b"sent meanwhile").await;
    let waits = waiting_mail(&app, b"waits").await;
    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    let s = &both.services;
    let conn = s.db.connection().await.unwrap();
    let read = async |column: SealedColumn| -> Vec<Resealed> {
        let header = s.ring.header().unwrap();
        let found =
            db::upkeep::sealed::others_after(&conn, column, &header, Uuid::nil(), 100).await;
        let again = |from: db::upkeep::sealed::SealedRow| Resealed {
            to: (s.ring)
                .reseal(s.random.as_ref(), column.place(from.id), &from.sealed)
                .unwrap(),
            from,
        };
        found.unwrap().into_iter().map(again).collect()
    };
    let (of_secrets, of_mails) = (read(secrets).await, read(mails).await);
    assert_eq!((of_secrets.len(), of_mails.len()), (2, 2));

    // A node without the new key enrols another phone; a mail is sent and its text deleted.
    let fresh = app
        .services()
        .ring
        .seal(s.random.as_ref(), secrets.place(owner.id), &[7; 20])
        .unwrap();
    app.sql(
        "UPDATE totp_authenticators SET secret = $2 WHERE user_id::text = $1",
        &[&owner.id.to_string(), &fresh],
    )
    .await;
    app.sql(
        "UPDATE mails SET sealed = NULL, sent_at = now() WHERE id::text = $1",
        &[&sent.to_string()],
    )
    .await;

    drop(conn);
    let replaced = s.db.transaction::<_, FlowError>(async |tx| {
        let secrets = db::upkeep::sealed::replace(tx, secrets, &of_secrets).await?;
        let mails = db::upkeep::sealed::replace(tx, mails, &of_mails).await?;
        Ok((secrets, mails))
    });
    assert_eq!(replaced.await.unwrap(), (1, 1));
    let stands = "SELECT secret FROM totp_authenticators WHERE user_id::text = $1";
    let now: Vec<u8> = app.sql(stands, &[&owner.id.to_string()]).await[0].get(0);
    assert_eq!(now, fresh);
    let kept = app
        .sql("SELECT id::text FROM mails WHERE sealed IS NOT NULL", &[])
        .await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].get::<_, String>(0), waits.to_string());

    // The next pass finds the rows that this one missed.
    let report = rotate_keys::rotate(s).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(report.columns[0].resealed, 1);
    let api = app.api().at(&both);
    assert_eq!(api.sign_in_with(&quiet, &quiet.code()).await.status, 200);
}

/// Rotations back and forth without a pause. Some of them replace a secret after a sign-in has read it and
/// before the sign-in accepts its code.
#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_succeed_during_rotations() {
    let app = TestApp::start().await;
    let forth = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    let back = app.another_node_with(&[("SEALING_KEYS", &format!("{K1},{K2}"))]);
    let mut people = Vec::new();
    for _ in 0..12 {
        people.push(app.person().with_totp().await);
    }
    let api = app.api().at(&back);
    let mut resealed = 0;
    for round in 0..6 {
        let signing_in = join_all(people.iter().map(async |person| {
            let answer = api.sign_in_with(person, &person.code()).await;
            assert_eq!(answer.status, 200, "round {round}: {answer:?}");
        }));
        let rotating = async {
            loop {
                for node in [&forth, &back] {
                    let report = rotate_keys::rotate(&node.services).await.unwrap();
                    resealed += report.columns[0].resealed;
                }
            }
        };
        tokio::select! {
            _ = signing_in => {}
            () = rotating => {}
        }
        app.wait(TimeDelta::seconds(30));
    }
    assert!(resealed > 0, "nothing was tested");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_cannot_be_unsealed_are_kept_and_reported() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let victim = app.person().with_totp().await;
    // Moved from one row to another, as an attacker with access to the database might do.
    let moved = "UPDATE totp_authenticators SET secret =
        (SELECT secret FROM totp_authenticators WHERE user_id::text = $1) WHERE user_id::text = $2";
    app.sql(moved, &[&owner.id.to_string(), &victim.id.to_string()])
        .await;
    app.sql(
        "UPDATE mails SET sealed = '\\x00' WHERE id::text = $1",
        &[&waiting_mail(&app, b"spoiled").await.to_string()],
    )
    .await;

    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    let report = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(!report.is_complete());
    let [secrets, mails, ..] = &report.columns[..] else {
        panic!("{report:?}")
    };
    assert_eq!((secrets.resealed, secrets.unopened.len()), (1, 1));
    assert_eq!(secrets.unopened[0].0, victim.id);
    assert_eq!((mails.resealed, mails.unopened.len()), (0, 1));
    let [secrets, ..] = sealed_by(&both.services).await;
    assert_eq!(secrets, [("k1".to_owned(), 1), ("k2".to_owned(), 1)]);

    let unknown = app.another_node_with(&[("SEALING_KEYS", &K2.replace("k2", "k3"))]);
    let report = rotate_keys::rotate(&unknown.services).await.unwrap();
    assert!(!report.is_complete());
    assert_eq!(report.columns[0].unopened.len(), 2);
    assert_eq!(report.keys[0], key("k3", true, 0, 0));
    assert!(report.keys[1..].iter().all(|key| !key.in_ring));
}

/// Concurrent rotations, even in opposite directions, do not deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_at_once_do_not_disturb_each_other() {
    let app = TestApp::start().await;
    let forth = app.another_node_with(&[("SEALING_KEYS", &format!("{K2},{K1}"))]);
    let back = app.another_node_with(&[("SEALING_KEYS", &format!("{K1},{K2}"))]);
    for _ in 0..20 {
        app.person().with_totp().await;
    }
    let mut resealed = 0;
    for _ in 0..25 {
        let nodes = [&forth, &back].map(|node| rotate_keys::rotate(&node.services));
        for report in join_all(nodes).await {
            resealed += report.unwrap().columns[0].resealed;
        }
    }
    assert!(resealed > 100, "{resealed}: nothing was tested");
}

/// A new `bytea` column must be either sealed, and then rotated with the others, or listed here.
#[tokio::test(flavor = "multi_thread")]
async fn every_bytea_column_is_rotated_or_listed() {
    let app = TestApp::start().await;
    let hashes = [
        "account_throttles.key",
        "audit_events.subject_hash",
        "audit_seals.digest",
        "audit_seals.mac",
        "audit_seals.previous",
        "audit_seals.row_hashes",
        "backup_codes.mac",
        "invitations.token_hash",
        "passkeys.credential_id",
        "phone_codes.mac",
        "recoveries.link_hash",
        "sessions.previous_token_hash",
        "sessions.token_hash",
        "trusted_devices.secret_hash",
        "undo_points.spent",
    ];
    let sealed = SealedColumn::ALL.map(|one| format!("{}.{}", one.table, one.column));
    let mut known: Vec<String> = hashes
        .map(str::to_owned)
        .into_iter()
        .chain(sealed)
        .collect();
    known.sort();
    let columns = "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND udt_name IN ('bytea', '_bytea')";
    let rows = app.sql(columns, &[]).await;
    let mut found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    found.sort();
    assert_eq!(found, known);
}
