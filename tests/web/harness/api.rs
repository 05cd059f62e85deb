//! A client of the JSON API.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    app::Node,
    browser::{Browser, http},
    described,
    people::Person,
    settings::HOST,
};

/// A program that calls the API, signed in or not.
#[derive(Clone)]
pub(crate) struct Api {
    http: Client,
    node: String,
    bearer: Option<String>,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The JSON body; null if there is none.
    pub(crate) body: Value,
    pub(crate) answer: Answer,
}

impl Api {
    pub(crate) fn new(node: &Node) -> Self {
        Self {
            http: http(),
            node: node.url(),
            bearer: None,
        }
    }

    /// The same client with the access token of a reply.
    pub(crate) fn with(&self, reply: &Reply) -> Self {
        self.with_token(reply.text("access_token"))
    }

    /// The same client with this access token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client for another node.
    pub(crate) fn at(&self, node: &Node) -> Self {
        Self {
            node: node.url(),
            ..self.clone()
        }
    }

    /// A POST below `/api/auth`; null sends no body.
    pub(crate) async fn post(&self, call: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, call);
        Reply::of(match body {
            Value::Null => request,
            body => request.json(&body),
        })
        .await
    }

    /// A GET below `/api/auth`.
    pub(crate) async fn get(&self, call: &str) -> Reply {
        Reply::of(self.request(Method::GET, call)).await
    }

    /// A POST below `/api/admin/users`.
    pub(crate) async fn admin(&self, call: &str, body: Value) -> Reply {
        let request = self.request_at(Method::POST, &format!("/api/admin/users{call}"));
        Reply::of(request.json(&body)).await
    }

    /// A GET below `/api/admin/users`.
    pub(crate) async fn admin_get(&self, call: &str) -> Reply {
        Reply::of(self.request_at(Method::GET, &format!("/api/admin/users{call}"))).await
    }

    /// A request below `/api/auth`.
    pub(crate) fn request(&self, method: Method, call: &str) -> RequestBuilder {
        self.request_at(method, &format!("/api/auth{call}"))
    }

    /// A request to any path.
    pub(crate) fn request_at(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.node))
            .header("host", HOST);
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Signs in with address and password. The reply has a token pair, or requires a code.
    pub(crate) async fn sign_in(&self, person: &Person) -> Reply {
        let body = json!({ "email": person.email, "password": person.password });
        self.post("/login", body).await
    }

    /// Signs in with a code as second factor.
    pub(crate) async fn sign_in_with(&self, person: &Person, code: &str) -> Reply {
        let pending = self.sign_in(person).await;
        assert_eq!(pending.body["mfa_required"], true, "{pending:?}");
        let body = json!({ "mfa_token": pending.text("mfa_token"), "code": code });
        self.post("/login/mfa", body).await
    }

    /// Requests the next token pair.
    pub(crate) async fn refresh(&self, token: &str) -> Reply {
        self.post("/refresh", json!({ "refresh_token": token }))
            .await
    }
}

impl Reply {
    /// Sends a call. Asserts that a refusal is a problem document (RFC 9457), and that the description of
    /// the API documents the answer.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let asked = described::asked(&request);
        Self::read(Answer::of(request).await).described(asked)
    }

    /// Sends a call from a browser, with its cookies.
    pub(crate) async fn from_browser(browser: &mut Browser, request: RequestBuilder) -> Self {
        let asked = described::asked(&request);
        Self::read(browser.send(request).await).described(asked)
    }

    fn described(self, asked: Option<(Method, String)>) -> Self {
        if let Some((method, path)) = asked {
            described::assert_described(&method, &path, &self);
        }
        self
    }

    fn read(answer: Answer) -> Self {
        let body = match answer.body.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).expect("JSON"),
        };
        let reply = Self {
            status: answer.status,
            body,
            answer,
        };
        if reply.status >= 400 {
            reply.assert_problem();
        } else if !reply.body.is_null() {
            assert_eq!(
                reply.answer.header("content-type"),
                Some("application/json")
            );
        }
        reply
    }

    /// The text of a field of the body.
    pub(crate) fn text(&self, field: &str) -> &str {
        let lacks = || panic!("no {field} in {} {}", self.status, self.body);
        self.body[field].as_str().unwrap_or_else(lacks)
    }

    /// The code of a problem document.
    pub(crate) fn code(&self) -> &str {
        self.text("code")
    }

    fn assert_problem(&self) {
        let Self { body, answer, .. } = self;
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(body["status"], self.status, "{self:?}");
        let code = self.code();
        assert!(
            !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{self:?}"
        );
        for field in ["type", "title", "detail"] {
            assert!(
                body[field].as_str().is_some_and(|text| !text.is_empty()),
                "{self:?}"
            );
        }
        if let Some(errors) = body.get("errors") {
            let fields = errors.as_object().expect("fields");
            let has_message = |of: &Value| of.as_array().is_some_and(|all| !all.is_empty());
            assert!(fields.values().all(has_message), "{self:?}");
        }
        if self.status == 401 {
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Bearer"),
                "{self:?}"
            );
        }
    }
}
