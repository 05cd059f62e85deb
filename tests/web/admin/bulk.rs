//! One act on many accounts, by the API and by the pages: a preview first, all of it or nothing,
//! and the same guards as for one.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};

use super::{acts, admin, last_act};
use crate::harness::{
    Api, Browser, Person, Reply, TestApp, answer::Answer, browser::urlencoded, people::PASSWORD,
    settings::ORIGIN,
};

const PATH: &str = "/admin/users/bulk";

/// An act, and how it is recorded and mailed.
struct Case {
    word: &'static str,
    event: &'static str,
    detail: Value,
    /// Words of the subject of the mail that tells the owner.
    mail: &'static str,
    /// The message afterwards.
    done: &'static str,
}

fn cases() -> [Case; 4] {
    let case = |word, event, mail, done| Case {
        word,
        event,
        detail: json!({}),
        mail,
        done,
    };
    [
        Case {
            detail: json!({ "reason": "left the company" }),
            ..case(
                "disable",
                "user_disabled",
                "account was disabled",
                "Disabled 2 accounts.",
            )
        },
        case(
            "enable",
            "user_enabled",
            "can be used again",
            "Enabled 2 accounts.",
        ),
        case(
            "require-password-change",
            "user_password_change_required",
            "choose a new password",
            "New passwords are required of 2 accounts from now on.",
        ),
        Case {
            detail: json!({ "count": 1 }),
            ..case(
                "revoke-sessions",
                "user_sessions_revoked",
                "signed out",
                "Signed 2 accounts out everywhere.",
            )
        },
    ]
}

/// Two people whom the act changes, each signed in.
async fn two(app: &TestApp, word: &str) -> [Person; 2] {
    let mut two = Vec::new();
    for _ in 0..2 {
        let person = app.person().verified().await;
        assert_eq!(app.api().sign_in(&person).await.status, 200);
        if word == "enable" {
            let disable = "UPDATE users SET disabled_at = created_at WHERE email = $1";
            app.sql(disable, &[&person.email]).await;
        }
        two.push(person);
    }
    two.try_into().ok().unwrap()
}

fn ids<'a>(people: impl IntoIterator<Item = &'a Person>) -> Vec<String> {
    people.into_iter().map(|one| one.id.to_string()).collect()
}

fn preview(act: &str, ids: &[String]) -> String {
    format!("{PATH}?act={act}&id={}", ids.join("&id="))
}

async fn bulk(api: &Api, action: &str, ids: &[String]) -> Reply {
    let body = json!({ "action": action, "ids": ids, "reason": "left the company" });
    api.admin("/bulk", body).await
}

/// The codes of those who were left out, by id.
fn left_out(reply: &Reply) -> Vec<(String, String)> {
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let all = reply.body["left_out"].as_array().unwrap().iter();
    all.map(|one| (text(&one["id"]), text(&one["code"])))
        .collect()
}

async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(person).await;
    browser
}

async fn mails(app: &TestApp) -> usize {
    app.sql("SELECT 1 FROM mails", &[]).await.len()
}

