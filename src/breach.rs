//! The range search of Have I Been Pwned. It fails open: an answer that is late, too long or malformed is a
//! warning, and the password counts as unknown.

use std::time::Duration;

use thiserror::Error;
use url::{Position, Url};

use crate::{
    domain::{
        network::tls,
        password::{BreachDigest, NotARange},
    },
    outbound::{self, Bounds, Outbound, StatusCode},
};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(1),
    // A range with its padding has about 60 KB.
    bytes: 512 * 1024,
    at_once: 16,
};
/// The settings to name when TLS fails.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "HIBP_API_URL",
    mode: "HIBP_API_URL",
    ca_file: None,
};

/// What is known about a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It is in a published breach.
    Seen,
    /// It is in no breach.
    Unseen,
    /// The check is off, or got no answer.
    Unknown,
}

/// Looks passwords up, if the check is on.
#[derive(Default)]
pub struct Breaches(Option<Ranges>);

/// The server of the ranges.
struct Ranges {
    /// `HIBP_API_URL` without a trailing slash.
    base: String,
    authority: String,
    outbound: Outbound,
}

/// Why there is no result.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Outbound(#[from] outbound::Failure),
    #[error("its address is no URL: {0}")]
    Url(#[from] url::ParseError),
    #[error("it answers with status {0}")]
    Status(StatusCode),
    #[error(transparent)]
    Form(#[from] NotARange),
}

impl Breaches {
    /// Uses the server at this URL (`HIBP_API_URL`); `None` turns the check off.
    pub fn new(url: Option<&Url>) -> Self {
        Self(url.map(|url| Ranges {
            base: url.as_str().trim_end_matches('/').to_owned(),
            authority: url[Position::BeforeHost..Position::AfterPort].to_owned(),
            outbound: Outbound::new(BOUNDS),
        }))
    }

    /// Whether the check is on.
    pub fn are_looked_up(&self) -> bool {
        self.0.is_some()
    }

    /// Looks a password up, within a second.
    pub async fn look_up(&self, digest: &BreachDigest) -> Finding {
        let Some(ranges) = &self.0 else {
            return Finding::Unknown;
        };
        match ranges.ask(digest).await {
            Ok(true) => Finding::Seen,
            Ok(false) => Finding::Unseen,
            Err(failure) => {
                let advice = tls::advice(&failure, TLS_SETTINGS);
                tracing::warn!(%failure, advice, server = ranges.authority,
                    "a password could not be looked up among breached ones");
                Finding::Unknown
            }
        }
    }
}

impl Ranges {
    async fn ask(&self, digest: &BreachDigest) -> Result<bool, Failure> {
        let url = Url::parse(&format!("{}/range/{}", self.base, digest.prefix()))?;
        let answer = self.outbound.get(&url, &[("add-padding", "true")]).await?;
        if answer.status != StatusCode::OK {
            return Err(Failure::Status(answer.status));
        }
        Ok(digest.is_in(&answer.body)?)
    }
}

#[cfg(test)]
mod tests;
