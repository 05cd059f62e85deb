//! Acts that fail in the middle, and acts at the same time.

use futures_util::future::join;
use reqwest::Method;
use serde_json::json;

use super::{PATH, bulk, disabled, ids, mails, preview, signed_in, two};
use crate::{
    admin::{acts, admin},
    harness::{TestApp, answer::Answer, browser::urlencoded, people::PASSWORD, settings::ORIGIN},
};

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
    // The sign-in is mailed to the admin, whose account does not know the browser.
    let mut browser = signed_in(&app, &admin).await;
    let before = mails(&app).await;
    let body = json!({ "action": "disable", "ids": ids(&people), "reason": "x" });
    let call = api.request_at(Method::POST, "/api/admin/users/bulk");
    let answer = Answer::or_fault(call.json(&body)).await;
    assert_eq!(answer.status, 500);
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
    // Another act holds the lock of admins; both requests passed the guard and wait for it.
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

/// Rounds in which two admins, on two nodes, act on all users and on each other.
const ROUNDS: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn admins_who_act_on_overlapping_users_and_each_other_never_deadlock_and_leave_one() {
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
        // The selections overlap, in opposite orders.
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
