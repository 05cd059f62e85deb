//! The JSON API as a client program sees it.

use serde_json::{Value, json};

use crate::node::Node;

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The JSON body, or null if there is none.
    pub(crate) body: Value,
}

impl Answer {
    /// The text of a field of the body.
    pub(crate) fn text(&self, field: &str) -> String {
        let text = self.body[field].as_str();
        text.unwrap_or_else(|| panic!("no {field}: {self:?}"))
            .to_owned()
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The token pair of a successful answer.
    #[track_caller]
    pub(crate) fn pair(&self) -> Pair {
        assert!((200..300).contains(&self.status), "{self:?}");
        Pair {
            access: self.text("access_token"),
            refresh: self.text("refresh_token"),
        }
    }
}

/// The tokens that a client keeps.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Node {
    /// Posts to a call below `/api/auth`; an error where the connection breaks.
    pub(crate) async fn try_post(
        &self,
        call: &str,
        bearer: Option<&str>,
        body: &Value,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.post(self.url(&format!("/api/auth{call}")));
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let answer = request.json(body).send().await?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        })
    }

    /// Posts without signing in.
    pub(crate) async fn post(&self, call: &str, body: &Value) -> Answer {
        self.try_post(call, None, body).await.expect("an answer")
    }

    /// Posts with an access token.
    pub(crate) async fn post_as(&self, pair: &Pair, call: &str, body: &Value) -> Answer {
        let answer = self.try_post(call, Some(&pair.access), body).await;
        answer.expect("an answer")
    }

    /// Requests the next pair.
    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post("/refresh", &json!({ "refresh_token": token }))
            .await
    }

    /// The status of `GET /me`.
    pub(crate) async fn me(&self, pair: &Pair) -> u16 {
        let request = self.http.get(self.url("/api/auth/me"));
        let answer = request.bearer_auth(&pair.access).send().await;
        answer.expect("an answer").status().as_u16()
    }
}
