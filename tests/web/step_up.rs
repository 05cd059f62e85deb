//! Step-up: sensitive acts require reauthentication within the last ten minutes, on pages and in the API.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    form::Form,
    people::{NEW_PASSWORD, PASSWORD},
};

mod api;
mod pages;
mod throttles;

const STALE: TimeDelta = TimeDelta::minutes(10);

/// A session whose last reauthentication is too old.
async fn stale(app: &TestApp, owner: &Person) -> (Browser, Api) {
    let mut browser = app.browser();
    browser.sign_in_with(owner, &owner.backup_codes[0]).await;
    let pair = app.api().sign_in_with(owner, &owner.backup_codes[1]).await;
    app.wait(STALE);
    (browser, app.api().with(&pair))
}

async fn proofs(app: &TestApp) -> Vec<String> {
    let sql =
        "SELECT proven_at::text || array_to_string(proof_methods, ',') FROM sessions ORDER BY id";
    let rows = app.sql(sql, &[]).await;
    rows.iter().map(|row| row.get(0)).collect()
}
