//! "This wasn't me": what an attacker gains before an event, by the link in its mail, and after the freeze. The
//! tables in `docs/security.md` have a row for each kind of attacker.

mod borrowed;
mod credentials;
mod judged;
mod links;
mod mailboxes;
mod model;
mod orders;
mod play;
mod proofs;
mod remains;
mod tokens;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Api, Person, Reply, TestApp};

/// The attacker's mailbox.
const THIEFS: &str = "thief@example.net";
/// The owner's new mailbox.
const NEW: &str = "new@example.org";

/// A client of the API. It may show the device cookie of a browser.
struct Party<'a> {
    app: &'a TestApp,
    api: Api,
    agent: &'static str,
    device: Option<String>,
}

impl<'a> Party<'a> {
    /// A program, or a browser that the account does not know.
    fn unknown(app: &'a TestApp, agent: &'static str) -> Self {
        Self {
            app,
            api: app.api(),
            agent,
            device: None,
        }
    }

    /// A browser that the account has known for more than 72 hours.
    async fn known(app: &'a TestApp, person: &Person, agent: &'static str) -> Self {
        let mut browser = app.browser();
        let page = match &person.phone {
            Some(_) => browser.sign_in_with(person, &person.code()).await,
            None => browser.sign_in(person).await,
        };
        assert_eq!(page.path(), "/account");
        app.wait(TimeDelta::hours(73));
        let device = browser.jar.value("__Host-device").map(str::to_owned);
        assert!(device.is_some());
        Self {
            device,
            ..Self::unknown(app, agent)
        }
    }

    async fn post(&self, call: &str, body: Value) -> Reply {
        let request = self.api.request(Method::POST, call);
        let request = request.header("user-agent", self.agent).json(&body);
        Reply::of(match &self.device {
            Some(device) => request
                .header("cookie", format!("__Host-device={device}"))
                .header("sec-fetch-site", "same-origin"),
            None => request,
        })
        .await
    }

    /// Signs in, and keeps the session.
    async fn sign_in(&mut self, email: &str, password: &str, code: Option<&str>) -> Reply {
        let body = json!({ "email": email, "password": password });
        let mut reply = self.post("/login", body).await;
        if let Some(code) = code {
            let body = json!({ "mfa_token": reply.text("mfa_token"), "code": code });
            reply = self.post("/login/mfa", body).await;
        }
        assert_eq!(reply.status, 200, "{reply:?}");
        self.api = self.app.api().with(&reply);
        reply
    }

    /// Moves the account to another address, and goes on with the new pair.
    async fn moves_to(&mut self, new_email: &str) {
        let asked = self.post("/change-email", json!({ "new_email": new_email }));
        assert_eq!(asked.await.status, 202);
        let mail = self.app.post.mail(new_email, "Confirm your new").await;
        let body = json!({ "token": mail.token() });
        let reply = self.post("/confirm-email", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.api = self.app.api().with(&reply);
    }

    async fn changes_password(&mut self, from: &str, to: &str) {
        let body = json!({ "current_password": from, "new_password": to });
        let reply = self.post("/change-password", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.api = self.app.api().with(&reply);
    }
}

/// The token of the link in the oldest unread mail with this subject.
async fn link(app: &TestApp, to: &str, subject: &str) -> String {
    app.post.mail(to, subject).await.token_of("/not-me")
}

/// Uses a link, with this proof.
async fn press(app: &TestApp, token: &str, proof: Value) -> Reply {
    let mut body = json!({ "token": token });
    for (field, value) in proof.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    app.api().post("/not-me", body).await
}

/// Uses a link, and returns whether it put something back.
async fn pressed(app: &TestApp, token: &str, proof: Value) -> bool {
    let reply = press(app, token, proof).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["restored"].as_bool().unwrap()
}

/// Status and code of the refusal of a link.
async fn refused(app: &TestApp, token: &str, proof: Value) -> (u16, String) {
    let reply = press(app, token, proof).await;
    (reply.status, reply.code().to_owned())
}

fn dead() -> (u16, String) {
    (422, "invalid_token".to_owned())
}

async fn address(app: &TestApp, person: &Person) -> String {
    let sql = "SELECT email FROM users WHERE id = $1::text::uuid";
    app.sql(sql, &[&person.id.to_string()]).await[0].get(0)
}

/// The status of a sign-in with a password; 200 also where a code is required next.
async fn sign_in_status(app: &TestApp, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    app.api().post("/login", body).await.status
}

fn resets(app: &TestApp, to: &str) -> usize {
    let sent = app.post.mailbox().sent();
    let resets = sent
        .iter()
        .filter(|mail| mail.to == to && mail.subject.contains("Reset your"));
    resets.count()
}

/// Whether "forgot password" mails a link to this address.
async fn gets_a_reset(app: &TestApp, email: &str) -> bool {
    app.outbox_is_empty().await;
    let before = resets(app, email);
    let body = json!({ "email": email });
    let asked = app.api().post("/forgot-password", body).await;
    assert_eq!(asked.status, 202);
    app.outbox_is_empty().await;
    resets(app, email) > before
}

/// Completes the newest reset that was mailed to this address.
async fn reset(app: &TestApp, email: &str, new_password: &str) -> Reply {
    app.outbox_is_empty().await;
    let mut token = app.post.mail(email, "Reset your").await.token();
    let sent = app.post.mailbox().sent();
    let mails = sent.iter().filter(|mail| mail.to == email);
    let mut links = mails.filter_map(|mail| mail.text.split_once("/reset-password?token="));
    if let Some((_, newest)) = links.next_back() {
        newest
            .split_whitespace()
            .next()
            .unwrap()
            .clone_into(&mut token);
    }
    let body = json!({ "token": token, "new_password": new_password });
    app.api().post("/reset-password", body).await
}

/// Whether the newest change of the account counts as made in a known browser.
async fn by_known_browser(app: &TestApp) -> bool {
    let newest = "SELECT by_known_browser FROM undo_points WHERE change <> 'nothing'
        ORDER BY number DESC LIMIT 1";
    app.sql(newest, &[]).await[0].get(0)
}
