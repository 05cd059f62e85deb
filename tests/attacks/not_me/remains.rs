//! What the links do not prevent. `docs/security.md` says so.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    NEW, Party, THIEFS, address, by_known_browser, gets_a_reset, link, pressed, refused, reset,
    sign_in_status,
};
use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const THIEFS_PASSWORD: &str = "an entirely other walnut";

/// The owner changes password and address in a new browser, or by a program: a reader of the old mailbox who
/// knows the earlier password is believed.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_in_a_new_browser_is_taken_for_a_thief() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut owner = Party::unknown(&app, "Owner/1.0");
    owner.sign_in(&person.email, PASSWORD, None).await;
    owner.changes_password(PASSWORD, NEW_PASSWORD).await;
    owner.moves_to(NEW).await;
    assert!(!by_known_browser(&app).await);
    let token = link(&app, &person.email, "password was changed").await;
    assert!(pressed(&app, &token, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(
        reset(&app, &person.email, THIEFS_PASSWORD).await.status,
        200
    );
}

/// A thief who counts as a known browser changes the password first: no link takes a password that the owner knows
/// and puts the address back.
#[tokio::test(flavor = "multi_thread")]
async fn an_infostealer_who_changes_the_password_first_keeps_the_address() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut thief = Party::known(&app, &person, "Thief/1.0").await;
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.changes_password(PASSWORD, THIEFS_PASSWORD).await;
    thief.moves_to(THIEFS).await;
    let first = link(&app, &person.email, "password was changed").await;
    let second = link(&app, &person.email, "address was changed").await;
    let known = json!({ "password": PASSWORD });
    assert_eq!(refused(&app, &second, known.clone()).await.0, 403);
    assert!(!pressed(&app, &first, known).await);
    assert_eq!(address(&app, &person).await, THIEFS);
    assert_eq!(sign_in_status(&app, THIEFS, THIEFS_PASSWORD).await, 200);
}

/// The owner who has forgotten the password cannot put the address back: after 72 hours the mailbox of the account
/// resets it, unless an admin has acted.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_no_one_puts_back_stays_after_the_freeze() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::unknown(&app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    let old = link(&app, &person.email, "address was changed").await;
    assert!(!pressed(&app, &old, json!({})).await);
    assert!(!gets_a_reset(&app, THIEFS).await);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
    app.wait(TimeDelta::hours(72));
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 200);
    assert!(gets_a_reset(&app, THIEFS).await);
    // The link still proves until it is 14 days old.
    app.wait(TimeDelta::days(10));
    assert!(pressed(&app, &old, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
}

/// Three days after a sign-in that the owner did not report, the thief's browser is a known one.
#[tokio::test(flavor = "multi_thread")]
async fn a_thief_who_is_not_reported_for_three_days_is_known() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::known(&app, &person, "Thief/1.0").await;
    let token = link(&app, &person.email, "New sign-in").await;
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    assert!(by_known_browser(&app).await);
    assert!(!pressed(&app, &token, json!({})).await);
    assert_eq!(address(&app, &person).await, THIEFS);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 200);
    // Only the link of the change itself puts it back.
    let own = link(&app, &person.email, "address was changed").await;
    assert!(pressed(&app, &own, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
}
