//! A fault inside the service affects one request only.

use std::sync::Arc;

use serde_json::json;
use vestibule::internals::{app::SystemRandom, domain::secrets::random::Random};

use crate::harness::{TestApp, answer::Answer, browser::http, settings::HOST};

/// A random source that fails, as that of an operating system might, for the lengths of form tokens and of
/// the nonces of sealed values. Ids and salts have other lengths.
struct Broken;

impl Random for Broken {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(!matches!(bytes.len(), 12 | 24 | 32), "no chance left");
        SystemRandom.fill(bytes);
    }
}

/// ASVS 16.5.3, 16.5.4: a handler that panics answers with a plain 500, and the process lives.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_answered_with_a_plain_500() {
    let app = TestApp::with_chance(&[], Arc::new(Broken)).await;
    let person = app.person().await;
    for _ in 0..3 {
        let request = http().get(app.url() + "/login").header("host", HOST);
        let page = Answer::or_fault(request).await;
        assert_eq!(page.status, 500);
        assert!(page.body.contains("<h1>"), "{}", page.body);
        assert!(page.body.contains(page.header("x-request-id").unwrap()));

        let body = json!({ "email": person.email });
        let request = app.api().request(reqwest::Method::POST, "/forgot-password");
        let call = Answer::or_fault(request.json(&body)).await;
        assert_eq!(call.status, 500);
        assert_eq!(
            call.header("content-type"),
            Some("application/problem+json")
        );
        for answer in [page, call] {
            assert!(!answer.body.contains("chance"), "{}", answer.body);
        }
    }
    // The pool has eight connections, and the transactions on them were rolled back.
    for _ in 0..10 {
        assert_eq!(app.api().sign_in(&person).await.status, 200);
    }
}
