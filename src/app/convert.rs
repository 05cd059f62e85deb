//! Settings as the small structs that each layer takes.

use std::time::Duration;

use actix_web::cookie::Key as CookieKey;
use chrono::TimeDelta;
use url::Position;

use crate::{
    config::{self, Config, Environment},
    domain::{
        network::probe::ProbeKey,
        password::{Argon2Settings, PasswordPolicy},
        secrets::{sealing::SealingRing, secret::Key},
        session::SessionPolicy,
        token::TokenPolicy,
    },
    flows::{EmailVerification, Policy, Registration, Site},
    mail::{MailContext, SetupError, SmtpPassword, SmtpSettings, TlsMode, Transport},
    throttle::{Limit, Limits, RouteLimits},
    web::state::WebSettings,
};

/// What the service is called in mails and authenticator apps.
const PRODUCT: &str = "Vestibule";

fn base_url(config: &Config) -> String {
    config.base_url.as_str().trim_end_matches('/').to_owned()
}

pub(super) fn token_policy(config: &Config) -> TokenPolicy {
    TokenPolicy {
        issuer: base_url(config),
        audience: config.jwt_audience.clone(),
        access_leeway: TimeDelta::seconds(config.jwt_leeway_seconds),
        access_lifetime: TimeDelta::minutes(config.access_token_minutes),
        refresh_lifetime: TimeDelta::days(config.refresh_token_days),
    }
}

pub(super) fn ring(keys: &[config::SealingKey]) -> SealingRing {
    let pair = |key: &config::SealingKey| (key.id.clone(), Key::new(key.key));
    // The settings never hold an empty ring.
    let first = keys
        .first()
        .map_or_else(|| (String::new(), Key::new([0; 32])), pair);
    SealingRing::new(first, keys.iter().skip(1).map(pair).collect())
}

pub(super) fn argon2(config: &Config) -> Argon2Settings {
    let config::Argon2Settings {
        memory_kib,
        iterations,
        parallelism,
    } = config.argon2;
    Argon2Settings {
        memory_kib,
        iterations,
        parallelism,
    }
}

pub(super) fn limits(limits: &config::RateLimits) -> Limits {
    let limit = |limit: config::Limit| Limit {
        burst: limit.burst,
        per: limit.per,
    };
    let route = |route: &config::RouteLimits| RouteLimits {
        ip: route.ip.map(limit),
        email: route.email.map(limit),
        email_ip: route.email_ip.map(limit),
    };
    Limits {
        exempt: limits.exempt.clone(),
        login: route(&limits.login),
        second_factor: route(&limits.second_factor),
        register: route(&limits.register),
        forgot_password: route(&limits.forgot_password),
        reset: route(&limits.reset),
        password_strength: route(&limits.password_strength),
    }
}

pub(super) fn policy(config: &Config) -> Policy {
    Policy {
        registration: match config.registration {
            config::Registration::Open => Registration::Open,
            config::Registration::Invite => Registration::Invite,
            config::Registration::Closed => Registration::Closed,
        },
        email_verification: match config.email_verification {
            config::EmailVerification::Optional => EmailVerification::Optional,
            config::EmailVerification::Required => EmailVerification::Required,
        },
        passwords: PasswordPolicy {
            min_length: config.password_min_length,
        },
        sessions: SessionPolicy {
            max_lifetime: TimeDelta::days(config.session_max_days),
            refresh_grace: TimeDelta::seconds(config.refresh_grace_seconds),
            most_per_user: config.sessions_per_user,
        },
        audit_retention_days: config.audit_retention_days,
        unverified_after: config.unverified_days.map(TimeDelta::days),
    }
}

/// Host and port of `BASE_URL`, the default port elided.
fn authority(config: &Config) -> String {
    config.base_url[Position::BeforeHost..Position::AfterPort].to_owned()
}

pub(super) fn site(config: &Config) -> Site {
    let base_url = base_url(config);
    let mail = MailContext {
        product: PRODUCT.to_owned(),
        site: authority(config),
        forgot_password_link: format!("{base_url}/forgot-password"),
    };
    Site { base_url, mail }
}

pub(super) fn web_settings(config: &Config, session_key: &Key) -> WebSettings {
    WebSettings {
        origin: config.base_url.origin().ascii_serialization(),
        authority: authority(config),
        https: config.base_url.scheme() == "https",
        secure_cookies: config.cookie_secure,
        development: config.environment == Environment::Development,
        cors_origins: config.cors_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        probe_key: ProbeKey::derive(&config.secrets.cookie),
        session_key: CookieKey::derive_from(session_key.expose()),
    }
}

pub(super) fn transport(config: &Config) -> Result<Transport, SetupError> {
    let Some(smtp) = &config.smtp else {
        return Ok(Transport::stdout(config.smtp_from.clone()));
    };
    Transport::smtp(&SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            config::SmtpTls::Starttls => TlsMode::Starttls,
            config::SmtpTls::Tls => TlsMode::Tls,
            config::SmtpTls::None => TlsMode::None,
        },
        username: smtp.username.clone(),
        password: smtp
            .password
            .as_ref()
            .map(|p| SmtpPassword::new(p.expose().clone())),
        from: smtp.from.clone(),
        ca_file: smtp.ca_file.clone(),
        timeout: Duration::from_secs(smtp.timeout_seconds),
    })
}
