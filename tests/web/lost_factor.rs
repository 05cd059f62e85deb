//! The delayed removal of a lost second factor: the way through it, its deadlines, and what ends it.

mod ended;
mod races;
mod refused;

use chrono::TimeDelta;
use futures_util::future::join;
use insta::assert_snapshot;
use vestibule::internals::flows::authenticators::recovery::due;

use crate::harness::{
    Browser, Page, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    readable,
};

const PATH: &str = "/login/lost-factor";

/// Gives the password and asks for the removal, in a fresh browser.
pub(crate) async fn ask(app: &TestApp, person: &Person) -> Page {
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(person).await.path(), "/login/verify");
    let csrf = browser.csrf_token().await;
    browser.post(PATH, &[("csrf_token", csrf)]).await
}

/// Moves the clock, and lets everything happen that is due.
pub(crate) async fn wait(app: &TestApp, by: TimeDelta) {
    // What is mailed before is mailed in time.
    app.outbox_is_empty().await;
    app.wait(by);
    due::run(app.services()).await.unwrap();
    app.outbox_is_empty().await;
}

/// Waits until the link is mailed. Its token.
pub(crate) async fn link(app: &TestApp, person: &Person) -> String {
    for _ in 0..2 {
        wait(app, TimeDelta::hours(36)).await;
    }
    let mail = app.post.mail(&person.email, "Remove the lost").await;
    mail.token_of("/recover")
}

