//! Guesses at one account, from however many clients, at however many nodes: the account throttle
//! (ASVS 6.3.1). The flood limits are out of the way here.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::json;
use vestibule::{db::account_throttles, flows::purge, throttle::account::Guess};

use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

/// The thresholds are those of production; only the flood limits are out of reach.
const SETTINGS: [(&str, &str); 5] = [
    ("RATE_LIMIT_SCALE", "1"),
    ("RATE_LIMIT_LOGIN_IP", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL", "100000/1m"),
    ("RATE_LIMIT_LOGIN_EMAIL_IP", "100000/1m"),
    ("RATE_LIMIT_SECOND_FACTOR_EMAIL", "100000/1m"),
];
const DEVICE: &str = "__Host-device";

async fn app() -> TestApp {
    TestApp::with(&SETTINGS).await
}

async fn guess(api: &Api, email: &str) -> Reply {
    let body = json!({ "email": email, "password": "not the right password" });
    api.post("/login", body).await
}

/// Guesses until nobody gets in any more, with all the patience that it takes. After the last one
/// there is none to have: the next try is told of the mailed link.
async fn block(app: &TestApp, email: &str) {
    let api = app.api();
    for n in 0..100 {
        assert_eq!(guess(&api, email).await.status, 401, "guess {n}");
        if (9..99).contains(&n) {
            app.wait(TimeDelta::minutes(15));
        }
    }
}

/// As if that had happened.
async fn blocked(app: &TestApp, email: &str) {
    assert_eq!(guess(&app.api(), email).await.status, 401);
    set_failures(app, Guess::Password, email, 100).await;
}

/// Changes what was counted, where anything was.
async fn set_failures(app: &TestApp, guess: Guess, email: &str, failures: i32) {
    let key = app.services().account_throttle.key_of(guess, email);
    let update = "UPDATE account_throttles SET failures = $2 WHERE key = $1 RETURNING 1";
    let rows = app.sql(update, &[&key.as_slice(), &failures]).await;
    assert_eq!(rows.len(), 1);
}

fn wait_of(reply: &Reply) -> i64 {
    assert_eq!((reply.status, reply.code()), (429, "too_many_requests"));
    let wait = reply.answer.header("retry-after").unwrap();
    wait.parse().unwrap()
}

fn link(token: &str) -> String {
    format!("/unlock?token={token}")
}

/// (20) What is checked was counted first: ten of two hundred, at two nodes, on the page and the
/// API, whether or not the address is known.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_guesses_at_once_are_ten() {
    let app = app().await;
    let other = app.another_node();
    let person = app.person().await;
    for email in [person.email.as_str(), "nobody@example.com"] {
        let (here, there) = (app.api(), app.api().at(&other));
        let mut browser = app.browser();
        browser.visit("/login").await;
        let typed = [("email", email), ("password", "not the right password")];
        let mut browsers = vec![browser; 40];
        let by_form = browsers.iter_mut().map(async |browser| {
            let page = browser.submit("/login", &typed).await;
            page.status()
        });
        let by_call = (0..160).map(async |n| {
            let api = if n % 2 == 0 { &here } else { &there };
            guess(api, email).await.status
        });
        let (forms, calls) = join(join_all(by_form), join_all(by_call)).await;
        let all = [forms, calls].concat();
        let with = |status| all.iter().filter(|s| **s == status).count();
        assert_eq!((with(401), with(429)), (10, 190), "{all:?}");
        assert_eq!(wait_of(&guess(&there, email).await), 5);
    }
}

/// (18) Spellings of one address share this counter, too.
#[tokio::test(flavor = "multi_thread")]
async fn another_spelling_is_no_other_account() {
    let app = app().await;
    let person = app.person().await;
    let spelt = [
        person.email.to_uppercase(),
        format!("  {} ", person.email),
        person.email.replace("example", "\u{ff45}xample"),
    ];
    for n in 0..10 {
        assert_eq!(guess(&app.api(), &spelt[n % 3]).await.status, 401);
    }
    assert_eq!(guess(&app.api(), &person.email).await.status, 429);
}

