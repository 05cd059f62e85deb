//! One act on all users that match a filter, by the API: limited in number, in parts, with the checks of a
//! single act.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::bulk_whole::{crew, disabled, preview, signed_in};
use super::{acts, admin};
use crate::harness::{Api, Reply, TestApp};

async fn by_filter(api: &Api, body: Value) -> Reply {
    let mut whole = json!({ "action": "disable", "reason": "left the company" });
    let members = body.as_object().unwrap().clone();
    whole.as_object_mut().unwrap().extend(members);
    api.admin("/bulk", whole).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_accepts_a_filter_instead_of_ids() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (admin, api) = admin(&app).await;
    crew(&app, 1, 250).await;
    let wrong = by_filter(&api, json!({ "filter": { "q": "crew" }, "expected": 249 })).await;
    assert_eq!((wrong.status, wrong.code()), (422, "invalid_input"));
    assert!(
        wrong.body["errors"]["expected"][0]
            .as_str()
            .unwrap()
            .contains("250")
    );
    assert_eq!(disabled(&app).await, 0);
    let done = by_filter(
        &api,
        json!({ "filter": { "q": "crew", "role": "user" }, "expected": 250 }),
    )
    .await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.body["done"].as_array().unwrap().len(), 250);
    assert_eq!(
        (&done.body["left_out"], &done.body["not_reached"]),
        (&json!([]), &json!(0))
    );
    assert_eq!((disabled(&app).await, acts(&app).await), (250, 250));

    // Never the admin who acts, nor the last admin.
    let own = by_filter(&api, json!({ "filter": { "role": "admin" } })).await;
    assert_eq!(own.body["left_out"][0]["id"], json!(admin.id));
    assert_eq!(own.body["left_out"][0]["code"], "own_account");
    for (body, field) in [
        (json!({ "filter": { "status": "open" } }), "filter"),
        (json!({ "filter": { "q": "nobody-at-all" } }), "filter"),
        (json!({ "filter": { "sort": "email" } }), "filter"),
        (json!({ "filter": "crew" }), "filter"),
        (json!({ "filter": { "q": 1 } }), "filter"),
        (json!({ "filter": {}, "ids": [admin.id] }), "filter"),
        (json!({ "filter": {}, "expected": "1" }), "expected"),
        (json!({ "filter": {}, "expected": -1 }), "expected"),
        (json!({ "ids": [admin.id], "expected": 1 }), "expected"),
        (json!({ "filter": {}, "reason": " " }), "reason"),
    ] {
        let reply = by_filter(&api, body.clone()).await;
        assert_eq!(
            (reply.status, reply.code()),
            (422, "invalid_input"),
            "{body}"
        );
        assert!(reply.body["errors"][field].is_array(), "{body}: {reply:?}");
    }
    app.wait(TimeDelta::minutes(11));
    let stale = by_filter(&api, json!({ "filter": { "status": "disabled" } })).await;
    assert_eq!(stale.code(), "reauthentication_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_five_thousand_are_refused_before_anything_is_done() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (admin, api) = admin(&app).await;
    crew(&app, 1, 5001).await;
    let reply = by_filter(&api, json!({ "filter": { "q": "crew" } })).await;
    assert_eq!(reply.status, 422);
    assert!(
        reply.body["errors"]["filter"][0]
            .as_str()
            .unwrap()
            .contains("5,000")
    );
    let page = preview(&mut signed_in(&app, &admin).await, "disable", "q=crew").await;
    assert_eq!(page.status(), 422);
    assert!(
        page.text("main").contains("more than 5,000"),
        "{}",
        page.text("main")
    );
    assert_eq!((disabled(&app).await, acts(&app).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_after_the_first_part_reports_how_many_were_not_reached() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    crew(&app, 1, 401).await;
    app.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
        &[],
    )
    .await;
    // The last of them, in the order of ids, belongs to the third part.
    app.sql(
        "DO $$ BEGIN EXECUTE format('CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW
            WHEN (OLD.id = %L) EXECUTE FUNCTION refuse()',
            (SELECT id FROM users WHERE display_name LIKE 'Crew%' ORDER BY id DESC LIMIT 1)); END $$",
        &[],
    )
    .await;
    let reply = by_filter(&api, json!({ "filter": { "q": "crew" } })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["done"].as_array().unwrap().len(), 400);
    assert_eq!(reply.body["not_reached"], 1);
    assert_eq!((disabled(&app).await, acts(&app).await), (400, 400));
}
