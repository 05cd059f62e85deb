//! Text messages, through the operator's gateway. A message that was accepted may be posted again, if the answer was
//! lost: its key tells the gateway that it is the same.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Position;
use uuid::Uuid;

use super::{Bounds, Failure, Outbound, StatusCode};
use crate::domain::{
    network::{sms::SmsSettings, tls},
    secrets::secret::SecretString,
};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(10),
    // Only the status counts.
    bytes: 64 * 1024,
    at_once: 16,
};
/// The settings to name when TLS fails.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "SMS_GATEWAY_URL",
    mode: "SMS_GATEWAY_URL",
    ca_file: None,
};

/// A message, as the gateway gets it.
#[derive(Serialize, Deserialize)]
pub struct TextMessage {
    /// The number in E.164.
    pub to: String,
    pub text: String,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    Accepted,
    /// The gateway will not take it, whatever happens.
    Refused(String),
    /// It is to be posted again.
    Failed(String),
}

/// The gateway of `SMS_GATEWAY_URL`.
pub struct Gateway {
    pub settings: SmsSettings,
    authorization: Option<SecretString>,
    outbound: Outbound,
}

impl Gateway {
    pub fn new(settings: &SmsSettings) -> Self {
        let bearer = |token: &SecretString| format!("Bearer {}", token.expose()).into();
        Self {
            settings: settings.clone(),
            authorization: settings.token.as_ref().map(bearer),
            outbound: Outbound::new(BOUNDS),
        }
    }

    /// Posts a message, within ten seconds. `key` is the same each time the same message is posted. The texts of the
    /// result say nothing about the message.
    pub async fn post(&self, key: Uuid, message: &TextMessage) -> Handover {
        let Ok(body) = serde_json::to_string(message) else {
            return Handover::Refused("it cannot be written as JSON".to_owned());
        };
        let key = key.to_string();
        let mut headers = vec![
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        headers.extend(
            self.authorization
                .as_ref()
                .map(|bearer| ("authorization", bearer.expose())),
        );
        match self.outbound.post(&self.settings.url, &headers, body).await {
            Ok(answer) => judge(answer.status),
            Err(failure) => Handover::Failed(described(&failure)),
        }
    }

    /// Whether the gateway answers at all; nothing is sent. An error is a text for the operator.
    pub async fn check(&self) -> Result<(), String> {
        match self.outbound.get(&self.settings.url, &[]).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(described(&failure)),
        }
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.settings.url[Position::BeforeHost..Position::AfterPort]
    }
}

fn described(failure: &Failure) -> String {
    match tls::advice(failure, TLS_SETTINGS) {
        Some(advice) => format!("{failure}: {advice}"),
        None => failure.to_string(),
    }
}

fn judge(status: StatusCode) -> Handover {
    let answer = format!("the gateway answers with status {}", status.as_u16());
    if status.is_success() {
        return Handover::Accepted;
    }
    let for_now = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    if status.is_client_error() && !for_now.contains(&status) {
        return Handover::Refused(answer);
    }
    Handover::Failed(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_status() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).unwrap());
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(judged(status), Handover::Accepted);
        }
        for status in [400, 401, 403, 404, 409, 422] {
            assert!(matches!(judged(status), Handover::Refused(_)), "{status}");
        }
        for status in [301, 307, 408, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status), Handover::Failed(_)), "{status}");
        }
    }
}
