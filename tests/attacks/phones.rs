//! Attacks on a phone as second factor: messages that cost money, guesses at codes, and tokens of other people.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    gateway::Gateway,
    harness::{Api, Reply, TestApp, people::PASSWORD},
};

const NUMBER: &str = "+4915112345612";

/// As many flood limits as in production, and none.
const REAL: (&str, &str) = ("RATE_LIMIT_SCALE", "1");

async fn add(api: &Api, number: &str) -> Reply {
    let body = json!({ "phone": number, "password": PASSWORD });
    api.post("/mfa/phone", body).await
}

async fn send(api: &Api, pending: &Reply) -> Reply {
    let body = json!({ "mfa_token": pending.text("mfa_token") });
    api.post("/login/mfa/phone", body).await
}

async fn finish(api: &Api, pending: &Reply, code: &str) -> Reply {
    let body = json!({ "mfa_token": pending.text("mfa_token"), "code": code });
    api.post("/login/mfa", body).await
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// No hour has more than five messages to a number, ten of a user, and `SMS_MAX_PER_HOUR` of the service, whatever
/// `RATE_LIMIT_SCALE` and `RATE_LIMIT_EXEMPT` are.
#[tokio::test(flavor = "multi_thread")]
async fn messages_are_capped_by_number_user_and_service() {
    let gateway = Gateway::start().await;
    let further = [
        ("SMS_MAX_PER_HOUR", "30"),
        ("RATE_LIMIT_EXEMPT", "127.0.0.0/8"),
    ];
    let app = TestApp::with(&[gateway.settings().as_slice(), &further].concat()).await;
    let mut people = Vec::new();
    let mut apis = Vec::new();
    for _ in 0..3 {
        let person = app.person().verified().await;
        apis.push(app.api().with(&app.api().sign_in(&person).await));
        people.push(person);
    }
    // At most two messages an hour go to a number that is being added, from all accounts together.
    for api in &apis[..2] {
        assert_eq!(add(api, NUMBER).await.status, 202);
        app.wait(TimeDelta::minutes(1));
    }
    let refused = add(&apis[2], NUMBER).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    let wait = refused.answer.header("retry-after").unwrap();
    assert_eq!(wait.parse::<i64>().unwrap(), 58 * 60);
    // The user who has it signs in with the other three: five to one number.
    let owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&owner).await;
    for _ in 0..3 {
        assert_eq!(send(&app.api(), &pending).await.status, 202);
    }
    assert_eq!(send(&app.api(), &pending).await.status, 429);
    // Ten of one user, to any numbers: one and nine.
    for n in 0..9 {
        let number = format!("+49151123456{n}0");
        assert_eq!(add(&apis[0], &number).await.status, 202, "{n}");
    }
    assert_eq!(add(&apis[0], "+4915112345690").await.status, 429);
    // Fifteen of the thirty to numbers that are not confirmed: four more.
    for n in 0..4 {
        let number = format!("+49160123456{n}0");
        assert_eq!(add(&apis[2], &number).await.status, 202, "{n}");
    }
    assert_eq!(add(&apis[1], "+4917012345690").await.status, 429);
    // The other fifteen are for those who sign in: twelve more.
    for n in 0..4 {
        let other = format!("+49170123456{n}0");
        let pending = app
            .api()
            .sign_in(&app.person().with_phone(&other).await)
            .await;
        for _ in 0..3 {
            assert_eq!(send(&app.api(), &pending).await.status, 202, "{n}");
        }
    }
    let last = app.person().with_phone("+4917112345690").await;
    let pending = app.api().sign_in(&last).await;
    assert_eq!(send(&app.api(), &pending).await.status, 429);
    let counted = async || app.sql("SELECT FROM sent_texts", &[]).await.len();
    assert_eq!(counted().await, 30);

    // An hour after the first message there may be one more, and not two.
    app.wait(TimeDelta::minutes(58));
    for (api, person) in apis.iter_mut().zip(&people) {
        *api = app.api().with(&app.api().sign_in(person).await);
    }
    assert_eq!(add(&apis[2], NUMBER).await.status, 202);
    assert_eq!(add(&apis[1], NUMBER).await.status, 429);
    assert_eq!(counted().await, 31);
    // A later code of a user takes the place of one that was not sent yet.
    assert!(gateway.posted().len() <= 31);
}

