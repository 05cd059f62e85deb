//! The state that every handler can use: the flows' services and the settings of the web layer.

use std::sync::{Arc, OnceLock};

use actix_web::{cookie::Key, http::header::EntityTag};
use ipnet::IpNet;

use crate::{
    domain::network::self_check::SelfCheckKey,
    flows::{Services, sign_in},
    web::{assets::OwnFiles, parts::Parts},
};

/// The settings of the web layer.
#[derive(Clone)]
pub struct WebSettings {
    /// Scheme, host and port of `BASE_URL`, as browsers write an origin.
    pub origin: String,
    /// Host and port of `BASE_URL`, the default port elided.
    pub authority: String,
    /// Whether `BASE_URL` is https.
    pub https: bool,
    /// Whether cookies are Secure and carry the `__Host-` prefix.
    pub secure_cookies: bool,
    /// Whether loopback names pass the Host check.
    pub development: bool,
    /// Origins that may call the API with cookies.
    pub cors_origins: Vec<String>,
    /// Networks whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The key of the probes of `vestibule doctor`.
    pub self_check_key: SelfCheckKey,
    /// The parts of the service that this site has.
    pub parts: Parts,
    /// The operator's logo and accent.
    pub own_files: Arc<OwnFiles>,
    /// Encrypts the session cookie.
    pub session_key: Key,
}

/// The description of the API under the current settings.
#[derive(Clone)]
pub struct Description {
    pub(super) json: String,
    pub(super) etag: EntityTag,
}

impl Description {
    pub fn json(&self) -> &str {
        &self.json
    }
}

/// Each thread that serves has its own copy, so that the threads do not count references in one place.
#[derive(Clone)]
pub struct WebState {
    pub services: Arc<Services>,
    pub settings: Arc<WebSettings>,
    /// The OpenAPI document, made at the first request for it.
    pub built_description: Arc<OnceLock<Description>>,
}

impl WebState {
    /// Counts the outcome of a sign-in, from the page or the call.
    pub fn count_sign_in(&self, outcome: &sign_in::Outcome) {
        let is_throttled = matches!(outcome, sign_in::Outcome::Throttled(_));
        self.services.metrics.sign_ins.add(match outcome {
            sign_in::Outcome::SignedIn(_) => "signed_in",
            sign_in::Outcome::SecondFactorRequired(_) => "second_factor_required",
            _ if is_throttled => "throttled",
            _ => "rejected",
        });
    }
}

/// The state as handlers receive it.
pub type State = actix_web::web::Data<WebState>;
