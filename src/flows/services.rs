//! What every flow works with, wired once in `app`.

use std::sync::Arc;

use super::sign_in::breach_queue::BreachChecks;
use crate::{
    breach::Breaches,
    db::Db,
    domain::{
        clock::{Clock, to_millis},
        password::PasswordPolicy,
        secrets::{
            random::Random,
            sealing::SealingRing,
            secret::{Key, SecretString},
        },
        session::SessionPolicy,
        token::TokenCodec,
    },
    hashing::Hashing,
    judging::Judging,
    mail::MailContext,
    metrics::Metrics,
    throttle::{Throttle, account::AccountThrottle, mail::MailCaps},
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Nobody without an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// Whether an address has to be proven before its owner signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailVerification {
    /// Registering signs in at once.
    Optional,
    /// Nobody signs in before.
    Required,
}

/// The rules an operator chose.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Who may make an account.
    pub registration: Registration,
    /// Whether addresses have to be proven first.
    pub email_verification: EmailVerification,
    /// New passwords.
    pub passwords: PasswordPolicy,
    /// Lifetimes and number of sessions.
    pub sessions: SessionPolicy,
    /// How many days audit events are kept; for ever where there is no number.
    pub audit_retention_days: Option<i64>,
    /// After how long an account that was never verified is deleted; never where there is no time.
    pub unverified_after: Option<TimeDelta>,
}

/// The public face: where links lead.
#[derive(Debug, Clone)]
pub struct Site {
    /// `BASE_URL` without a trailing slash.
    pub base_url: String,
    /// What every mail shares.
    pub mail: MailContext,
}

impl Site {
    /// A link to a page with a token. It is built from `BASE_URL`, never from a request.
    pub(super) fn token_link(&self, path: &str, token: &SecretString) -> String {
        // A token consists of URL-safe characters only.
        format!("{}{path}?token={}", self.base_url, token.expose())
    }

    /// A link to a page.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

/// Everything a flow needs.
pub struct Services {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Tokens.
    pub tokens: TokenCodec,
    /// Secrets at rest.
    pub ring: SealingRing,
    /// Passwords.
    pub hashing: Hashing,
    /// The judging of new ones.
    pub judging: Judging,
    /// Passwords that others know.
    pub breaches: Breaches,
    /// Those that are still to be looked up.
    pub breach_checks: BreachChecks,
    /// Flood limits.
    pub throttle: Throttle,
    /// What was counted, for `/metrics`.
    pub metrics: Metrics,
    /// Guesses at one account, of all nodes.
    pub account_throttle: AccountThrottle,
    /// Mails that strangers cause, of all nodes.
    pub mail_caps: MailCaps,
    /// The rules.
    pub policy: Policy,
    /// Links and names.
    pub site: Site,
    /// Under which unknown addresses are logged.
    pub address_key: Key,
    /// Wakes the outbox worker of this node.
    pub outbox_bell: Arc<Notify>,
}

impl Services {
    /// The time, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        to_millis(self.clock.now())
    }
}
