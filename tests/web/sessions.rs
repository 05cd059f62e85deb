//! Staying signed in, and ceasing to be.

mod cutoff;
mod devices;
mod ending;
mod machine;
mod replays;
mod revoking;
mod rotating;
mod shadowing;
mod signing_in;
mod signing_out;
mod silent_refresh;
mod standing;
mod staying;

use serde_json::Value;

use crate::harness::{Api, Browser, Person, TestApp, cookie::SetCookie};

const PAIR: [&str; 2] = ["__Host-access", "__Host-refresh"];

/// The last `Set-Cookie` of each token cookie.
fn pair_of(cookies: &[SetCookie]) -> [SetCookie; 2] {
    PAIR.map(|name| {
        let mut set = cookies.iter().rev().filter(|cookie| cookie.name == name);
        set.next()
            .unwrap_or_else(|| panic!("{name} is not set: {cookies:?}"))
            .clone()
    })
}

/// Whether an answer says anything of the token cookies.
fn touches_pair(cookies: &[SetCookie]) -> bool {
    cookies
        .iter()
        .any(|cookie| PAIR.contains(&cookie.name.as_str()))
}

async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(person).await;
    browser
}

/// The sessions as the API lists them.
async fn listed(api: &Api) -> Vec<Value> {
    let reply = api.get("/sessions").await;
    assert_eq!(reply.status, 200);
    reply.body["sessions"].as_array().expect("a list").clone()
}
