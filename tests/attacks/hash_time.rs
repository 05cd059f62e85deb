//! Accounts whose passwords were hashed by another system or under earlier settings: the time of a refusal
//! does not distinguish them from an address without an account (ASVS 6.3.8).

use std::time::{Duration, Instant};

use data_encoding::Specification;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::enumeration::Mixed;
use crate::harness::{Api, TestApp, answer::Answer, browser::urlencoded, settings::ORIGIN};

const WRONG: &str = "not the right password";
const RIGHT: &str = "plum anchor violet staircase";
/// In three Unicode forms, none of them as typed.
const VIETNAMESE: &str = "m\u{1ead}t ti\u{ea}\u{323}ng \u{ff50}\u{ff41}";
const SAMPLES: usize = 9;
/// The largest allowed ratio between the medians of refusals.
const APART: f64 = 1.35;

const SETTINGS: [(&str, &str); 3] = [
    ("EMAIL_VERIFICATION", "required"),
    ("ARGON2_MEMORY_KIB", "4096"),
    ("ARGON2_ITERATIONS", "2"),
];

/// A hash that takes 2^`cost` rounds.
fn bcrypt(cost: u32, password: &str) -> String {
    let mut specification = Specification::new();
    let symbols = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    specification.symbols.push_str(symbols);
    let alphabet = specification.encoding().unwrap();
    let made = bcrypt::bcrypt(cost, [7; 16], format!("{password}\0").as_bytes());
    let text = [alphabet.encode(&[7; 16]), alphabet.encode(&made[..23])].concat();
    format!("$2b${cost:02}${text}")
}

/// Hashes that match no password, of every kind and many costs, including those of earlier settings of
/// Vestibule.
fn hashes() -> Vec<(&'static str, String)> {
    let rest = "c2FsdHNhbHRzYWx0c2FsdA$V1hX+/a7odzEdbHy8AUYV6jCCL38+OOq7YDKFFHg6Ls";
    let phc = |params: &str| format!("{params}{rest}");
    vec![
        ("cheaper", phc("$argon2id$v=19$m=4096,t=1,p=1$")),
        ("dearer", phc("$argon2id$v=19$m=16384,t=2,p=1$")),
        ("PBKDF2", phc("$pbkdf2-sha256$i=500$")),
        (
            "Django",
            format!("pbkdf2_sha256$200$NaCl1234${}=", &rest[23..]),
        ),
        ("scrypt", phc("$scrypt$ln=6,r=8,p=1$")),
        (
            "Django's scrypt",
            format!("scrypt$32$NaCl${}${}${}=", 8, 1, &rest[23..]),
        ),
        ("bcrypt", bcrypt(7, RIGHT)),
        ("damaged", "$2b$04$damaged".to_owned()),
        ("too dear", phc("$argon2id$v=19$m=4194304,t=9,p=1$")),
        ("none", "!".to_owned()),
    ]
}

async fn with_hash(app: &TestApp, hash: &str) -> String {
    let person = app.person().verified().await;
    let sql = "UPDATE users SET password_hash = $2 WHERE email = $1";
    app.sql(sql, &[&person.email, &hash]).await;
    person.email
}

/// A request, and the times of its answers.
struct Asked {
    name: String,
    body: Value,
    took: Vec<Duration>,
}

fn asked(name: &str, email: &str, password: &str) -> Asked {
    Asked {
        name: name.to_owned(),
        body: json!({ "email": email, "password": password }),
        took: Vec::new(),
    }
}

/// An account of each kind and an address without an account, with a password that is to be refused.
async fn of_every_kind(app: &TestApp, password: &str) -> Vec<Asked> {
    let mut all = vec![asked("unknown", "nobody@example.com", password)];
    for (name, hash) in hashes() {
        let email = with_hash(app, &hash).await;
        all.push(asked(name, &email, password));
    }
    let current = app.person().verified().await;
    all.push(asked("current", &current.email, password));
    all
}

fn median(took: &[Duration]) -> f64 {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2].as_secs_f64()
}

#[expect(
    clippy::print_stdout,
    reason = "a measurement is for the one who runs it"
)]
fn assert_alike(all: &[Asked]) {
    let medians: Vec<(f64, &str)> = all
        .iter()
        .map(|asked| (median(&asked.took), asked.name.as_str()))
        .collect();
    println!("{medians:.3?}");
    let times = || medians.iter().map(|(time, _)| *time);
    let (least, most) = (
        times().fold(f64::MAX, f64::min),
        times().fold(0.0, f64::max),
    );
    assert!(most / least < APART, "{medians:.3?}");
}