/// Pauses double; one's own success, and only that, ends the row of failures.
#[tokio::test(flavor = "multi_thread")]
async fn pauses_rise_until_the_owner_signs_in() {
    let app = app().await;
    let person = app.person().await;
    let api = app.api();
    for round in 0..2 {
        for _ in 0..9 {
            assert_eq!(guess(&api, &person.email).await.status, 401);
        }
        assert_eq!(api.sign_in(&person).await.status, 200, "round {round}");
    }
    for _ in 0..10 {
        assert_eq!(guess(&api, &person.email).await.status, 401);
    }
    for pause in [5, 10, 20, 40, 80, 160, 320, 640, 900, 900] {
        assert_eq!(wait_of(&api.sign_in(&person).await), pause);
        app.wait(TimeDelta::seconds(pause - 1));
        assert_eq!(wait_of(&api.sign_in(&person).await), 1);
        app.wait(TimeDelta::seconds(1));
        assert_eq!(guess(&api, &person.email).await.status, 401);
    }
    app.wait(TimeDelta::minutes(15));
    assert_eq!(api.sign_in(&person).await.status, 200);
    assert_eq!(guess(&api, &person.email).await.status, 401);
    let noted = app.audit().await;
    let pauses = noted.iter().filter(|event| *event == "sign_in_paused");
    assert!((1..=2).contains(&pauses.count()), "once an hour at most");
}

/// (21) Strangers use up their own guesses, and not those of a browser that the account knows: at
/// the password and at the code.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_lock_the_owner_out() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let other = app.person().await;
    let mut known = app.browser();
    known.sign_in_with(&owner, &owner.code()).await;
    known.submit("/logout", &[]).await;
    let mut known_to_another = app.browser();
    known_to_another.sign_in(&other).await;
    known_to_another.submit("/logout", &[]).await;
    block(&app, &owner.email).await;
    app.sql("UPDATE sessions SET revoked_at = created_at", &[])
        .await;

    assert_eq!(app.api().sign_in(&owner).await.status, 429);
    assert_eq!(app.browser().sign_in(&owner).await.status(), 429);
    assert_eq!(known_to_another.sign_in(&owner).await.status(), 429);
    let mut forgetful = known.clone();
    forgetful.jar.forget(DEVICE);
    assert_eq!(forgetful.sign_in(&owner).await.status(), 429);

    // Whoever knows the password may have used the guesses at codes up as well.
    assert_eq!(known.sign_in(&owner).await.path(), "/login/verify");
    set_failures(&app, Guess::Password, &owner.email, 0).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 100).await;
    let reply = app.api().sign_in_with(&owner, &owner.code()).await;
    assert_eq!(reply.status, 429);
    let page = known
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");
}

/// (21) A known browser has guesses of its own, and no more of them than a stranger begins with.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_that_fails_often_is_a_stranger() {
    let app = app().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.submit("/logout", &[]).await;
    blocked(&app, &person.email).await;
    let wrong = Person {
        password: "not the right password".to_owned(),
        ..person.clone()
    };
    for _ in 0..10 {
        assert_eq!(browser.sign_in(&wrong).await.status(), 401);
    }
    assert_eq!(browser.sign_in(&wrong).await.status(), 429);
    assert_eq!(browser.sign_in(&person).await.status(), 429);
}

/// (12, 21) Whoever knew the password before this one may have kept any number of device cookies, each
/// with guesses of its own: they went with it. The browser that changed the password stays known.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_from_before_the_password_is_a_stranger() {
    let app = app().await;
    let person = app.person().await;
    let (mut earlier, mut changing) = (app.browser(), app.browser());
    for browser in [&mut earlier, &mut changing] {
        browser.sign_in(&person).await;
    }
    earlier.submit("/logout", &[]).await;
    app.wait(TimeDelta::seconds(1));
    changing.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = changing.submit("/account/password", &typed).await;
    assert_eq!(page.path(), "/account");
    changing.submit("/logout", &[]).await;
    let changed = Person {
        password: NEW_PASSWORD.to_owned(),
        ..person
    };
    blocked(&app, &changed.email).await;
    assert_eq!(earlier.sign_in(&changed).await.status(), 429);
    assert_eq!(changing.sign_in(&changed).await.path(), "/account");
}