/// Requests at the same moment on two nodes do not get past a cap either.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_on_two_nodes_cause_no_more_messages() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let other = app.another_node();
    let owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&owner).await;
    let mut asking = Vec::new();
    for n in 0..20 {
        let api = if n % 2 == 0 {
            app.api()
        } else {
            app.api().at(&other)
        };
        let pending = pending.clone();
        asking.push(tokio::spawn(
            async move { send(&api, &pending).await.status },
        ));
    }
    let mut sent = 0;
    for one in asking {
        match one.await.unwrap() {
            202 => sent += 1,
            status => assert!(status == 429 || status == 503, "{status}"),
        }
    }
    assert!(sent <= 5, "{sent}");
    let counted = app.sql("SELECT FROM sent_texts", &[]).await;
    assert_eq!(counted.len(), sent);
}

/// A refused request leaves the code that was sent before alive.
#[tokio::test(flavor = "multi_thread")]
async fn a_cap_does_not_take_the_last_code_away() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&owner).await;
    for n in 0..5 {
        assert_eq!(send(&app.api(), &pending).await.status, 202);
        gateway.after(n + 1).await;
    }
    assert_eq!(send(&app.api(), &pending).await.status, 429);
    let code = gateway.posted()[4].code();
    assert_eq!(finish(&app.api(), &pending, &code).await.status, 200);
}

/// Fresh pending sign-ins and fresh codes allow no more guesses: they share one counter.
#[tokio::test(flavor = "multi_thread")]
async fn fresh_sign_ins_and_codes_allow_no_more_guesses() {
    let gateway = Gateway::start().await;
    let settings = [gateway.settings().as_slice(), &[REAL]].concat();
    let app = TestApp::with(&settings).await;
    let owner = app.person().with_phone(NUMBER).await;
    let mut guesses = 0;
    for n in 0..3 {
        let pending = app.api().sign_in(&owner).await;
        assert_eq!(send(&app.api(), &pending).await.status, 202);
        let code = gateway.after(n + 1).await[n].code();
        for _ in 0..5 {
            match finish(&app.api(), &pending, other_than(&code)).await.status {
                401 => guesses += 1,
                status => assert_eq!(status, 429),
            }
        }
    }
    assert_eq!(guesses, 5);
}

/// One code opens one door: two pending sign-ins, or a sign-in and a reauthentication, on two nodes at once.
#[tokio::test(flavor = "multi_thread")]
async fn one_code_opens_one_of_several_doors() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let other = app.another_node();
    let owner = app.person().with_phone(NUMBER).await;
    let first = app.api().sign_in(&owner).await;
    let session = finish(&app.api(), &first, &owner.backup_codes[0]).await;
    let session = app.api().at(&other).with(&session);
    for round in 0..4 {
        app.wait(TimeDelta::minutes(20));
        let session = {
            let pending = app.api().sign_in(&owner).await;
            let code = &owner.backup_codes[round + 1];
            session.with(&finish(&app.api(), &pending, code).await)
        };
        let pendings = [
            app.api().sign_in(&owner).await,
            app.api().sign_in(&owner).await,
        ];
        assert_eq!(send(&app.api(), &pendings[0]).await.status, 202);
        let code = gateway.after(round + 1).await[round].code();
        let here = app.api();
        let there = app.api().at(&other);
        let proof = json!({ "code": code });
        let (one, two, three) = tokio::join!(
            finish(&here, &pendings[0], &code),
            finish(&there, &pendings[1], &code),
            session.post("/reauthenticate", proof),
        );
        let opened = [one.status, two.status, three.status];
        let opened = opened.iter().filter(|status| **status < 300).count();
        assert_eq!(opened, 1, "{one:?} {two:?} {three:?}");
    }
}

