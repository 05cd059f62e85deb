//! Many look-ups are answered by one statement: each request gets its own answer.

use std::collections::HashSet;

use futures_util::future::join_all;
use uuid::Uuid;

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_each_is_answered_for_itself() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for n in 0..8 {
        let person = app.person().await;
        let api = app.api();
        let signed_in = [api.sign_in(&person).await, api.sign_in(&person).await];
        let [first, second] = signed_in.map(|reply| api.with(&reply));
        // Every other person has signed out of the first session.
        let expected = if n % 2 == 0 { 200 } else { 401 };
        if expected == 401 {
            first.post("/logout", serde_json::Value::Null).await;
        }
        people.push((person.id, first, expected));
        people.push((person.id, second, 200));
    }
    for _ in 0..5 {
        let asked = people.iter().map(async |(id, api, expected)| {
            let reply = api.get("/me").await;
            assert_eq!(reply.status, *expected);
            if *expected == 200 {
                assert_eq!(reply.text("id"), id.to_string());
            }
            reply.status
        });
        let statuses: HashSet<u16> = join_all(asked).await.into_iter().collect();
        assert_eq!(statuses.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_requests_past_one_statement_is_answered_whole() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let replies = join_all((0..300).map(|_| api.get("/me"))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    let id: Uuid = replies[0].text("id").parse().unwrap();
    assert_eq!(id, person.id);
}