/// (25) Wrong codes count over pending sign-ins, nodes and doors; a right one ends the row.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_share_a_counter_over_nodes_and_doors() {
    let app = app().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let (here, there) = (app.api(), app.api().at(&other));
    let signed_in = here.with(&here.sign_in_with(&owner, &owner.backup_codes[0]).await);
    for round in 0..2 {
        for api in [&here, &there] {
            assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
        }
        let proof = json!({ "code": wrong });
        assert_eq!(signed_in.post("/reauthenticate", proof).await.status, 422);
        let page = app.browser().sign_in_with(&owner, &wrong).await;
        assert_eq!(page.status(), 401);
        if round == 0 {
            let right = &owner.backup_codes[1];
            assert_eq!(here.sign_in_with(&owner, right).await.status, 200);
        }
    }
    assert_eq!(there.sign_in_with(&owner, "junk").await.status, 401);
    assert_eq!(wait_of(&here.sign_in_with(&owner, &owner.code()).await), 30);
    let page = app.browser().sign_in_with(&owner, &owner.code()).await;
    assert_eq!(page.status(), 429);
    let proof = json!({ "code": owner.code() });
    assert_eq!(wait_of(&signed_in.post("/reauthenticate", proof).await), 30);
    app.wait(TimeDelta::seconds(30));
    let reply = here.sign_in_with(&owner, &owner.code()).await;
    assert_eq!(reply.status, 200);
}

/// (25) Two hundred codes at once are five; the count is committed before any of them is checked.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_codes_at_once_are_five() {
    let app = app().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let pending = app.api().sign_in(&owner).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = (0..100).map(async |n| {
        let api = if n % 2 == 0 { &here } else { &there };
        let body = json!({ "mfa_token": pending.text("mfa_token"), "code": wrong });
        api.post("/login/mfa", body).await.status
    });
    let all = join_all(attempts).await;
    let with = |status| all.iter().filter(|s| **s == status).count();
    assert_eq!((with(401), with(429)), (5, 95), "{all:?}");
}

/// (22) While an account pauses, every door to its password pauses for strangers.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_door_is_open_meanwhile() {
    let app = app().await;
    let person = app.person().verified().await;
    let squatted = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.jar.forget(DEVICE);
    let signed_in = app.api().with(&app.api().sign_in(&person).await);
    let resend = json!({ "email": squatted.email });
    app.api().post("/resend-verification", resend).await;
    let token = app.post.mail(&squatted.email, "Verify").await.token();
    // The sign-in itself is no recent proof any more.
    app.wait(TimeDelta::minutes(11));
    for target in [&person, &squatted] {
        for _ in 0..10 {
            assert_eq!(guess(&app.api(), &target.email).await.status, 401);
        }
    }
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    assert_eq!(app.browser().sign_in(&person).await.status(), 429);
    let password = json!({ "password": PASSWORD });
    for (call, body) in [
        ("/reauthenticate", password.clone()),
        ("/mfa/totp/enroll", password.clone()),
        ("/mfa/totp/disable", password.clone()),
        ("/mfa/backup-codes", password),
        (
            "/change-password",
            json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD }),
        ),
        (
            "/verify-email",
            json!({ "token": token, "password": PASSWORD }),
        ),
    ] {
        assert_eq!(signed_in.post(call, body).await.status, 429, "{call}");
    }
    browser.visit("/reauthenticate?next=/account").await;
    let page = browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.status(), 429);
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!(page.status(), 429);
    let mut stranger = app.browser();
    stranger
        .visit(&format!("/verify-email?token={token}"))
        .await;
    let page = stranger
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.status(), 429);
}

