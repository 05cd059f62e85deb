//! Calls for passkeys, in the order in which a client makes them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Api, Person, Reply, TestApp,
    authenticator::{Device, Manner},
};

/// Options of the API: the token of the challenge, and what the browser is asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) token: String,
    pub(crate) public_key: Value,
}

impl Asked {
    pub(crate) fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{reply:?}");
        Self {
            token: reply.text("challenge_token").to_owned(),
            public_key: reply.body["publicKey"].clone(),
        }
    }

    /// The body that sends an answer.
    pub(crate) fn body(&self, credential: Value) -> Value {
        let mut body = json!({ "challenge_token": self.token });
        body["credential"] = credential;
        body
    }
}

impl Api {
    /// Options for a new passkey.
    pub(crate) async fn creation(&self) -> Asked {
        Asked::of(&self.post("/passkeys/options", json!({})).await)
    }

    /// Adds a passkey. Returns its device, and the answer.
    pub(crate) async fn add_passkey(&self, manner: Manner) -> (Device, Reply) {
        let asked = self.creation().await;
        let (device, made) = Device::create(&asked.public_key, manner);
        (device, self.post("/passkeys", asked.body(made)).await)
    }

    /// Options for signing in with a passkey alone.
    pub(crate) async fn passkey_options(&self) -> Asked {
        Asked::of(&self.post("/login/passkey/options", Value::Null).await)
    }

    /// Options for a passkey as the second step.
    pub(crate) async fn second_step(&self, pending: &Reply) -> Asked {
        let body = json!({ "mfa_token": pending.text("mfa_token") });
        Asked::of(&self.post("/login/passkey/options", body).await)
    }

    /// Answers options for signing in.
    pub(crate) async fn answer(&self, asked: &Asked, device: &mut Device) -> Reply {
        let credential = device.get(&asked.public_key);
        self.post("/login/passkey", asked.body(credential)).await
    }

    /// Signs in with a passkey alone.
    pub(crate) async fn sign_in_by_passkey(&self, device: &mut Device) -> Reply {
        self.answer(&self.passkey_options().await, device).await
    }

    /// Signs in with the password, and a passkey as second step.
    pub(crate) async fn sign_in_by_both(&self, person: &Person, device: &mut Device) -> Reply {
        let pending = self.sign_in(person).await;
        let asked = self.second_step(&pending).await;
        self.answer(&asked, device).await
    }

    /// Reauthenticates with a passkey.
    pub(crate) async fn prove_by_passkey(&self, device: &mut Device) -> Reply {
        let asked = Asked::of(&self.post("/reauthenticate/options", Value::Null).await);
        let credential = device.get(&asked.public_key);
        self.post("/reauthenticate", asked.body(credential)).await
    }

    /// A call with another method below `/api/auth`.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(method, path).json(body)).await
    }
}

/// A user whose only second factor is a passkey.
pub(crate) async fn with_passkey(app: &TestApp, manner: Manner) -> (Person, Device) {
    let person = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&person).await);
    let (device, made) = api.add_passkey(manner).await;
    assert_eq!(made.status, 201, "{made:?}");
    (person, device)
}
