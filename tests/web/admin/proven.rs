//! Proven and unproven mailboxes: `email_verified` in a file only allows signing in, and only while the
//! admins of the import are admins. Proving the mailbox takes precedence over an earlier holder of the
//! account.

mod by_file;
mod take_over;
mod unverified;

use serde_json::json;
use uuid::Uuid;

use super::{admin, imports::DJANGO};
use crate::harness::{
    Api, Browser, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const OWNER: &str = "owner@example.org";

/// A file with one account whose password the admin knows.
fn file(verified: bool) -> String {
    format!("email,password_hash,display_name,email_verified\n{OWNER},{DJANGO},Olga,{verified}\n")
}

/// An admin, with a signed-in client and browser.
async fn importer(app: &TestApp) -> (Person, Api, Browser) {
    let (host, api) = admin(app).await;
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    (host, api, browser)
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    app.api().post("/login", body).await
}

async fn id_of(app: &TestApp, email: &str) -> Uuid {
    let sql = "SELECT id::text FROM users WHERE email_canonical = $1";
    let id: String = app.sql(sql, &[&email]).await[0].get(0);
    id.parse().unwrap()
}

async fn register(app: &TestApp, email: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "display_name": "Squatter" });
    app.api().post("/register", body).await
}

async fn invited(app: &TestApp, api: &Api, email: &str) -> (Reply, String) {
    let reply = api
        .admin("", json!({ "email": email, "role": "user" }))
        .await;
    let token = app.post.mail(email, "invited").await.token();
    (reply, token)
}

async fn accept(app: &TestApp, token: &str) -> Reply {
    let body = json!({ "token": token, "password": NEW_PASSWORD, "display_name": "Olga" });
    app.api().post("/accept-invitation", body).await
}
