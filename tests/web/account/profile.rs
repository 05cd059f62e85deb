//! The name that a person is called by.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::{patch_me, program_of, signed_in};
use crate::harness::{Reply, TestApp, people::PASSWORD};

/// Names that are refused, with a word of the reason.
const REFUSED: [(&str, &str); 6] = [
    ("Ada\u{7}", "cannot be shown"),
    ("Ada\u{202e}", "cannot be shown"),
    ("Ad\u{200b}a", "no one can see"),
    ("Ada\u{e0041}", "no one can see"),
    ("Z\u{301}\u{302}\u{303}oe", "accents"),
    ("A\u{335}\u{336}\u{337}\u{338}da", "accents"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_changes_and_removes_the_name_on_the_page() {
    let app = TestApp::start().await;
    let ada = app.person().verified().await;
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.visit("/account/profile").await;
    assert_eq!(
        page.text(".who-name"),
        format!("Signed in as {}", ada.email)
    );
    // It takes no recent proof.
    app.wait(TimeDelta::minutes(20));
    let typed = [("display_name", "  Zoe\u{308} <b>Ada</b>  ")];
    let page = browser.submit("/account/profile", &typed).await;
    assert_eq!((page.path(), page.status()), ("/account/profile", 200));
    assert!(page.text("[role=status]").contains("saved"));
    assert_eq!(page.attribute("#display_name", "value"), "Zoë <b>Ada</b>");
    assert_eq!(page.text(".who-name"), "Signed in as Zoë <b>Ada</b>");
    let page = browser.visit("/account").await;
    assert!(page.html().contains("href=\"/account/profile\""));
    assert!(page.text(".facts").contains("Zoë <b>Ada</b>"));

    let long = "x".repeat(101);
    let page = browser.visit("/account/profile").await;
    assert_eq!(page.status(), 200);
    let page = browser
        .submit("/account/profile", &[("display_name", &long)])
        .await;
    assert_eq!(page.status(), 422);
    assert!(page.text("#display_name-error").contains("at most 100"));
    assert_eq!(page.attribute("#display_name", "value"), long, "it is kept");

    let page = browser
        .submit("/account/profile", &[("display_name", " \t ")])
        .await;
    assert!(page.text("[role=status]").contains("removed"));
    assert_eq!(
        page.text(".who-name"),
        format!("Signed in as {}", ada.email)
    );

    let changed =
        "SELECT detail::text, actor_id = subject_id, session_id IS NOT NULL FROM audit_events
        WHERE event = 'profile_changed' AND subject_id::text = $1";
    let changed = app.sql(changed, &[&ada.id.to_string()]).await;
    assert_eq!(changed.len(), 2, "the refused name left no trace");
    for row in changed {
        assert_eq!(row.get::<_, &str>(0), "{}", "the name is not in the log");
        assert!(row.get::<_, bool>(1) && row.get::<_, bool>(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_changes_and_removes_it() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let api = program_of(&app, &ada).await;
    let named = patch_me(&api, json!({ "display_name": "Zoe\u{308}" })).await;
    assert_eq!(
        (named.status, named.text("display_name")),
        (200, "Zo\u{eb}")
    );
    assert_eq!(named.body, api.get("/me").await.body);
    for removing in [
        json!({ "display_name": null }),
        json!({ "display_name": " " }),
        json!({ "display_name": "" }),
    ] {
        patch_me(&api, json!({ "display_name": "Ada" })).await;
        // An absent member changes nothing, and other members are ignored.
        for absent in [json!({}), json!({ "name": null })] {
            let kept = patch_me(&api, absent).await;
            assert_eq!((kept.status, kept.text("display_name")), (200, "Ada"));
        }
        let bare = patch_me(&api, removing).await;
        assert_eq!(
            (bare.status, &bare.body["display_name"]),
            (200, &Value::Null)
        );
    }
    for wrong in [json!(1), json!(["Ada"]), json!("x".repeat(101))] {
        let refused = patch_me(&api, json!({ "display_name": wrong })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_input"));
        assert!(refused.body["errors"]["display_name"].is_array());
    }
    let nobody = patch_me(&app.api(), json!({ "display_name": "Ada" })).await;
    assert_eq!(nobody.status, 401);
}

/// Registering, the profile and the admin share one rule, and so do imports (`domain::import`) and invitations.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_hides_something_is_refused_everywhere() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let api = program_of(&app, &ada).await;
    let admin = app.person().admin().await;
    let admins = program_of(&app, &admin).await;
    let path = format!("/api/admin/users/{}", ada.id);
    for (name, why) in REFUSED {
        let body =
            json!({ "email": "new@example.com", "password": PASSWORD, "display_name": name });
        let own = json!({ "display_name": name });
        let by_admin = admins.request_at(Method::PATCH, &path).json(&own);
        for refused in [
            app.api().post("/register", body).await,
            patch_me(&api, own).await,
            Reply::of(by_admin).await,
        ] {
            assert_eq!(
                (refused.status, refused.code()),
                (422, "invalid_input"),
                "{name:?}"
            );
            let reason = &refused.body["errors"]["display_name"][0];
            assert!(reason.as_str().unwrap().contains(why), "{name:?}: {reason}");
        }
    }
    let zwj = json!({ "display_name": "Robin \u{1f469}\u{200d}\u{1f680}" });
    assert_eq!(patch_me(&api, zwj).await.status, 200);
}

/// Each change is a row of the audit log, so they have a bound, on all nodes together.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_changes_an_hour_are_enough() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let ada = app.person().await;
    let api = program_of(&app, &ada).await;
    let elsewhere = api.at(&other);
    for n in 0..20 {
        let at = if n % 2 == 0 { &api } else { &elsewhere };
        let named = patch_me(at, json!({ "display_name": format!("Ada {n}") })).await;
        assert_eq!(named.status, 200);
        app.wait(TimeDelta::seconds(1));
    }
    let refused = patch_me(&elsewhere, json!({ "display_name": "Ada" })).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    assert_eq!(refused.answer.header("retry-after"), Some("3580"));
    assert_eq!(api.get("/me").await.text("display_name"), "Ada 19");
    app.wait(TimeDelta::seconds(3580));
    let pair = app.api().sign_in(&ada).await;
    let named = patch_me(&app.api().with(&pair), json!({ "display_name": "Ada" })).await;
    assert_eq!(named.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_change_the_password_does_that_first() {
    let app = TestApp::start().await;
    let ada = app.person().must_change().await;
    let api = program_of(&app, &ada).await;
    let refused = patch_me(&api, json!({ "display_name": "Ada" })).await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "password_change_required")
    );
    assert_eq!(api.get("/me").await.status, 200);
}