/// The ceiling: a hundred failures, then no pause is long enough. The owner is mailed once a link;
/// opening it changes nothing, its button does, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_unlocks_once() {
    let app = app().await;
    let person = app.person().await;
    block(&app, &person.email).await;
    app.wait(TimeDelta::days(40));
    for _ in 0..3 {
        assert_eq!(wait_of(&app.api().sign_in(&person).await), 900);
        assert_eq!(app.browser().sign_in(&person).await.status(), 429);
    }
    let first = app.post.mail(&person.email, "blocked").await;
    assert!(first.text().contains("works once, and for 24 hours"));
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 1);

    // The next try after it has expired mails another one.
    app.wait(TimeDelta::hours(24));
    let mut browser: Browser = app.browser();
    assert_eq!(browser.visit(&link(&first.token())).await.status(), 410);
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    let second = app.post.mail(&person.email, "blocked").await;
    let page = browser.visit(&second.link()).await;
    assert!(page.html().contains(&person.email));
    assert_eq!(app.api().sign_in(&person).await.status, 429, "only looked");

    let page = browser.submit("/unlock", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/login"));
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.api().sign_in(&person).await.status, 200);
    let used = json!({ "token": second.token() });
    let dead = app.api().post("/unlock", used).await;
    assert_eq!((dead.status, dead.code()), (422, "invalid_token"));
    assert_eq!(browser.visit(&second.link()).await.status(), 410);

    // Whoever goes on guessing does not shut this browser out again.
    blocked(&app, &person.email).await;
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    assert_eq!(browser.sign_in(&person).await.path(), "/account");
    let events = app.audit().await;
    let count = |name: &str| events.iter().filter(|event| *event == name).count();
    assert_eq!(
        (count("sign_in_blocked"), count("sign_in_unblocked")),
        (3, 1)
    );
}

/// The same by the API, for codes that were used up; guesses at codes that were not are kept.
#[tokio::test(flavor = "multi_thread")]
async fn an_unlock_forgets_codes_where_they_were_used_up() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let unlock = async || {
        let token = app.post.mail(&owner.email, "blocked").await.token();
        let body = json!({ "token": token });
        assert_eq!(app.api().post("/unlock", body).await.status, 204);
    };
    let api = app.api();
    assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 100).await;
    let (code, spare) = (owner.code(), &owner.backup_codes[0]);
    assert_eq!(wait_of(&api.sign_in_with(&owner, &code).await), 900);
    unlock().await;
    assert_eq!(api.sign_in_with(&owner, &code).await.status, 200);

    assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 98).await;
    blocked(&app, &owner.email).await;
    assert_eq!(api.sign_in(&owner).await.status, 429);
    unlock().await;
    assert_eq!(
        api.sign_in_with(&owner, &wrong).await.status,
        401,
        "the 99th"
    );
    assert_eq!(api.sign_in_with(&owner, spare).await.status, 429);
    app.wait(TimeDelta::minutes(15));
    assert_eq!(api.sign_in_with(&owner, spare).await.status, 200);
}

/// Nothing tells whether a blocked address has an account: answers and work are the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_address_that_nobody_has_reads_like_any_other() {
    let app = app().await;
    let person = app.person().await;
    let disabled = app.person().disabled().await;
    let mut told = Vec::new();
    for email in [
        person.email.as_str(),
        disabled.email.as_str(),
        "nobody@example.com",
    ] {
        blocked(&app, email).await;
        let mut reply = guess(&app.api(), email).await;
        wait_of(&reply);
        reply.body["type"] = json!(null);
        told.push(reply.body.to_string());
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
    let rows = "SELECT decoy FROM mails WHERE kind = 'sign_in_blocked' ORDER BY decoy";
    let decoys: Vec<bool> = app.sql(rows, &[]).await.iter().map(|r| r.get(0)).collect();
    assert_eq!(decoys, [false, true, true]);
    app.post.mail(&person.email, "blocked").await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&disabled.email), 0);
    assert_eq!(app.post.count("nobody@example.com"), 0);
}

/// A completed reset opens sign-in as the link does, and the link dies with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_unlocks_as_well() {
    let app = app().await;
    let mut person = app.person().await;
    blocked(&app, &person.email).await;
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    let unlock = app.post.mail(&person.email, "blocked").await.token();
    let ask = json!({ "email": person.email });
    app.api().post("/forgot-password", ask).await;
    let token = app.post.mail(&person.email, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/reset-password", body).await.status, 200);
    person.password = NEW_PASSWORD.to_owned();
    assert_eq!(app.api().sign_in(&person).await.status, 200);
    let body = json!({ "token": unlock });
    assert_eq!(app.api().post("/unlock", body).await.status, 422);
}