/// Uses the link in a fresh browser, with a new password.
pub(crate) async fn recover(app: &TestApp, token: &str) -> (Browser, Page) {
    let mut browser = app.browser();
    let csrf = browser.csrf_token().await;
    let fields = [
        ("csrf_token", csrf.as_str()),
        ("token", token),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.post("/recover", &fields).await;
    (browser, page)
}

/// Whether a removal waits that can still lead to a link, or whose link works.
pub(crate) async fn waits(app: &TestApp, person: &Person) -> bool {
    let sql =
        "SELECT 1 FROM recoveries r JOIN users u ON u.id = r.user_id AND u.revocation_id = r.rev
        AND u.disabled_at IS NULL WHERE u.id::text = $1";
    !app.sql(sql, &[&person.id.to_string()]).await.is_empty()
}

/// The number of mails of a kind to this user.
pub(crate) async fn mails(app: &TestApp, person: &Person, kind: &str) -> i64 {
    let sql = "SELECT count(*) FROM mails WHERE user_id::text = $1 AND kind = $2";
    let rows = app.sql(sql, &[&person.id.to_string(), &kind]).await;
    rows[0].get(0)
}

/// How the recoveries of this user ended, according to the audit log.
async fn ends(app: &TestApp, person: &Person) -> Vec<String> {
    let sql = "SELECT detail->>'by' FROM audit_events WHERE subject_id::text = $1
        AND event = 'recovery_ended' ORDER BY seq";
    let rows = app.sql(sql, &[&person.id.to_string()]).await;
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_without_the_factor_comes_back_after_three_days() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    let page = browser.sign_in(&person).await;
    assert!(page.html().contains(PATH), "{}", page.html());
    let page = browser.visit(PATH).await;
    assert_snapshot!(readable::page(&page));
    let page = browser.submit(PATH, &[]).await;
    assert_snapshot!(readable::page(&page));
    let mail = app.post.mail(&person.email, "wants to remove").await;
    assert!(
        mail.text().contains("6 March 2026 at 14:05 UTC"),
        "{}",
        mail.text()
    );
    wait(&app, TimeDelta::hours(36)).await;
    let mail = app.post.mail(&person.email, "Reminder").await;
    assert!(
        mail.text().contains("6 March 2026 at 14:05 UTC"),
        "{}",
        mail.text()
    );
    assert!(
        mail.text().contains("When: 3 March 2026"),
        "{}",
        mail.text()
    );
    wait(&app, TimeDelta::hours(36)).await;
    let mail = app.post.mail(&person.email, "Remove the lost").await;

    // Mail scanners open links.
    for _ in 0..2 {
        assert_eq!(app.browser().visit(&mail.link()).await.status(), 200);
    }
    let mut browser = app.browser();
    let page = browser.visit(&mail.link()).await;
    assert_snapshot!(readable::page(&page));
    let page = browser
        .submit("/recover", &[("new_password", "short")])
        .await;
    assert_eq!((page.status(), page.path()), (422, "/recover"));
    let page = browser
        .submit("/recover", &[("new_password", NEW_PASSWORD)])
        .await;
    assert_eq!((page.status(), page.path()), (200, "/account"));
    assert_snapshot!(readable::page(&page));
    let mail = app.post.mail(&person.email, "was removed").await;
    assert!(mail.text().contains("/not-me?token="));
    assert_eq!(
        mails(&app, &person, "password_changed").await,
        0,
        "one mail for one act"
    );

    let old = app.browser().sign_in(&person).await;
    assert_eq!(old.status(), 401);
    let person = Person {
        password: NEW_PASSWORD.to_owned(),
        ..person
    };
    assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
    let codes = app.sql("SELECT 1 FROM backup_codes", &[]).await;
    assert!(codes.is_empty());
    let events = app.audit().await;
    let of = |name: &str| events.iter().filter(|event| *event == name).count();
    for event in [
        "recovery_started",
        "recovery_link_sent",
        "account_recovered",
    ] {
        assert_eq!(of(event), 1, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_deadline_holds_to_the_millisecond() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let (before, at) = (TimeDelta::milliseconds(-1), TimeDelta::milliseconds(1));
    ask(&app, &person).await;
    for (hours, kind) in [(36, "recovery_halfway"), (36, "recovery_link")] {
        wait(&app, TimeDelta::hours(hours) + before).await;
        assert_eq!(mails(&app, &person, kind).await, 0, "{kind}");
        wait(&app, at).await;
        assert_eq!(mails(&app, &person, kind).await, 1, "{kind}");
        wait(&app, TimeDelta::zero()).await;
        assert_eq!(mails(&app, &person, kind).await, 1, "{kind}");
    }
    let link = app.post.mail(&person.email, "Remove the lost").await;
    wait(&app, TimeDelta::hours(24) + before).await;
    assert_eq!(app.browser().visit(&link.link()).await.status(), 200);
    wait(&app, at).await;
    assert_eq!(app.browser().visit(&link.link()).await.status(), 410);
    let (_, page) = recover(&app, &link.token_of("/recover")).await;
    assert_eq!(page.status(), 422);
    assert_eq!(ends(&app, &person).await, ["expiry"]);
    let mail = app.post.mail(&person.email, "stays as it is").await;
    assert!(mail.text().contains("not used in time"), "{}", mail.text());
    // And from the beginning.
    ask(&app, &person).await;
    assert!(waits(&app, &person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_changes_nothing() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let first = ask(&app, &person).await;
    let row = "SELECT r::text FROM recoveries r";
    let read = async || app.sql(row, &[]).await[0].get::<_, String>(0);
    let before = read().await;
    for hours in [1, 20] {
        wait(&app, TimeDelta::hours(hours)).await;
        let again = ask(&app, &person).await;
        assert_eq!(again.text("main"), first.text("main"));
    }
    assert_eq!(read().await, before);
    assert_eq!(mails(&app, &person, "recovery_started").await, 1);
    for hours in [36 - 21, 36] {
        wait(&app, TimeDelta::hours(hours)).await;
    }
    assert_eq!(mails(&app, &person, "recovery_link").await, 1);
    let mailed = read().await;
    let again = ask(&app, &person).await;
    assert!(again.text("main").contains("We have mailed you a link"));
    assert_eq!(read().await, mailed);
    let events = app.audit().await;
    let started = events.iter().filter(|event| *event == "recovery_started");
    assert_eq!(started.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_or_longer_delay_counts_for_later_recoveries() {
    let app = TestApp::with(&[("RECOVERY_DELAY_HOURS", "2")]).await;
    let person = app.person().with_totp().await;
    let page = ask(&app, &person).await;
    assert!(
        page.text("main").contains("3 March 2026, 16:05 UTC"),
        "{}",
        page.text("main")
    );
    let later = app.another_node_with(&[("RECOVERY_DELAY_HOURS", "336")]);
    app.outbox_is_empty().await;
    // No node was there when half of it was over: the other half is an hour.
    for (hours, links) in [(2, 0), (1, 1)] {
        app.wait(TimeDelta::hours(hours));
        due::run(&later.services).await.unwrap();
        assert_eq!(mails(&app, &person, "recovery_halfway").await, 1);
        assert_eq!(mails(&app, &person, "recovery_link").await, links);
    }
    let (_, page) = recover(
        &app,
        &app.post
            .mail(&person.email, "Remove the lost")
            .await
            .token_of("/recover"),
    )
    .await;
    assert_eq!(page.path(), "/account");
    assert_eq!(person.password, PASSWORD);
}

/// No link is mailed before the owner was told for half of the delay, whichever mails were late, and however many nodes look.
#[tokio::test(flavor = "multi_thread")]
async fn the_delay_waits_for_the_mails_about_it() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let both = async |hours: i64| {
        app.outbox_is_empty().await;
        app.wait(TimeDelta::hours(hours));
        let (here, there) = join(due::run(app.services()), due::run(&other.services)).await;
        here.and(there).unwrap();
    };
    // No node was there at half of the delay: the reminder is late, and half of the delay follows it.
    let person = app.person().with_totp().await;
    ask(&app, &person).await;
    for (hours, reminders, links) in [(60, 1, 0), (35, 1, 0), (1, 1, 1)] {
        both(hours).await;
        assert_eq!(mails(&app, &person, "recovery_halfway").await, reminders);
        assert_eq!(mails(&app, &person, "recovery_link").await, links);
    }
    let reminder = app.post.mail(&person.email, "Reminder").await;
    let text = reminder.text();
    assert!(text.contains("7 March 2026 at 14:05 UTC"), "{text}");

    // The mail about the start is sent only when the delay is nearly over.
    let person = app.person().with_totp().await;
    ask(&app, &person).await;
    app.outbox_is_empty().await;
    let sent = async |at: &str| {
        let update =
            format!("UPDATE mails SET {at} WHERE user_id::text = $1 AND kind = 'recovery_started'");
        app.sql(&update, &[&person.id.to_string()]).await;
    };
    sent("sent_at = NULL, sealed = '\\x00', dropped_at = created_at").await;
    for (hours, links) in [(36, 0), (36, 0), (35, 0)] {
        both(hours).await;
        assert_eq!(mails(&app, &person, "recovery_link").await, links);
    }
    sent("sent_at = created_at + interval '107 hours', sealed = NULL, dropped_at = NULL").await;
    for (hours, links) in [(1, 0), (34, 0), (1, 1)] {
        both(hours).await;
        assert_eq!(
            mails(&app, &person, "recovery_link").await,
            links,
            "{hours}"
        );
    }
}
