//! Requests that are refused, and the input that the form keeps.

use chrono::TimeDelta;
use serde_json::json;

use super::{PATH, bulk, disabled, ids, left_out, preview, signed_in, two};
use crate::{
    admin::{acts, admin, last_act},
    harness::{TestApp, people::PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn invalid_input_gives_a_page_and_never_a_fault() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let person = app.person().verified().await;
    let mut browser = signed_in(&app, &admin).await;
    let many: Vec<String> = (0..201)
        .map(|n| uuid::Uuid::from_u128(n).to_string())
        .collect();
    for (link, status, says) in [
        (PATH.to_owned(), 422, "No one is selected"),
        (format!("{PATH}?act=disable"), 422, "No one is selected"),
        (preview("", &ids([&person])), 422, "Choose what to do"),
        (preview("delete", &ids([&person])), 422, "Choose what to do"),
        (format!("{PATH}?act=disable&id=x"), 422, "no id of a user"),
        (format!("{PATH}?act=disable&id=%00"), 422, "no id of a user"),
        (preview("disable", &many), 422, "too many"),
        (
            preview("disable", &many[..200]),
            422,
            "none of the selected",
        ),
        (
            format!("{PATH}?act=disable&act=enable"),
            400,
            "could not read",
        ),
        (
            format!("{}&list=%26%26x&list=", preview("enable", &many)),
            400,
            "could not read",
        ),
    ] {
        let page = browser.visit(&link).await;
        assert_eq!(page.status(), status, "{link}");
        assert!(
            page.text("main").contains(says),
            "{link}: {}",
            page.text("main")
        );
    }
    for (body, field) in [
        (json!({}), "action"),
        (json!({}), "ids"),
        (json!({ "action": "delete", "ids": [person.id] }), "action"),
        (json!({ "action": 1, "ids": [person.id] }), "action"),
        (json!({ "action": "enable", "ids": [] }), "ids"),
        (json!({ "action": "enable", "ids": "x" }), "ids"),
        (json!({ "action": "enable", "ids": [1] }), "ids"),
        (json!({ "action": "enable", "ids": ["x"] }), "ids"),
        (json!({ "action": "enable", "ids": many }), "ids"),
        (json!({ "action": "disable", "ids": [person.id] }), "reason"),
        (
            json!({ "action": "disable", "ids": [person.id], "reason": " " }),
            "reason",
        ),
    ] {
        let reply = api.admin("/bulk", body.clone()).await;
        let refused = (reply.status, reply.code());
        assert_eq!(refused, (422, "invalid_input"), "{body}");
        assert!(reply.body["errors"][field].is_array(), "{reply:?}");
    }
    let most = bulk(&api, "enable", &many[..200]).await;
    assert_eq!(left_out(&most).len(), 200);
    assert_eq!(acts(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_reason_or_reauthentication_keeps_the_input() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let people = two(&app, "disable").await;
    let mut browser = signed_in(&app, &admin).await;
    let page = browser.visit(&preview("disable", &ids(&people))).await;
    assert!(!page.html().contains("current-password"));
    let page = browser.submit(PATH, &[("reason", " ")]).await;
    assert_eq!(page.status(), 422);
    assert!(page.alert().contains("Say why"));
    assert_eq!(page.texts(".people .person").len(), 2);

    // The reauthentication becomes too old between the preview and the act.
    app.wait(TimeDelta::minutes(10));
    let refused = bulk(&api, "disable", &ids(&people)).await;
    assert_eq!(refused.code(), "reauthentication_required");
    let page = browser.submit(PATH, &[("reason", "left & gone")]).await;
    assert_eq!((page.status(), page.path()), (422, PATH));
    assert!(page.alert().contains("more than ten minutes ago"));
    assert_eq!(page.texts(".people .person").len(), 2);
    assert!(page.html().contains("value=\"left &#38; gone\""));
    let wrong = [("reason", "left & gone"), ("password", "not the password")];
    let page = browser.submit(PATH, &wrong).await;
    assert_eq!(page.status(), 401);
    assert!(!page.html().contains("not the password"));
    assert_eq!((acts(&app).await, disabled(&app).await), (0, 0));
    let right = [("reason", "left & gone"), ("password", PASSWORD)];
    let page = browser.submit(PATH, &right).await;
    assert_eq!(page.text(".notice.success"), "Disabled 2 accounts.");
    let reported = json!({ "reason": "left & gone" });
    assert_eq!(last_act(&app, people[1].id).await.1, reported);

    // A preview then asks for the password at once, which counts for the next ten minutes.
    app.wait(TimeDelta::minutes(10));
    let page = browser.visit(&preview("enable", &ids(&people))).await;
    assert!(page.html().contains("current-password"));
    browser.submit(PATH, &[("password", PASSWORD)]).await;
    assert_eq!(disabled(&app).await, 0);
    let page = browser.visit(&preview("disable", &ids(&people))).await;
    assert!(!page.html().contains("current-password"));
    let body = json!({ "action": "disable", "ids": ids(&people), "reason": "x",
        "password": PASSWORD });
    assert_eq!(api.admin("/bulk", body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_own_token_does_nothing() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let people = two(&app, "disable").await;
    let mut browser = signed_in(&app, &admin).await;
    let foreign = signed_in(&app, &admin).await.csrf_token().await;
    let ids = ids(&people).join(" ");
    let fields = [("act", "disable"), ("ids", &ids), ("reason", "x")];
    let page = browser.post(PATH, &fields).await;
    assert_eq!(page.status(), 403);
    let mut fields = fields.to_vec();
    fields.push(("csrf_token", &foreign));
    let page = browser.post(PATH, &fields).await;
    assert_eq!(page.status(), 403);
    let own = browser.csrf_token().await;
    let twice = [("act", "disable"), ("act", "enable"), ("csrf_token", &own)];
    assert_eq!(browser.post(PATH, &twice).await.status(), 400);
    assert_eq!((acts(&app).await, disabled(&app).await), (0, 0));
}
