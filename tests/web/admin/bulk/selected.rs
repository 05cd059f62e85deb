//! Acts on the selected users, and the users that are left out.

use std::collections::BTreeSet;

use serde_json::json;

use super::{PATH, bulk, cases, ids, left_out, preview, signed_in, two};
use crate::{
    admin::{acts, admin, last_act},
    harness::TestApp,
};

#[tokio::test(flavor = "multi_thread")]
async fn each_act_is_done_by_the_api_to_all_logged_and_mailed() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    for case in cases() {
        let people = two(&app, case.word).await;
        let reply = bulk(&api, case.word, &ids(&people)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let mut expected = ids(&people);
        expected.sort();
        assert_eq!(reply.body["done"], json!(expected));
        assert_eq!(left_out(&reply), []);
        for person in &people {
            let reported = (case.event.to_owned(), case.detail.clone(), Some(admin.id));
            assert_eq!(last_act(&app, person.id).await, reported);
            app.post.mail(&person.email, case.mail).await;
        }
    }
    assert_eq!(acts(&app).await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_is_previewed_then_done_by_the_page_logged_and_mailed() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let mut browser = signed_in(&app, &admin).await;
    for (n, case) in cases().into_iter().enumerate() {
        let people = two(&app, case.word).await;
        let list = "q=person&sort=oldest";
        let query = "list=q%3Dperson%26sort%3Doldest";
        let link = format!("{}&{query}", preview(case.word, &ids(&people)));
        let page = browser.visit(&link).await;
        assert_eq!(page.status(), 200, "{}", page.html());
        let named = page.texts(".people .person a");
        assert_eq!(named, people.each_ref().map(|one| one.email.clone()));
        assert_eq!(acts(&app).await, 2 * n, "a preview changes nothing");

        let reason: &[_] = match case.word {
            "disable" => &[("reason", "left the company")],
            _ => &[],
        };
        let page = browser.submit(PATH, reason).await;
        assert_eq!(page.path_and_query(), format!("/admin/users?{list}"));
        assert_eq!(page.text(".notice.success"), case.done);
        for person in &people {
            let reported = (case.event.to_owned(), case.detail.clone(), Some(admin.id));
            assert_eq!(last_act(&app, person.id).await, reported);
            app.post.mail(&person.email, case.mail).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_selects_without_scripts() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let person = app.person().verified().await;
    let mut browser = signed_in(&app, &admin).await;
    let page = browser.visit("/admin/users?sort=email").await;
    let form = "<form class=\"picking\" method=\"get\" action=\"/admin/users/bulk\">";
    assert!(page.html().contains(form));
    let label = page.texts(".pick label");
    assert!(
        label.contains(&format!("Select {}", person.email)),
        "{label:?}"
    );
    assert_eq!(page.texts("input[name=id][checked]").len(), 0);
    let boxes = page.texts("input[name=id]").len();
    assert!(
        page.html()
            .contains("sort=email&#38;select=all#found-title")
    );
    let page = browser.visit("/admin/users?sort=email&select=all").await;
    assert_eq!(page.texts("input[name=id][checked]").len(), boxes);
    assert!(page.text("main").contains("Select no one"));
    // The search is kept in the link, the selection is not.
    assert!(page.html().contains("name=\"list\" value=\"sort=email\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_an_act_cannot_change_are_left_out_with_a_reason() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let fits = app.person().verified().await;
    let shut = app.person().verified().disabled().await;
    let nobody = "00000000-0000-4000-8000-000000000000".to_owned();
    let mut all = ids([&fits, &shut, &admin, &fits]);
    all.extend([nobody.clone(), fits.id.to_string().to_uppercase()]);

    let mut browser = signed_in(&app, &admin).await;
    let page = browser.visit(&preview("disable", &all)).await;
    assert_eq!(
        page.texts("#people-title + .people .person a"),
        std::slice::from_ref(&fits.email)
    );
    let left = page.text("section[aria-labelledby=left-out-title]");
    for words in [
        shut.email.as_str(),
        "disabled already",
        admin.email.as_str(),
        "your own account",
        &nobody,
        "no account with this id",
    ] {
        assert!(left.contains(words), "{words}: {left}");
    }
    // Only the listed users are sent.
    let form = browser.form(PATH, &[]);
    let sent = form.fields.iter().find(|field| field.name == "ids");
    assert_eq!(sent.unwrap().value, fits.id.to_string());

    let reply = bulk(&api, "disable", &all).await;
    assert_eq!(reply.body["done"], json!([fits.id]));
    let codes: BTreeSet<_> = left_out(&reply).into_iter().collect();
    let expected = [
        (shut.id.to_string(), "nothing_to_do"),
        (admin.id.to_string(), "own_account"),
        (nobody, "not_found"),
    ];
    let expected: BTreeSet<_> = expected
        .into_iter()
        .map(|(id, code)| (id, code.to_owned()))
        .collect();
    assert_eq!(codes, expected);
    assert_eq!(acts(&app).await, 1, "once, though selected three times");

    // No user is left to change: on the preview, and after the form is sent.
    let reason = [("reason", "left the company")];
    let page = browser.submit(PATH, &reason).await;
    assert_eq!(page.status(), 409);
    assert!(page.alert().contains("none of the selected users"));
    let page = browser.visit(&preview("disable", &all)).await;
    assert_eq!(page.status(), 422);
    assert!(!page.html().contains("name=\"ids\""));
    let own = bulk(&api, "revoke-sessions", &ids([&admin])).await;
    assert_eq!(left_out(&own)[0].1, "own_account");
    // Deleted and disabled accounts have no sessions, and are not enabled.
    let delete = "UPDATE users SET deleted_at = disabled_at WHERE email = $1";
    app.sql(delete, &[&shut.email]).await;
    for act in ["enable", "revoke-sessions", "disable"] {
        let reply = bulk(&api, act, &ids([&shut])).await;
        assert_eq!(left_out(&reply)[0].1, "nothing_to_do", "{act}");
        assert_eq!(reply.body["done"], json!([]));
    }
    assert_eq!(acts(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_changed_since_the_preview_are_skipped_and_listed() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let mut browser = signed_in(&app, &admin).await;
    let people = two(&app, "disable").await;
    browser.visit(&preview("disable", &ids(&people))).await;
    let disable = "UPDATE users SET disabled_at = created_at WHERE email = $1";
    app.sql(disable, &[&people[0].email]).await;
    let page = browser.submit(PATH, &[("reason", "x")]).await;
    assert_eq!(page.path(), "/admin/users");
    assert_eq!(
        page.text(".notice.info"),
        "Disabled 1 account. 1 was not changed: This account is disabled already."
    );
    assert_eq!(acts(&app).await, 1);
}