/// Whoever knows the password and tries codes is seen by the owner (ASVS 6.3.5), who is not
/// flooded.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_of_wrong_codes_after_the_right_password() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    for _ in 0..2 {
        assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
        let page = app.browser().sign_in_with(&owner, &wrong).await;
        assert_eq!(page.status(), 401);
        let mail = app.post.mail(&owner.email, "wrong code").await.text();
        assert!(mail.contains("IP address: 127.0.0.1"), "{mail}");
        app.outbox_is_empty().await;
        app.wait(TimeDelta::hours(1));
    }
    assert_eq!(app.post.count(&owner.email), 2, "once an hour");
}

/// Two requests look at the clock in one order and reach the database in the other: while no pause
/// runs, that refuses neither of them.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_look_at_the_clock_is_no_early_try() {
    let app = app().await;
    let services = app.services();
    let conn = services.db.connection().await.unwrap();
    let pauses = services.account_throttle.schedule(Guess::Code).pauses();
    let (key, now) = ([7; 32], services.now());
    for n in 0..5 {
        let at = now - TimeDelta::milliseconds(n);
        let passed = account_throttles::reserve(&conn, &key, pauses, at).await;
        assert!(passed.unwrap(), "attempt {n}");
    }
    for (seconds, passes) in [(0, false), (25, false), (30, true), (30, false)] {
        let at = now + TimeDelta::seconds(seconds);
        let passed = account_throttles::reserve(&conn, &key, pauses, at).await;
        assert_eq!(passed.unwrap(), passes, "after {seconds} s");
    }
}

/// Where nobody has the time to check a password, its attempt is no failure: a flood of hashes is no
/// way to make others pause.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_checked_is_no_failure() {
    let app = TestApp::with(&[
        ("HASHING_CONCURRENCY", "1"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
        // The first failure brings a pause.
        ("RATE_LIMIT_SCALE", "0.1"),
        ("RATE_LIMIT_LOGIN_IP", "100000/1m"),
    ])
    .await;
    let api = app.api();
    let guesses = (0..200).map(async |n| guess(&api, &format!("p{n}@example.com")).await.status);
    let all = join_all(guesses).await;
    let with = |status| all.iter().filter(|s| **s == status).count();
    assert_eq!(with(401) + with(503), 200, "{all:?}");
    assert!(with(503) > 0, "nobody was turned away");
    let failed = "SELECT count(*) FROM account_throttles WHERE failures > 0";
    let failed: i64 = app.sql(failed, &[]).await[0].get(0);
    assert_eq!(usize::try_from(failed).unwrap(), with(401));
    let paused = "SELECT count(*) FROM account_throttles WHERE next_allowed_at > tried_at";
    let paused: i64 = app.sql(paused, &[]).await[0].get(0);
    assert_eq!(usize::try_from(paused).unwrap(), with(401));
}

/// What nobody goes on with is forgotten after a month; what is blocked is not.
#[tokio::test(flavor = "multi_thread")]
async fn idle_counters_are_forgotten_and_blocked_ones_are_not() {
    let app = app().await;
    let person = app.person().await;
    blocked(&app, &person.email).await;
    guess(&app.api(), "nobody@example.com").await;
    let count = async || {
        let rows = "SELECT count(*) FROM account_throttles";
        app.sql(rows, &[]).await[0].get::<_, i64>(0)
    };
    app.wait(TimeDelta::days(30));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count().await, 2);
    app.wait(TimeDelta::seconds(1));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count().await, 1);
    assert_eq!(app.api().sign_in(&person).await.status, 429);
}

/// An admin has made sure who asks, so codes that were only paused count from nothing as well.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_opens_paused_codes_too() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 50).await;
    let admin = app.person().admin().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&admin).await);
    let unlock = format!("/{}/unlock", owner.id);
    assert_eq!(api.admin(&unlock, json!({})).await.status, 204);
    let again = api.admin(&unlock, json!({})).await;
    assert_eq!((again.status, again.code()), (409, "nothing_to_do"));
    assert_eq!(
        app.api().sign_in_with(&owner, &owner.code()).await.status,
        200
    );
}
