//! Many new passwords at once, each as expensive to check as a search could find. Other requests are
//! answered as quickly as without them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;
use url::form_urlencoded;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::{PASSWORD, Person};

const AT_ONCE: usize = 210;

/// A password in which each sign stands for a letter, and some for two.
fn dear(n: usize) -> String {
    let signs = "4@8({[<3690!1|05$+7%2".chars().cycle();
    signs.skip(n % 21).take(200).collect()
}

/// The largest input beside the password: 3 KB of words, and the longest possible name.
fn words(n: usize) -> (String, String) {
    let email: Vec<String> = (0..600).map(|word| (word * 7 + n).to_string()).collect();
    (email.join("."), "4@8({[<3 ".repeat(11))
}

/// How long `/healthz` and a sign-in took while `flood` was being answered. Medians, because other tests
/// share the machine.
async fn latencies_during(
    node: &Node,
    ada: &Person,
    mut flood: JoinSet<u16>,
) -> (BTreeMap<u16, usize>, Duration, Duration) {
    let mut answers = BTreeMap::new();
    let (mut health, mut sign_in) = (Vec::new(), Vec::new());
    while !flood.is_empty() {
        let asked = Instant::now();
        let answer = node.http.get(node.url("/healthz")).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
        health.push(asked.elapsed());
        let asked = Instant::now();
        ada.sign_in(node).await;
        sign_in.push(asked.elapsed());
        while let Some(answer) = flood.try_join_next() {
            *answers.entry(answer.expect("no panic")).or_default() += 1;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let [health, sign_in] = [health, sign_in].map(|mut took| {
        took.sort_unstable();
        println!("{took:?}");
        took[took.len() / 2]
    });
    println!("{answers:?}; /healthz {health:?}, a sign-in {sign_in:?}");
    (answers, health, sign_in)
}

async fn typed(node: &Node) -> JoinSet<u16> {
    let page = node.http.get(node.url("/register")).send().await.unwrap();
    let cookies = page.headers().get_all(SET_COOKIE).iter();
    let cookies: Vec<String> = cookies
        .filter_map(|set| Some(set.to_str().ok()?.split_once(';')?.0.to_owned()))
        .collect();
    let cookies = cookies.join("; ");
    let page = page.text().await.unwrap();
    let (_, token) = page.split_once("name=\"csrf_token\" value=\"").unwrap();
    let token = token.split_once('"').unwrap().0.to_owned();
    let mut flood = JoinSet::new();
    for n in 0..AT_ONCE {
        let (email, display_name) = words(n);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf_token", &token)
            .append_pair("password", &dear(n))
            .append_pair("email", &email)
            .append_pair("display_name", &display_name)
            .finish();
        let asked = node
            .http
            .post(node.url("/password-strength"))
            .header(COOKIE, &cookies)
            .header("Sec-Fetch-Site", "same-origin")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        flood.spawn(async move { asked.send().await.expect("an answer").status().as_u16() });
    }
    flood
}

fn registered(node: &Node) -> JoinSet<u16> {
    let mut flood = JoinSet::new();
    for n in 0..AT_ONCE {
        let (email, display_name) = words(n);
        // Every second input has no valid address, so no account is created for it.
        let email = if n % 2 == 0 {
            email
        } else {
            format!("ada{n}@example.org")
        };
        let input = json!({ "email": email, "password": dear(n), "display_name": display_name });
        let asked = node.http.post(node.url("/api/auth/register")).json(&input);
        flood.spawn(async move { asked.send().await.expect("an answer").status().as_u16() });
    }
    flood
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_passwords_at_once_hold_up_neither_health_nor_a_sign_in() {
    let cluster = Cluster::start().await;
    let settings = [
        ("HASHING_CONCURRENCY", "2"),
        ("ARGON2_MEMORY_KIB", "19456"),
        ("ARGON2_ITERATIONS", "2"),
    ];
    let node = Node::with(&cluster, &settings).await;
    let ada = Person::register(&node, "ada").await;

    let (answers, health, sign_in) = latencies_during(&node, &ada, typed(&node).await).await;
    assert_eq!(answers, BTreeMap::from([(200, AT_ONCE)]));
    assert!(health < Duration::from_millis(500), "{health:?}");
    assert!(sign_in < Duration::from_secs(2), "{sign_in:?}");

    let (answers, health, sign_in) = latencies_during(&node, &ada, registered(&node)).await;
    assert_eq!(
        answers,
        BTreeMap::from([(201, AT_ONCE / 2), (422, AT_ONCE / 2)])
    );
    assert!(health < Duration::from_millis(500), "{health:?}");
    assert!(sign_in < Duration::from_secs(2), "{sign_in:?}");

    let input = json!({ "email": ada.email, "password": PASSWORD });
    assert_eq!(
        node.post("/login", &input).await.expect(200).body["token_type"],
        "bearer"
    );
}
