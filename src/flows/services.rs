//! The services that every flow uses, wired once in `app`.

use std::sync::Arc;

use super::sign_in::breach_queue::BreachChecks;
use crate::{
    breach::Breaches,
    db::Db,
    domain::{
        branding::Branding,
        clock::{Clock, to_millis},
        policy::Policy,
        secrets::{
            random::Random,
            sealing::SealingRing,
            secret::{Key, SecretString},
        },
        token::TokenCodec,
    },
    hashing::Hashing,
    judging::Judging,
    mail::MailContext,
    metrics::Metrics,
    outbound::sms::Gateway,
    throttle::{Throttle, account::AccountThrottle, downloads::Downloads, mail::MailCaps},
    webauthn::Webauthn,
};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// The public address, to which links lead.
#[derive(Debug, Clone)]
pub struct Site {
    /// `BASE_URL` without a trailing slash.
    pub base_url: String,
    /// Its host, without a port.
    pub host: String,
    pub mail: MailContext,
}

impl Site {
    /// A link to a page with a token. It is made from `BASE_URL`, never from a request.
    pub(super) fn token_link(&self, path: &str, token: &SecretString) -> String {
        // A token consists of URL-safe characters only.
        format!("{}{path}?token={}", self.base_url, token.expose())
    }

    /// The name and the links of the service.
    pub fn branding(&self) -> &Arc<Branding> {
        &self.mail.branding
    }

    /// A link to a page.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub tokens: TokenCodec,
    pub ring: SealingRing,
    pub hashing: Hashing,
    /// The checking of new ones.
    pub judging: Judging,
    pub breaches: Breaches,
    /// Look-ups that are still to be made.
    pub breach_checks: BreachChecks,
    pub throttle: Throttle,
    /// `None` if this site can have no passkeys.
    pub webauthn: Option<Webauthn>,
    /// The counters for `/metrics`.
    pub metrics: Metrics,
    /// Failed attempts at accounts, counted across all nodes.
    pub account_throttle: AccountThrottle,
    /// Mails that clients cause, counted across all nodes.
    pub mail_caps: MailCaps,
    /// Files that this node sends to users.
    pub downloads: Downloads,
    pub policy: Policy,
    pub site: Site,
    /// The key under which unknown addresses are logged.
    pub address_key: Key,
    /// Wakes the outbox worker of this node.
    pub outbox_bell: Arc<Notify>,
    /// The gateway for messages to phones; without one no one is offered a phone.
    pub sms: Option<Gateway>,
    /// Wakes the worker of this node that sends messages to phones.
    pub text_bell: Arc<Notify>,
}

impl Services {
    /// The time, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        to_millis(self.clock.now())
    }
}
