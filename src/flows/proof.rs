//! Proof of who sits there, for sensitive acts: a password sent along, or one given minutes ago
//! (NIST SP 800-63B-4, 5.2; ASVS 5.0, 7.5.1).

use chrono::TimeDelta;

use super::{Result, Services, authenticate::Authenticated, services::Throttled};
use crate::db::Transact;
use crate::{
    domain::{
        audit::{Client, Event},
        password::{Password, Verdict},
        secret::SecretString,
    },
    throttle::Route,
};

/// How long a proof counts as recent.
pub const RECENT: TimeDelta = TimeDelta::minutes(10);

/// How the user proves who they are.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By the password, sent along.
    Password(SecretString),
    /// By having proved it lately in this session.
    Recent,
}

/// Whether the proof holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proven {
    Yes,
    WrongPassword,
    Missing,
    Throttled(Throttled),
}

/// Whether the last proof of this session is recent.
pub fn is_recent(s: &Services, who: &Authenticated) -> bool {
    who.proven_at.is_some_and(|at| s.now() < at + RECENT)
}

impl Services {
    /// Checks a proof before an act of a user on their own account.
    pub(super) async fn check_proof(
        &self,
        who: &Authenticated,
        proof: &Proof,
        client: &Client,
    ) -> Result<Proven> {
        match proof {
            Proof::Recent if is_recent(self, who) => Ok(Proven::Yes),
            Proof::Recent => Ok(Proven::Missing),
            Proof::Password(password) => self.check_password(who, password, client).await,
        }
    }

    /// Compares a password with the user's own. Guesses here count as guesses at the door.
    pub(super) async fn check_password(
        &self,
        who: &Authenticated,
        password: &SecretString,
        client: &Client,
    ) -> Result<Proven> {
        let user = who.user();
        if let Some(throttled) = self.count(Route::Login, client, Some(&user.email_canonical)) {
            return Ok(Proven::Throttled(throttled));
        }
        let verdict = match Password::parse(password) {
            Some(password) => {
                self.hashing
                    .verify(password, Some(&who.record.password_hash))
                    .await?
            }
            None => Verdict::Mismatch,
        };
        if matches!(verdict, Verdict::Match { .. }) {
            return Ok(Proven::Yes);
        }
        let mut conn = self.db.connection().await?;
        conn.transaction(async |tx| {
            self.audit_own(
                tx,
                Event::ReauthenticationFailed,
                user.id,
                who.session_id,
                client,
            )
            .await
        })
        .await?;
        Ok(Proven::WrongPassword)
    }
}
