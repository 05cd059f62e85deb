//! How many mails others can cause to one recipient, and what happens to the rest.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{
    Api, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

/// The default caps, with flood limits that let enough requests pass to reach them.
const CAPS: [(&str, &str); 11] = [
    ("RATE_LIMIT_SCALE", "1"),
    ("RATE_LIMIT_LOGIN_IP", "off"),
    ("RATE_LIMIT_LOGIN_EMAIL", "off"),
    ("RATE_LIMIT_LOGIN_EMAIL_IP", "off"),
    ("RATE_LIMIT_REGISTER_IP", "off"),
    ("RATE_LIMIT_REGISTER_EMAIL", "off"),
    ("RATE_LIMIT_REGISTER_EMAIL_IP", "off"),
    ("RATE_LIMIT_FORGOT_PASSWORD_IP", "off"),
    ("RATE_LIMIT_FORGOT_PASSWORD_EMAIL", "off"),
    ("RATE_LIMIT_FORGOT_PASSWORD_EMAIL_IP", "off"),
    ("RATE_LIMIT_SECOND_FACTOR_EMAIL", "off"),
];

async fn app() -> TestApp {
    TestApp::with(&CAPS).await
}

async fn required() -> TestApp {
    TestApp::with(&[&CAPS[..], &[("EMAIL_VERIFICATION", "required")]].concat()).await
}

async fn ask(api: &Api, call: &str, email: &str) {
    let asked = api.post(call, json!({ "email": email })).await;
    assert_eq!(asked.status, 202, "{call} {email}");
}

