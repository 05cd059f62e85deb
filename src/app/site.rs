//! Values that depend on several settings: the links of mails, and the checks of requests.

use std::sync::Arc;

use actix_web::cookie::Key as CookieKey;
use url::Position;

use crate::{
    config::{Config, Environment},
    domain::{
        network::self_check::SelfCheckKey,
        secrets::{keys, secret::Key},
    },
    flows::Site,
    mail::MailContext,
    web::{assets::OwnFiles, parts::Parts, state::WebSettings},
};

/// Host and port of `BASE_URL`, the default port elided.
fn authority(config: &Config) -> String {
    config.base_url[Position::BeforeHost..Position::AfterPort].to_owned()
}

pub(super) fn site(config: &Config) -> Site {
    let base_url = config.base_url.as_str().trim_end_matches('/').to_owned();
    let mail = MailContext {
        branding: Arc::new(config.branding.clone()),
        site: authority(config),
        forgot_password_link: format!("{base_url}/forgot-password"),
    };
    Site {
        base_url,
        host: config.base_url.host_str().unwrap_or_default().to_owned(),
        mail,
    }
}

/// A key for one use, derived from `COOKIE_KEY`.
pub(super) fn cookie_key(config: &Config, info: &str) -> Key {
    keys::derive(config.secrets.cookie.expose(), info)
}

pub(super) fn web_settings(config: &Config) -> WebSettings {
    let session_key = cookie_key(config, "vestibule/cookie/session");
    WebSettings {
        origin: config.base_url.origin().ascii_serialization(),
        authority: authority(config),
        https: config.base_url.scheme() == "https",
        secure_cookies: config.cookie_secure,
        development: config.environment == Environment::Development,
        cors_origins: config.cors_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        self_check_key: SelfCheckKey::derive(config.secrets.cookie.expose()),
        parts: Parts {
            passkeys: config.relying_party.is_some(),
            phones: config.sms.is_some(),
        },
        own_files: Arc::new(OwnFiles::of(&config.branding)),
        session_key: CookieKey::derive_from(session_key.expose()),
    }
}
