//! Messages on their way to the gateway: tried again, in time, by several workers, and never twice after an answer.

use std::{collections::HashSet, time::Duration};

use chrono::TimeDelta;
use serde_json::json;
use tokio::time::sleep;

use crate::{
    gateway::{Gateway, Mood, Posted},
    harness::{Person, TestApp},
};

const NUMBER: &str = "+4915112345612";

/// Requests a code for a new pending sign-in.
async fn request(app: &TestApp, person: &Person) {
    let pending = app.api().sign_in(person).await;
    let body = json!({ "mfa_token": pending.text("mfa_token") });
    let sent = app.api().post("/login/mfa/phone", body).await;
    assert_eq!(sent.status, 202, "{sent:?}");
}

/// Waits until no message waits.
async fn settled(app: &TestApp) {
    let waiting = "SELECT FROM mails WHERE kind = 'phone_code' AND sealed IS NOT NULL";
    for _ in 0..1000 {
        if app.sql(waiting, &[]).await.is_empty() {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("a message still waits");
}

/// What became of the only message: attempts, the last error, and whether it was sent.
async fn fate(app: &TestApp) -> (i32, String, bool) {
    let row = "SELECT attempts, coalesce(last_error, ''), sent_at IS NOT NULL FROM mails WHERE kind = 'phone_code'";
    let rows = app.sql(row, &[]).await;
    (rows[0].get(0), rows[0].get(1), rows[0].get(2))
}

fn keys(posted: &[Posted]) -> HashSet<&str> {
    posted.iter().map(|one| one.key.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_posted_again_with_its_key_until_it_is_accepted() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    let moods = [
        Mood::Status(500),
        Mood::Status(429),
        Mood::LosesAnswer,
        Mood::Status(302),
        Mood::AnswersTwice,
    ];
    gateway.answer_with(&moods);
    request(&app, &owner).await;
    for count in 1..=moods.len() {
        gateway.after(count).await;
        // Until the failure is noted; then its pause is over.
        sleep(Duration::from_millis(100)).await;
        app.wait(TimeDelta::seconds(31));
    }
    settled(&app).await;
    let posted = gateway.posted();
    assert_eq!((posted.len(), keys(&posted).len()), (5, 1));
    let (attempts, _, sent) = fate(&app).await;
    assert!(sent && attempts == 5, "{attempts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_final_and_an_expired_code_is_not_posted() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    gateway.answer_with(&[Mood::Status(422)]);
    request(&app, &owner).await;
    settled(&app).await;
    app.wait(TimeDelta::minutes(1));
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(gateway.posted().len(), 1);
    let (_, why, sent) = fate(&app).await;
    assert!(!sent && why.contains("422"), "{why}");
    assert!(!why.contains("15112345612"));

    app.sql("DELETE FROM mails", &[]).await;
    gateway.answer_with(&[Mood::Status(503)]);
    request(&app, &owner).await;
    gateway.after(2).await;
    sleep(Duration::from_millis(200)).await;
    app.wait(TimeDelta::minutes(5));
    settled(&app).await;
    assert_eq!(gateway.posted().len(), 2);
    assert!(!fate(&app).await.2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_and_a_slow_gateway_post_each_message_once() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let _other = app.another_node();
    gateway.answer_with(&[Mood::Slow(Duration::from_secs(3)); 8]);
    let mut owners = Vec::new();
    for n in 0..8 {
        owners.push(app.person().with_phone(&format!("+49151123456{n}0")).await);
    }
    for owner in &owners {
        request(&app, owner).await;
    }
    settled(&app).await;
    let posted = gateway.posted();
    assert_eq!((posted.len(), keys(&posted).len()), (8, 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_code_takes_the_place_of_a_message_that_waits() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    gateway.answer_with(&[Mood::Status(503)]);
    request(&app, &owner).await;
    gateway.after(1).await;
    sleep(Duration::from_millis(200)).await;
    request(&app, &owner).await;
    gateway.after(2).await;
    settled(&app).await;
    app.wait(TimeDelta::minutes(1));
    sleep(Duration::from_millis(1500)).await;
    let posted = gateway.posted();
    assert_eq!((posted.len(), keys(&posted).len()), (2, 2));
}
