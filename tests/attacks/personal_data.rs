//! The log at `info` and above names people by the ids of their accounts only (docs/inventory.md, Logs).

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::hygiene::Lines;
use crate::harness::{
    Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

/// The levels that the log has by default. The level is the second word of a line.
const SHOWN: [&str; 3] = ["INFO", "WARN", "ERROR"];

/// Parts of the names and addresses in the story, in lower case.
const PRIVATE: [&str; 9] = [
    "marigold",
    "bluebell",
    "lilac",
    "hyacinth",
    "primrose",
    "post.example",
    "other.example",
    "nowhere.example",
    "203.0.113.77",
];

/// Whoever is refused by a flood limit, it is one line.
async fn guess_until_refused(email: &str) {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1"), ("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let mut refused = 0;
    while refused < 4 {
        let guess = app.api().request(Method::POST, "/login");
        let guess = guess.header("x-forwarded-for", "203.0.113.77");
        let guess = guess.json(&json!({ "email": email, "password": PASSWORD }));
        refused += u32::from(Reply::of(guess).await.status == 429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_at_info_has_no_address_name_or_token() {
    let lines = Lines::kept();
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let api = app.api();
    let (email, moved) = ("Grace.Marigold@post.example", "gmarigold@other.example");
    let register =
        json!({ "email": email, "password": PASSWORD, "display_name": "Grace Marigold" });
    let pair = api.post("/register", register.clone()).await;
    assert_eq!(pair.status, 201);
    assert_eq!(api.post("/register", register).await.status, 409);
    let grace = api.with(&pair);
    let renamed = grace.request(Method::PATCH, "/me");
    let renamed = renamed.json(&json!({ "display_name": "Grace Bluebell" }));
    assert_eq!(Reply::of(renamed).await.status, 200);
    for (address, password) in [
        (email, "not the right password"),
        ("lilac@nowhere.example", PASSWORD),
        ("hyacinth", PASSWORD),
    ] {
        let wrong = json!({ "email": address, "password": password });
        assert_ne!(api.post("/login", wrong).await.status, 200);
    }
    let change = json!({ "new_email": moved, "password": PASSWORD });
    assert_eq!(grace.post("/change-email", change).await.status, 202);
    let move_token = app.post.mail(moved, "Confirm your new").await.token();
    let confirmed = grace
        .post("/confirm-email", json!({ "token": move_token }))
        .await;
    assert_eq!(confirmed.status, 200);
    // A mail that fails is in the log, with the reason.
    app.post.mailbox().fail_next(1);
    api.post("/forgot-password", json!({ "email": moved }))
        .await;
    let failed = "SELECT FROM mails WHERE last_error IS NOT NULL";
    while app.sql(failed, &[]).await.is_empty() {
        app.post.ring().await;
    }
    app.wait(TimeDelta::minutes(5));
    let reset_token = app.post.mail(moved, "Reset").await.token();
    let reset = json!({ "token": reset_token, "new_password": NEW_PASSWORD });
    let last = api.post("/reset-password", reset).await;
    assert_eq!(last.status, 200);
    assert_eq!(api.with(&last).get("/export").await.status, 200);

    let mut desk = app.browser();
    desk.sign_in(&admin).await;
    assert_eq!(desk.visit("/admin/users?q=marigold").await.status(), 200);
    let invited = [("email", "primrose@post.example"), ("role", "user")];
    desk.visit("/admin/users/new").await;
    assert!(desk.submit("/admin/users/new", &invited).await.status() < 400);
    let invitation = app.post.mail("primrose@post.example", "invited").await;
    desk.visit(&invitation.link()).await;
    let delete = json!({ "password": NEW_PASSWORD, "confirm_email": moved });
    let deleted = api.with(&last).post("/delete-account", delete).await;
    assert_eq!(deleted.status, 204);
    app.outbox_is_empty().await;

    guess_until_refused(email).await;

    let mut private = PRIVATE.map(str::to_owned).to_vec();
    private.push(admin.email.to_lowercase());
    private.extend([PASSWORD, NEW_PASSWORD].map(str::to_lowercase));
    for token in [move_token, reset_token, invitation.token()] {
        private.push(token.to_lowercase());
    }
    for reply in [&pair, &confirmed, &last] {
        for field in ["access_token", "refresh_token"] {
            private.push(reply.text(field).to_lowercase());
        }
    }
    let text = lines.text();
    let is_shown = |line: &&str| {
        line.split_whitespace()
            .nth(1)
            .is_some_and(|level| SHOWN.contains(&level))
    };
    let shown: Vec<String> = text
        .lines()
        .filter(is_shown)
        .map(str::to_lowercase)
        .collect();
    let answered = shown.iter().filter(|line| line.contains("answered"));
    assert!(answered.count() > 15, "the story is not in the log: {text}");
    let refusals = shown.iter().filter(|line| line.contains("throttled"));
    assert_eq!(refusals.count(), 1, "{text}");
    for event in ["mail sent", "told to fail"] {
        let is_logged = shown.iter().any(|line| line.contains(event));
        assert!(is_logged, "{event}: {text}");
    }
    for word in private {
        let line = shown.iter().find(|line| line.contains(&word));
        assert_eq!(line, None, "{word}");
    }
}
