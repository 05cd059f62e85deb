//! Means of other accounts and of other mailboxes: a device cookie of the thief's own account, and guesses at another
//! mailbox's link.

use chrono::TimeDelta;
use serde_json::json;

use super::{Party, THIEFS, address, by_known_browser, link, press, sign_in_status};
use crate::harness::{Person, TestApp, people::PASSWORD};

const SECOND: &str = "second@example.net";

/// The thief's own account had the address before, so the browser has an old entry for it. The account that comes to
/// the address later does not know the browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_known_to_the_thiefs_own_account_is_unknown_to_the_victims() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let own = app.person().verified().await;
    let give = "UPDATE users SET email = $2, email_canonical = $2 WHERE email = $1";
    app.sql(give, &[&own.email, &THIEFS]).await;
    let own = Person {
        email: THIEFS.to_owned(),
        ..own
    };
    let mut browser = app.browser();
    browser.sign_in(&own).await;
    let device = browser.jar.value("__Host-device").map(str::to_owned);
    app.wait(TimeDelta::hours(73));
    let mut leaving = Party {
        device: device.clone(),
        ..Party::unknown(&app, "Leaving/1.0")
    };
    leaving.sign_in(THIEFS, PASSWORD, None).await;
    leaving.moves_to("parked@example.net").await;

    let mut thief = Party {
        device,
        ..Party::unknown(&app, "Thief/1.0")
    };
    thief.sign_in(&person.email, PASSWORD, None).await;
    for to in [THIEFS, SECOND] {
        thief.moves_to(to).await;
        assert!(!by_known_browser(&app).await, "{to}");
    }
    let token = link(&app, &person.email, "address was changed").await;
    let back = press(&app, &token, json!({ "password": PASSWORD })).await;
    assert_eq!((back.status, &back.body["restored"]), (200, &json!(true)));
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(sign_in_status(&app, SECOND, PASSWORD).await, 401);
}

/// The thief's link, in the thief's mailbox, has counters of its own.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_thiefs_link_do_not_hold_up_the_owners() {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1")]).await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::unknown(&app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    let owners = link(&app, &person.email, "address was changed").await;
    let thiefs = link(&app, THIEFS, "address was changed").await;
    let wrong = json!({ "password": "not the right password" });
    let mut refused = 0;
    for _ in 0..14 {
        let reply = press(&app, &thiefs, wrong.clone()).await;
        refused += u32::from(reply.status == 429);
        app.wait(TimeDelta::seconds(61));
    }
    let last = press(&app, &thiefs, wrong.clone()).await;
    let again = press(&app, &thiefs, wrong).await;
    assert!(refused > 0 || last.status == 429 || again.status == 429);
    let right = press(&app, &owners, json!({ "password": PASSWORD })).await;
    assert_eq!((right.status, &right.body["restored"]), (200, &json!(true)));
}