/// A `phone_token` of another user, of another number or of another purpose confirms nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_or_earlier_phone_token_confirms_nothing() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let (owner, thief) = (app.person().verified().await, app.person().verified().await);
    let signed_in = app.api().sign_in(&owner).await;
    let api = app.api().with(&signed_in);
    let thiefs = app.api().with(&app.api().sign_in(&thief).await);
    let earlier = add(&api, "+4915112345699").await;
    // A message that still waits would give way to the next one.
    gateway.after(1).await;
    app.wait(TimeDelta::seconds(1));
    let current = add(&api, NUMBER).await;
    let foreign = add(&thiefs, "+4915112345698").await;
    let posted = gateway.after(3).await;
    let code_of = |number: &str| posted.iter().find(|one| one.to == number).unwrap().code();
    let code = code_of(NUMBER);
    let confirm = async |api: &Api, token: &str, code: &str| {
        let body = json!({ "phone_token": token, "code": code });
        api.post("/mfa/phone/confirm", body).await
    };
    for token in [
        earlier.text("phone_token"),
        foreign.text("phone_token"),
        signed_in.text("access_token"),
        signed_in.text("refresh_token"),
        "no token",
    ] {
        let refused = confirm(&api, token, &code).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_token"));
        assert!(refused.body["errors"]["phone_token"].is_array());
    }
    // Another user's code and token are no use with one's own session either.
    let refused = confirm(&thiefs, current.text("phone_token"), &code).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_token"));
    let refused = confirm(&thiefs, foreign.text("phone_token"), &code).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_code"));
    // It authenticates nothing.
    let as_access = app.api().with_token(current.text("phone_token"));
    assert_eq!(as_access.get("/me").await.status, 401);

    let confirmed = confirm(&api, current.text("phone_token"), &code).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let api = api.with(&confirmed);
    let again = confirm(&api, current.text("phone_token"), &code).await;
    assert_eq!(again.status, 409);
}

/// The token of a phone ends after ten minutes, its code after five.
#[tokio::test(flavor = "multi_thread")]
async fn a_setup_ends_with_its_times() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let begun = add(&api, NUMBER).await;
    let code = gateway.after(1).await[0].code();
    let body =
        json!({ "phone_token": begun.text("phone_token"), "code": code, "password": PASSWORD });
    app.wait(TimeDelta::minutes(5));
    let late = api.post("/mfa/phone/confirm", body.clone()).await;
    assert_eq!((late.status, late.code()), (422, "invalid_code"));
    app.wait(TimeDelta::minutes(5));
    let later = api.post("/mfa/phone/confirm", body).await;
    assert_eq!((later.status, later.code()), (422, "invalid_token"));
}

/// Whoever has no pending sign-in does not find out who has a phone; a message is sent to no one else's phone.
#[tokio::test(flavor = "multi_thread")]
async fn no_stranger_finds_out_who_has_a_phone() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    let mut answers = Vec::new();
    for token in ["", "a", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"] {
        let body = json!({ "mfa_token": token, "email": owner.email });
        let refused = app.api().post("/login/mfa/phone", body).await;
        answers.push((refused.status, refused.code().to_owned()));
    }
    assert_eq!(answers[0], (422, "invalid_input".to_owned()));
    assert_eq!(answers[1], (401, "invalid_token".to_owned()));
    assert_eq!(answers[1], answers[2]);
    let pending = app.api().sign_in(&owner).await;
    let done = finish(&app.api(), &pending, &owner.backup_codes[0]).await;
    assert_eq!(done.status, 200);
    // The pending sign-in was finished.
    assert_eq!(send(&app.api(), &pending).await.status, 401);
    assert!(gateway.posted().is_empty());
}

/// Neither log, audit, export nor the outbox shows a code or a number.
#[tokio::test(flavor = "multi_thread")]
async fn codes_and_numbers_stay_sealed() {
    let gateway = Gateway::start().await;
    let app = TestApp::with(&gateway.settings()).await;
    let owner = app.person().with_phone(NUMBER).await;
    let pending = app.api().sign_in(&owner).await;
    assert_eq!(send(&app.api(), &pending).await.status, 202);
    let code = gateway.after(1).await[0].code();
    let session = finish(&app.api(), &pending, &code).await;
    let api = app.api().with(&session);
    assert_eq!(
        send(&app.api(), &app.api().sign_in(&owner).await)
            .await
            .status,
        202
    );
    let living = gateway.after(2).await[1].code();

    let export = api.request(Method::GET, "/export").send().await.unwrap();
    let export: Value = export.json().await.unwrap();
    let audit = app.sql("SELECT detail::text FROM audit_events", &[]).await;
    let mut texts: Vec<String> = audit.iter().map(|row| row.get(0)).collect();
    let outbox = app
        .sql("SELECT to_jsonb(mails)::text FROM mails", &[])
        .await;
    texts.extend(outbox.iter().map(|row| row.get::<_, String>(0)));
    for text in texts {
        assert!(!text.contains("15112345612"), "{text}");
    }
    let export = export.to_string();
    assert!(!export.contains(&format!("\"{living}\"")), "{export}");
    // What was sent is not kept.
    let kept = "SELECT FROM mails WHERE kind = 'phone_code' AND sealed IS NOT NULL";
    for _ in 0..200 {
        if app.sql(kept, &[]).await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the text of a message is kept");
}
