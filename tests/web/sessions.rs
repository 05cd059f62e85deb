//! Sessions: how they begin, continue and end.

mod cutoff;
mod devices;
mod ending;
mod lifetime;
mod limit;
mod machine;
mod paging;
mod replays;
mod revoking;
mod rotating;
mod signing_in;
mod signing_out;
mod silent_refresh;
mod stolen_tokens;
mod token_status;

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

/// Whether an answer sets or clears a token cookie.
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

/// Sessions as an earlier version may have left them, last used one second apart.
async fn left_behind(app: &TestApp, person: &Person, count: i32) {
    let sql = "INSERT INTO sessions (id, user_id, token_hash, jti, issued_at, expires_at, \
         absolute_expires_at, created_at, last_seen_at, remembered, authenticated_at, \
         authentication_methods, proven_at, proof_methods) \
         SELECT gen_random_uuid(), u.id, sha256(n::text::bytea), n::text, t.at, t.at + '7 days', \
         t.at + '30 days', t.at, t.at, false, t.at, '{pwd}', t.at, '{pwd}' \
         FROM users u, generate_series(1, $2) n, \
         LATERAL (SELECT u.created_at - make_interval(secs => n) AS at) t WHERE u.id::text = $1 RETURNING 1";
    app.sql(sql, &[&person.id.to_string(), &count]).await;
}