async fn forget_failures(app: &TestApp) {
    app.sql("DELETE FROM account_throttles", &[]).await;
}

/// Sends the requests in mixed order. The first answers do not count: they measure how long the kinds take
/// here.
async fn ask_all(app: &TestApp, apis: &[Api], all: &mut [Asked]) {
    let mut mixed = Mixed(18);
    let mut order: Vec<usize> = (0..all.len()).collect();
    for round in 0..=SAMPLES {
        forget_failures(app).await;
        mixed.shuffle(&mut order);
        for at in &order {
            let one = &mut all[*at];
            let request = apis[round % apis.len()].request(Method::POST, "/login");
            let request = request.json(&one.body);
            let began = Instant::now();
            assert_eq!(Answer::of(request).await.status, 401, "{}", one.name);
            if round > 0 {
                one.took.push(began.elapsed());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusal_times_do_not_reveal_the_kind_of_hash() {
    let app = TestApp::with(&SETTINGS).await;
    let mut all = of_every_kind(&app, WRONG).await;
    // Right passwords of accounts that may not sign in.
    let hash = bcrypt(7, RIGHT);
    for (name, change) in [
        (
            "unverified",
            "UPDATE users SET email_verified_at = NULL WHERE email = $1",
        ),
        (
            "disabled",
            "UPDATE users SET disabled_at = now() WHERE email = $1",
        ),
        (
            "deleted",
            "UPDATE users SET disabled_at = now(), deleted_at = now() WHERE email = $1",
        ),
    ] {
        let email = with_hash(&app, &hash).await;
        app.sql(change, &[&email]).await;
        all.push(asked(name, &email, RIGHT));
    }
    ask_all(&app, &[app.api()], &mut all).await;
    assert_alike(&all);
    let hashes = "SELECT count(*) FROM users WHERE password_hash = $1";
    let kept: i64 = app.sql(hashes, &[&hash]).await[0].get(0);
    assert_eq!(kept, 4, "none was replaced");
}

/// A password with several Unicode forms takes longer, for every address.
#[tokio::test(flavor = "multi_thread")]
async fn refusal_times_of_unicode_passwords_do_not_reveal_the_kind_of_hash() {
    let app = TestApp::with(&SETTINGS).await;
    let mut all = of_every_kind(&app, VIETNAMESE).await;
    ask_all(&app, &[app.api()], &mut all).await;
    assert_alike(&all);
}

/// Every node learns of an import at once, and forgets a kind as soon as its last account is gone.
#[tokio::test(flavor = "multi_thread")]
async fn another_node_learns_the_kinds_of_hashes_at_once() {
    let app = TestApp::with(&SETTINGS).await;
    let node = app.another_node();
    let apis = [app.api(), app.api().at(&node)];
    let mut ours = vec![asked("ours", "nobody@example.com", WRONG)];
    ask_all(&app, &apis, &mut ours).await;
    let mut all = of_every_kind(&app, WRONG).await;
    ask_all(&app, &apis, &mut all).await;
    assert_alike(&all);
    app.sql("DELETE FROM users", &[]).await;
    let mut again = vec![asked("again", "nobody@example.com", WRONG)];
    ask_all(&app, &apis, &mut again).await;
    assert!(median(&again[0].took) < median(&all[0].took) / 1.5);
    assert!(median(&ours[0].took) < median(&all[0].took) / 1.5);
    drop(node);
}

/// The page, and a password that a signed-in session gives again.
#[tokio::test(flavor = "multi_thread")]
async fn page_and_reauthentication_refuse_in_the_same_time() {
    let app = TestApp::with(&SETTINGS).await;
    let dear = app.person().verified().await;
    let person = app.person().verified().await;
    let (signed_in, dear_signed_in) = (
        app.api().sign_in(&person).await,
        app.api().sign_in(&dear).await,
    );
    let sql = "UPDATE users SET password_hash = $2 WHERE email = $1";
    app.sql(sql, &[&dear.email, &bcrypt(10, RIGHT)]).await;
    let mut all = Vec::new();
    for email in ["nobody@example.com", &person.email, &dear.email] {
        all.push(asked(&format!("page: {email}"), email, WRONG));
    }
    let again = json!({ "password": WRONG });
    let change = json!({ "current_password": WRONG, "new_password": RIGHT });
    let mut calls = Vec::new();
    for (call, body) in [("/reauthenticate", again), ("/change-password", change)] {
        for (whose, signed_in) in [("today's", &signed_in), ("bcrypt", &dear_signed_in)] {
            let mut one = asked(&format!("{call}: {whose}"), "", "");
            one.body = body.clone();
            calls.push((call, signed_in, one));
        }
    }
    for round in 0..=SAMPLES {
        forget_failures(&app).await;
        for asked in &mut all {
            let mut browser = app.browser();
            let csrf = browser.csrf_token().await;
            let mut fields = vec![("csrf_token".to_owned(), csrf)];
            for name in ["email", "password"] {
                let value = asked.body[name].as_str().unwrap();
                fields.push((name.to_owned(), value.to_owned()));
            }
            let request = browser.post_request("/login");
            let request = request.header("origin", ORIGIN).body(urlencoded(&fields));
            let began = Instant::now();
            assert_eq!(browser.send(request).await.status, 401);
            asked.took.extend((round > 0).then(|| began.elapsed()));
        }
        for (call, signed_in, asked) in &mut calls {
            let request = app.api().with(signed_in).request(Method::POST, call);
            let began = Instant::now();
            let status = Answer::of(request.json(&asked.body)).await.status;
            assert!((400..429).contains(&status), "{status}");
            asked.took.extend((round > 0).then(|| began.elapsed()));
        }
    }
    all.extend(calls.into_iter().map(|(.., asked)| asked));
    assert_alike(&all);
}

/// Concurrent guesses at one address are refused one after the other, like those at an expensive hash.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_guesses_do_not_reveal_the_kind_of_hash() {
    const AT_ONCE: u32 = 4;
    let app = TestApp::with(&SETTINGS).await;
    with_hash(&app, &bcrypt(8, RIGHT)).await;
    let api = app.api();
    let ask = async || {
        let body = json!({ "email": "nobody@example.com", "password": WRONG });
        let began = Instant::now();
        let answer = Answer::of(api.request(Method::POST, "/login").json(&body)).await;
        assert_eq!(answer.status, 401);
        began.elapsed()
    };
    // The first one measures how long the kind takes here.
    ask().await;
    let alone = bcrypt_alone();
    let mut took = join_all((0..AT_ONCE).map(|_| ask())).await;
    took.sort_unstable();
    assert!(took[3] >= alone * (AT_ONCE - 1), "{took:?}, one: {alone:?}");
    assert!(took[3] >= took[0] + alone, "{took:?}, one: {alone:?}");
}

/// The shortest time that one bcrypt of the test takes here.
fn bcrypt_alone() -> Duration {
    let times = (0..5).map(|_| {
        let began = Instant::now();
        bcrypt(8, WRONG);
        began.elapsed()
    });
    times.min().unwrap()
}

/// The database distinguishes every kind of cost, whatever the salt.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_lists_the_kinds_of_hashes_in_use() {
    let app = TestApp::start().await;
    for (_, hash) in hashes() {
        for salted in [
            hash.clone(),
            hash.replace("c2FsdHNhb", "AAAAAAAAA")
                .replace("NaCl", "AAAA"),
        ] {
            with_hash(&app, &salted).await;
        }
    }
    let shared = app.services().db.shared().await.unwrap();
    let examples = vestibule::internals::db::sign_in::password_kinds::examples(&shared, 65)
        .await
        .unwrap();
    for (name, hash) in hashes() {
        let begins = ["c2Fs", "NaCl", "CO"]
            .iter()
            .find_map(|salt| hash.split_once(salt));
        let begins = begins.map_or(hash.as_str(), |(begins, _)| begins);
        let found = examples
            .iter()
            .filter(|one| one.starts_with(begins))
            .count();
        let expected = usize::from(!["damaged", "none"].contains(&name));
        assert_eq!(found, expected, "{name}: {examples:?}");
    }
    assert_eq!(examples.len(), hashes().len() - 2, "{examples:?}");
    let some = vestibule::internals::db::sign_in::password_kinds::examples(&shared, 3)
        .await
        .unwrap();
    assert_eq!(some.len(), 3);
}
