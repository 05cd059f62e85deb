//! What every flow works with, wired once in `app`.

use std::sync::Arc;

use super::{Result, sign_in::breach_queue::BreachChecks};
use crate::{
    breach::Breaches,
    db::{self, Db, Transaction},
    domain::{
        audit::{Client, Event, Subject},
        clock::{Clock, to_millis},
        password::PasswordPolicy,
        secrets::{
            random::Random,
            sealing::{SealingRing, hmac_sha256},
            secret::{Key, SecretString},
        },
        session::SessionPolicy,
        sign_in::attempts::Pause,
        token::TokenCodec,
    },
    hashing::Hashing,
    judging::Judging,
    mail::MailContext,
    metrics::Metrics,
    throttle::{Route, Throttle, account::AccountThrottle, mail::MailCaps},
};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

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

/// Too many attempts, and what ends that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Throttled(pub(super) Pause);

impl Services {
    /// The time, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        to_millis(self.clock.now())
    }

    /// Whom an address that was typed concerns.
    pub(super) fn subject_of(&self, user_id: Option<Uuid>, canonical: &str) -> Subject {
        match user_id {
            Some(id) => Subject::User(id),
            None => Subject::UnknownAddress(hmac_sha256(&self.address_key, canonical.as_bytes())),
        }
    }

    /// Counts an attempt. The first refusal of a flood is the caller's to log: it is cheap, and a
    /// flood must not become a flood of rows.
    pub(super) fn count(
        &self,
        route: Route,
        client: &Client,
        email: Option<&str>,
    ) -> Option<Throttled> {
        let refused = self.throttle.count(route, client.ip, email).err()?;
        self.metrics.throttled.add(route.as_str());
        tracing::warn!(route = route.as_str(), ip = %client.ip, "throttled");
        Some(Throttled(Pause::For(refused)))
    }

    /// Writes an audit event with `actor` as its subject.
    pub(super) async fn audit_own(
        &self,
        tx: &Transaction<'_>,
        event: Event,
        user_id: Uuid,
        session_id: Option<Uuid>,
        client: &Client,
    ) -> Result<()> {
        let record = db::audit::Record {
            event,
            actor: Some(user_id),
            subject: Subject::User(user_id),
            session_id,
            client,
            at: self.now(),
        };
        Ok(db::audit::insert(tx, &record).await?)
    }

    /// Writes an audit event of somebody who is not signed in.
    pub(super) async fn audit_anonymous(
        &self,
        tx: &Transaction<'_>,
        event: Event,
        subject: Subject,
        client: &Client,
    ) -> Result<()> {
        let record = db::audit::Record {
            event,
            actor: None,
            subject,
            session_id: None,
            client,
            at: self.now(),
        };
        Ok(db::audit::insert(tx, &record).await?)
    }
}
