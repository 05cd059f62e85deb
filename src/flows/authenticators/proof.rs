//! Reauthentication for sensitive acts: in this session within the last minutes, or now (NIST SP
//! 800-63B-4, 5.2; ASVS 5.0, 7.5.1).
//!
//! The session's row stores its time. Only a password or a code changes it: neither a refresh nor a
//! trusted browser does.

mod code;
pub mod passkey;

use chrono::{DateTime, TimeDelta, Utc};

use super::{contradiction::contradictory_factor, recovery::factor_used, totp_code::CodeFault};
use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event},
        secrets::secret::SecretString,
        session::include_factor,
        sign_in::attempts::Pause,
    },
    flows::{
        Result, Services,
        audit::record::record_own,
        authenticators::password::{PasswordCheck, check_password},
        flood_limits::Throttled,
        sessions::authenticate::Authenticated,
    },
};

/// How much the clocks of nodes may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// How long a reauthentication counts as recent.
pub const RECENT: TimeDelta = TimeDelta::minutes(10);

/// A signed-in user who has reauthenticated recently.
///
/// Sensitive acts take one of these instead of an [`Authenticated`], and only this file can make one: an
/// act without the check does not compile.
#[derive(Debug, Clone)]
pub struct Proven {
    who: Authenticated,
    /// Whether a second factor was part of the proof.
    by_factor: bool,
}

impl Proven {
    pub fn who(&self) -> &Authenticated {
        &self.who
    }

    /// The same where the proof includes the second factor, or no factor is enrolled.
    fn with_factor(self) -> Option<FactorProven> {
        let suffices = self.by_factor || !self.who.user().two_factor_enabled();
        suffices.then_some(FactorProven(self.who))
    }
}

/// A signed-in user who has reauthenticated recently, with the second factor where one is enrolled.
#[derive(Debug, Clone)]
pub struct FactorProven(Authenticated);

impl FactorProven {
    pub fn who(&self) -> &Authenticated {
        &self.0
    }
}

/// The proof that an act takes: [`Proven`], or [`FactorProven`].
pub trait Proof: Sized {
    /// `None` where the proof does not suffice.
    fn of(proven: Proven) -> Option<Self>;
}

impl Proof for Proven {
    fn of(proven: Proven) -> Option<Self> {
        Some(proven)
    }
}

impl Proof for FactorProven {
    fn of(proven: Proven) -> Option<Self> {
        proven.with_factor()
    }
}

/// The credential that the user presents.
#[derive(Debug, Clone)]
pub enum Presented {
    Password(SecretString),
    /// A code of the authenticator app, or a backup code. It is used up.
    Code(SecretString),
}

#[derive(Debug)]
pub enum Outcome {
    /// It is valid, and counts as reauthentication in this session.
    Proven {
        proven: Box<Proven>,
        /// The number of unused backup codes, if one was used.
        backup_codes_left: Option<i64>,
    },
    WrongPassword,
    /// The code is wrong.
    WrongCode(CodeFault),
    /// There is no second factor, so a code cannot reauthenticate.
    NoSecondFactor,
    /// The credentials changed, or the session ended, at the same moment.
    Overtaken,
    Throttled(Pause),
}

/// The user, if they have reauthenticated recently in this session.
pub fn recent(s: &Services, who: &Authenticated) -> Option<Proven> {
    (is_recent(s, who.proven_at) && !contradictory_factor(who.user())).then(|| Proven {
        who: who.clone(),
        by_factor: is_recent(s, who.factor_proven_at),
    })
}

/// A time in the future was set by a clock that has been set back since. It does not count as recent.
fn is_recent(s: &Services, at: Option<DateTime<Utc>>) -> bool {
    let now = s.now();
    at.is_some_and(|at| now < at + RECENT && at <= now + CLOCKS_DIFFER)
}

/// Reauthenticates. Failures here count as failed sign-ins.
pub async fn present(
    s: &Services,
    who: &Authenticated,
    presented: &Presented,
    client: &Client,
) -> Result<Outcome> {
    match presented {
        Presented::Code(typed) => code::check(s, who, typed, client).await,
        Presented::Password(password) => {
            match check_password(s, &who.record, password, who.actor(client)).await? {
                PasswordCheck::Right => {
                    let proven =
                        s.db.transaction(async |tx| record(s, tx, who, &["pwd"], client).await);
                    Ok(outcome(proven.await?))
                }
                PasswordCheck::Wrong => Ok(Outcome::WrongPassword),
                PasswordCheck::Throttled(Throttled(wait)) => Ok(Outcome::Throttled(wait)),
            }
        }
    }
}

fn outcome(proven: Option<Proven>) -> Outcome {
    proven.map_or(Outcome::Overtaken, |proven| Outcome::Proven {
        proven: Box::new(proven),
        backup_codes_left: None,
    })
}

/// Writes the time of reauthentication into the session's row. `None` if the credentials have changed
/// since they were compared, or the session has ended: then it does not count.
async fn record(
    s: &Services,
    tx: &Transaction<'_>,
    who: &Authenticated,
    methods: &'static [&'static str],
    client: &Client,
) -> Result<Option<Proven>> {
    let user = who.user();
    if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await? {
        return Ok(None);
    }
    // An older token may name no session: then the reauthentication counts for this request only.
    if let Some(session_id) = who.session_id {
        if db::sessions::hold(tx, session_id, user.id).await?.is_none() {
            return Ok(None);
        }
        db::sessions::prove(tx, session_id, methods, s.now()).await?;
    }
    let event = Event::Reauthenticated { methods };
    record_own(s, tx, event, user.id, who.session_id, client).await?;
    let with_factor = include_factor(methods);
    if with_factor {
        factor_used::cancel(s, tx, user.id, who.session_id, client).await?;
    }
    // A code given within the last minutes still counts beside a password.
    let by_factor = with_factor || is_recent(s, who.factor_proven_at);
    Ok(Some(Proven {
        who: who.clone(),
        by_factor,
    }))
}