async fn disabled(app: &TestApp) -> usize {
    let disabled = "SELECT 1 FROM users WHERE disabled_at IS NOT NULL";
    app.sql(disabled, &[]).await.len()
}

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
    // What was searched for is carried along, the selection is not.
    assert!(page.html().contains("name=\"list\" value=\"sort=email\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_whom_an_act_does_not_fit_are_left_out_with_a_reason() {
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
    // Only those who were named are sent.
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

    // No user is left: on the preview, and where the form was sent before.
    let reason = [("reason", "left the company")];
    let page = browser.submit(PATH, &reason).await;
    assert_eq!(page.status(), 409);
    assert!(page.alert().contains("none of the selected users"));
    let page = browser.visit(&preview("disable", &all)).await;
    assert_eq!(page.status(), 422);
    assert!(!page.html().contains("name=\"ids\""));
    let own = bulk(&api, "revoke-sessions", &ids([&admin])).await;
    assert_eq!(left_out(&own)[0].1, "own_account");
    // Deleted accounts and those that are shut have no sessions, and are not opened.
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
        "Disabled 1 account. 1 was left out: This account is disabled already."
    );
    assert_eq!(acts(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_a_page_and_never_a_fault() {
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
async fn a_missing_reason_or_proof_keeps_what_was_typed() {
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

    // The proof grows old between the preview and the act.
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

    // A stale preview asks for it at once, and the proof counts for the next ten minutes.
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
async fn a_form_without_its_token_or_with_anothers_does_nothing() {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_the_middle_undoes_all_of_it() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let mut people = two(&app, "disable").await.to_vec();
    people.extend(two(&app, "disable").await);
    people.sort_by_key(|one| one.id);
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$";
    app.sql(refuse, &[]).await;
    let last = &people[3].email;
    let trigger = format!(
        "CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW
         WHEN (OLD.email = '{last}') EXECUTE FUNCTION refuse()"
    );
    app.sql(&trigger, &[]).await;
    let before = mails(&app).await;
    let body = json!({ "action": "disable", "ids": ids(&people), "reason": "x" });
    let call = api.request_at(Method::POST, "/api/admin/users/bulk");
    let answer = Answer::or_fault(call.json(&body)).await;
    assert_eq!(answer.status, 500);
    let mut browser = signed_in(&app, &admin).await;
    browser.visit(&preview("disable", &ids(&people))).await;
    let fields = browser.form(PATH, &[]).filled(&[("reason", "x")]);
    let form = browser.post_request(PATH).header("origin", ORIGIN);
    let answer = Answer::or_fault(form.body(urlencoded(&fields))).await;
    assert_eq!(answer.status, 500);
    assert_eq!((acts(&app).await, disabled(&app).await), (0, 0));
    assert_eq!(mails(&app).await, before);
    app.sql("DROP TRIGGER refuse ON users", &[]).await;
    assert_eq!(bulk(&api, "disable", &ids(&people)).await.status, 200);
    assert_eq!(disabled(&app).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_demoted_while_the_act_waits_does_nothing() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let people = two(&app, "disable").await;
    let mut browser = signed_in(&app, &admin).await;
    browser.visit(&preview("disable", &ids(&people))).await;
    let fields = browser.form(PATH, &[]).filled(&[("reason", "x")]);
    // Another act holds the lock of admins; both requests were let in and wait for it.
    let other = app.another_connection().await;
    let lock = "BEGIN; LOCK TABLE admin_lock IN SHARE UPDATE EXCLUSIVE MODE";
    other.batch_execute(lock).await.unwrap();
    let demote = async {
        let waiting =
            "SELECT 1 FROM pg_locks WHERE relation = 'admin_lock'::regclass AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while app.sql(waiting, &[]).await.len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let demote = "UPDATE users SET role = 'user' WHERE email = $1";
        app.sql(demote, &[&admin.email]).await;
        let unlock = "COMMIT";
        other.batch_execute(unlock).await.unwrap();
    };
    let listed = ids(&people);
    let by_api = bulk(&api, "disable", &listed);
    let by_page = browser.post(PATH, &fields);
    let (reply, (page, ())) = join(by_api, join(by_page, demote)).await;
    assert_eq!((reply.status, reply.code()), (403, "admin_required"));
    assert_eq!(page.status(), 403);
    assert_eq!((acts(&app).await, disabled(&app).await), (0, 0));
}

/// Rounds in which two admins act on all users and on each other, on two nodes.
const ROUNDS: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn admins_who_act_on_overlapping_sets_and_each_other_never_block_and_leave_one() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let mut crowd = Vec::new();
    for _ in 0..8 {
        crowd.push(app.person().verified().await);
    }
    for round in 0..ROUNDS {
        let (one, ones) = admin(&app).await;
        let (two, twos) = admin(&app).await;
        let twos = twos.at(&other);
        // Overlapping, and in opposite orders.
        let mut by_one = ids(crowd[..6].iter().chain([&two]));
        let by_two = ids(crowd[2..].iter().chain([&one]));
        by_one.reverse();
        let path = format!("/{}/disable", crowd[round % 8].id);
        let by_itself = twos.admin(&path, json!({ "reason": "x" }));
        let api = app.api();
        let signing_in = api
            .request(Method::POST, "/login")
            .json(&json!({ "email": crowd[(round + 4) % 8].email, "password": PASSWORD }));
        let ((a, b), (c, d)) = join(
            join(
                bulk(&ones, "disable", &by_one),
                bulk(&twos, "disable", &by_two),
            ),
            join(by_itself, Answer::of(signing_in)),
        )
        .await;
        let reported = format!("round {round}: {a:?} {b:?} {c:?} {d:?}");
        assert!([a.status, b.status].contains(&200), "{reported}");
        assert!([200, 401, 403].contains(&a.status), "{reported}");
        assert!([200, 401, 403].contains(&b.status), "{reported}");
        assert!([204, 401, 403, 409].contains(&c.status), "{reported}");
        assert!([200, 401, 429].contains(&d.status), "{reported}");
        let left = "SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL";
        assert_eq!(app.sql(left, &[]).await.len(), 1, "{reported}");
        // A disabled user has no session, whichever request came first.
        let alive = "SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
            WHERE u.role = 'user' AND u.disabled_at IS NOT NULL AND s.revoked_at IS NULL";
        assert_eq!(app.sql(alive, &[]).await.len(), 0, "{reported}");
        let again = "UPDATE users SET disabled_at = CASE WHEN role = 'admin' THEN now() END";
        app.sql(again, &[]).await;
    }
}
