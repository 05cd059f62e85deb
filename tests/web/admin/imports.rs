//! Imports of accounts from a file: checked, confirmed, run in the background, and undone.

mod judging;
mod running;
mod undoing;

use std::time::Duration;

use reqwest::Method;
use tokio::time::{sleep, timeout};

use super::admin;
use crate::harness::{Browser, TestApp, answer::Answer, settings::ORIGIN};

/// The number of staged accounts.
const STAGED: &str = "SELECT count(*) FROM user_import_rows";
pub(super) const IMPORTS: &str = "/admin/users/import";
/// `café au lait, twice`, hashed as Django does, by `hashlib.pbkdf2_hmac`.
pub(crate) const DJANGO: &str =
    "pbkdf2_sha256$1000$NaCl1234$ATOxvMLiVQDHKjvdP+GmVAd7vH6b2GyOg2CcmBnDwbM=";
pub(crate) const DJANGO_PASSWORD: &str = "café au lait, twice";

/// A form with a file, as a browser sends it.
pub(super) fn multipart(token: Option<&str>, name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(token) = token {
        let field = "--edge\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n";
        body.extend_from_slice(format!("{field}{token}\r\n").as_bytes());
    }
    let field = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    body.extend_from_slice(field.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    body
}

async fn send(browser: &mut Browser, body: Vec<u8>) -> Answer {
    let request = browser
        .request(Method::POST, IMPORTS)
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .body(body);
    browser.send(request).await
}

async fn upload(browser: &mut Browser, content: &str) -> Answer {
    let token = browser.csrf_token().await;
    let body = multipart(Some(&token), "users.csv", content.as_bytes());
    send(browser, body).await
}

/// Uploads a file, asserts that it is kept, and returns the path of its page.
pub(super) async fn kept(browser: &mut Browser, content: &str) -> String {
    let answer = upload(browser, content).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").unwrap().to_owned()
}

/// Uploads and confirms a file, and waits until it is done.
pub(crate) async fn imported(app: &TestApp, browser: &mut Browser, content: &str) -> String {
    let path = kept(browser, content).await;
    browser.visit(&path).await;
    browser.submit(&format!("{path}/confirm"), &[]).await;
    assert_eq!(settled(app, &path).await, "done");
    path
}

async fn state(app: &TestApp, path: &str) -> String {
    let id = path.rsplit('/').next().unwrap().to_owned();
    let rows = app
        .sql("SELECT state FROM user_imports WHERE id::text = $1", &[&id])
        .await;
    rows[0].get(0)
}

/// Waits until a running import has ended. Returns its state.
pub(super) async fn settled(app: &TestApp, path: &str) -> String {
    let until_done = async {
        loop {
            match state(app, path).await.as_str() {
                "running" => sleep(Duration::from_millis(50)).await,
                state => return state.to_owned(),
            }
        }
    };
    let patience = Duration::from_secs(30);
    timeout(patience, until_done).await.expect("it ends")
}

pub(super) async fn count(app: &TestApp, sql: &str) -> i64 {
    app.sql(sql, &[]).await[0].get(0)
}

pub(crate) async fn host(app: &TestApp) -> Browser {
    let (host, _) = admin(app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    browser
}

/// Rows with addresses of this domain.
pub(super) fn rows(domain: &str, count: usize) -> String {
    let rows: Vec<_> = (1..=count).map(|n| format!("p{n}@{domain}")).collect();
    format!("email\n{}\n", rows.join("\n"))
}

async fn with_token<'a>(
    browser: &mut Browser,
    fields: &[(&'a str, &'a str)],
) -> Vec<(&'a str, String)> {
    let mut all = vec![("csrf_token", browser.csrf_token().await)];
    all.extend(
        fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    all
}