/// The number of mails to a mailbox with these words in their subject, whatever the tag in the address.
fn sent(app: &TestApp, base: &str, about: &str) -> usize {
    let mails = app.post.mailbox().sent();
    let to = |to: &str| {
        let (local, _) = to.split_once('@').unwrap();
        local.split('+').next().unwrap().replace('.', "") == base
    };
    let of = mails
        .iter()
        .filter(|mail| to(&mail.to) && mail.subject.contains(about));
    of.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_sign_ins_mail_their_link_five_times_an_hour() {
    let app = required().await;
    let other = app.another_node();
    let person = app.person().await;
    let base = person.email.split_once('@').unwrap().0;
    let tried = async |times: usize| {
        for n in 0..times {
            app.sql("DELETE FROM account_throttles", &[]).await;
            let node = if n % 2 == 0 {
                app.api()
            } else {
                app.api().at(&other)
            };
            assert_eq!(node.sign_in(&person).await.status, 401);
        }
        app.outbox_is_empty().await;
        sent(&app, base, "Verify")
    };
    assert_eq!(tried(20).await, 5);
    app.wait(TimeDelta::minutes(12));
    assert_eq!(tried(3).await, 6, "one is given back in a fifth of an hour");
    app.wait(TimeDelta::hours(1));
    assert_eq!(tried(20).await, 11);

    // Other kinds are counted separately.
    ask(&app.api(), "/forgot-password", &person.email).await;
    app.post.mail(&person.email, "Reset").await;
    let queue = vestibule::internals::flows::mail::queue::list(app.services(), "", 10).await;
    assert_eq!(queue.unwrap().unwrap().counts.capped, 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mailbox_gets_ten_mails_in_all_spellings_together() {
    let app = required().await;
    let owner = app.person().verified().await;
    let (base, domain) = owner.email.split_once('@').unwrap();
    for n in 0..30 {
        let email = match n % 3 {
            0 => format!("{base}+{n}@{domain}"),
            1 => format!("{}.{}+{n}@{domain}", &base[..1], &base[1..]),
            _ => format!("{}+{n}@{}", base.to_uppercase(), domain.to_uppercase()),
        };
        let body = json!({ "email": email, "password": PASSWORD });
        assert_eq!(app.api().post("/register", body).await.status, 202);
    }
    app.outbox_is_empty().await;
    let verify = sent(&app, base, "Verify") + sent(&app, &base.to_uppercase(), "Verify");
    assert_eq!(verify, 10);

    // None of this counts against the owner, who has verified the address.
    for n in 0..30 {
        let unknown = format!("{base}+unknown{n}@{domain}");
        ask(&app.api(), "/forgot-password", &unknown).await;
    }
    for _ in 0..7 {
        ask(&app.api(), "/forgot-password", &owner.email).await;
    }
    app.outbox_is_empty().await;
    assert_eq!(sent(&app, base, "Reset"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_on_two_nodes_five_are_mailed() {
    let app = app().await;
    let other = app.another_node();
    let person = app.person().verified().await;
    let (here, there) = (app.api(), app.api().at(&other));
    let asked = (0..40).map(|n| {
        let api = if n % 2 == 0 { &here } else { &there };
        ask(api, "/forgot-password", &person.email)
    });
    join_all(asked).await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_and_an_admin_are_not_held_back_by_strangers() {
    let app = app().await;
    let owner = app.person().verified().await;
    let admin = app.person().verified().with_totp().admin().await;
    let mut known = app.browser();
    known.sign_in(&owner).await;
    known.submit("/logout", &[]).await;
    for _ in 0..10 {
        ask(&app.api(), "/forgot-password", &owner.email).await;
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&owner.email), 5);

    for _ in 0..7 {
        known.visit("/forgot-password").await;
        let page = known
            .submit("/forgot-password", &[("email", &owner.email)])
            .await;
        assert_eq!(page.status(), 200);
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&owner.email), 10, "an allowance of its own");

    let api = app.api();
    let admin = api.with(&api.sign_in_with(&admin, &admin.code()).await);
    let call = format!("/{}/send-reset", owner.id);
    assert_eq!(admin.admin(&call, json!({})).await.status, 204);
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&owner.email), 11);
}

async fn change_password(app: &TestApp, person: &mut Person) {
    let api = app.api();
    let api = api.with(&api.sign_in(person).await);
    let new = if person.password == PASSWORD {
        NEW_PASSWORD
    } else {
        PASSWORD
    };
    let body = json!({ "current_password": person.password, "new_password": new });
    assert_eq!(api.post("/change-password", body).await.status, 200);
    new.clone_into(&mut person.password);
    app.wait(TimeDelta::minutes(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn security_mails_of_a_kind_are_merged_and_none_is_lost() {
    let app = app().await;
    let mut person = app.person().verified().await;
    for _ in 0..4 {
        change_password(&app, &mut person).await;
    }
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 1, "at once, once an hour");
    let first = app.post.mail(&person.email, "was changed").await.text();
    assert!(!first.contains("times"), "{first}");

    app.wait(TimeDelta::minutes(56));
    let merged = app.post.mail(&person.email, "was changed").await.text();
    assert!(merged.contains("This happened 3 times"), "{merged}");
    assert!(merged.contains("This wasn't you?"), "{merged}");

    // The next hour begins with that mail.
    change_password(&app, &mut person).await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 2);
    app.wait(TimeDelta::minutes(60));
    let single = app.post.mail(&person.email, "was changed").await.text();
    assert!(!single.contains("times"), "{single}");
    app.wait(TimeDelta::hours(1));
    change_password(&app, &mut person).await;
    app.post.mail(&person.email, "was changed").await;
    assert_eq!(app.post.count(&person.email), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_at_once_on_two_nodes_are_one_mail_now_and_one_later() {
    let app = app().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let (here, there) = (app.api(), app.api().at(&other));
    let pending = here.sign_in(&owner).await;
    let tried = (0..5).map(async |n| {
        let api = if n % 2 == 0 { &here } else { &there };
        let body = json!({ "mfa_token": pending.text("mfa_token"), "code": wrong });
        assert_eq!(api.post("/login/mfa", body).await.status, 401);
    });
    join_all(tried).await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&owner.email), 1);
    app.post.mail(&owner.email, "wrong code").await;
    app.wait(TimeDelta::hours(1));
    let merged = app.post.mail(&owner.email, "wrong code").await.text();
    assert!(merged.contains("This happened 4 times"), "{merged}");
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&owner.email), 2);
}

/// If an account is deleted after its address is read and before its mail is written, as by the undo of an
/// import, the mail becomes a decoy, and there is no fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_to_an_account_that_is_deleted_at_that_moment_is_dropped() {
    let app = app().await;
    for call in ["/forgot-password", "/resend-verification"] {
        let person = app.person().await;
        let undo = app.another_connection().await;
        undo.batch_execute("BEGIN").await.unwrap();
        let gone = "DELETE FROM users WHERE id = $1::text::uuid";
        undo.execute(gone, &[&person.id.to_string()]).await.unwrap();
        let api = app.api();
        let body = json!({ "email": person.email });
        let asked = tokio::spawn(async move { api.post(call, body).await.status });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        undo.batch_execute("COMMIT").await.unwrap();
        assert_eq!(asked.await.unwrap(), 202, "{call}");
    }
    app.outbox_is_empty().await;
    let decoys = "SELECT 1 FROM mails WHERE decoy AND user_id IS NULL";
    assert_eq!(app.sql(decoys, &[]).await.len(), 2);
    assert!(app.post.mailbox().sent().is_empty());
}
