//! The account page and what belongs to it: profile, activity, export.

mod activity;
mod export;
mod overview;
mod profile;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Api, Browser, Person, Reply, TestApp};

async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(person).await.path(), "/account");
    browser
}

async fn program_of(app: &TestApp, person: &Person) -> Api {
    app.api().with(&app.api().sign_in(person).await)
}

/// `PATCH /api/auth/me`
async fn patch_me(api: &Api, body: Value) -> Reply {
    Reply::of(api.request(Method::PATCH, "/me").json(&body)).await
}
