//! Proof of who sits there, for sensitive acts: given in this session minutes ago, or now
//! (NIST SP 800-63B-4, 5.2; ASVS 5.0, 7.5.1).
//!
//! The time of proof stands in the session's row. Only a password or a code moves it: a refresh
//! does not, and a trusted browser is none.

mod code;

use chrono::TimeDelta;

use super::{contradiction::contradictory_factor, totp_code::CodeFault};
use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event},
        secrets::secret::SecretString,
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

/// How long a proof counts as recent.
pub const RECENT: TimeDelta = TimeDelta::minutes(10);

/// A signed-in user who has reauthenticated recently.
///
/// Sensitive acts take one of these in place of an [`Authenticated`], and only the checks of this
/// file make one: an act that forgets to ask for proof does not compile.
#[derive(Debug, Clone)]
pub struct Proven(Authenticated);

impl Proven {
    pub fn who(&self) -> &Authenticated {
        &self.0
    }
}

/// How the user proves who they are.
#[derive(Debug, Clone)]
pub enum Presented {
    Password(SecretString),
    /// By a code of the authenticator app, which is used up.
    Code(SecretString),
}

#[derive(Debug)]
pub enum Outcome {
    /// It holds, and counts for this session from now on.
    Proven(Box<Proven>),
    WrongPassword,
    /// The code is not right.
    WrongCode(CodeFault),
    /// A code proves nothing, since no second factor is enrolled.
    NoSecondFactor,
    /// The credentials changed, or the session ended, in the same moment.
    Overtaken,
    Throttled(Pause),
}

/// A user who has reauthenticated recently in this session.
pub fn recent(s: &Services, who: &Authenticated) -> Option<Proven> {
    // One that lies ahead was made by a clock that has been set back since. It is no recent one.
    let now = s.now();
    let is_lately = |at| now < at + RECENT && at <= now + CLOCKS_DIFFER;
    let lately = who.proven_at.is_some_and(is_lately);
    (lately && !contradictory_factor(who.user())).then(|| Proven(who.clone()))
}

/// Reauthenticates. Guesses here count like guesses at sign-in.
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
    proven.map_or(Outcome::Overtaken, |proven| {
        Outcome::Proven(Box::new(proven))
    })
}

/// Writes the time of proof into the session's row. `None` where the credentials are no longer
/// those that were compared, or the session has ended: then it proves nothing.
async fn record(
    s: &Services,
    tx: &Transaction<'_>,
    who: &Authenticated,
    methods: &'static [&'static str],
    client: &Client,
) -> Result<Option<Proven>> {
    let user = who.user();
    if !db::accounts::users::hold(tx, user.id, user.revocation_id).await? {
        return Ok(None);
    }
    // An older token may name no session: its proof counts for this one request.
    if let Some(session_id) = who.session_id {
        if db::sessions::hold(tx, session_id, user.id).await?.is_none() {
            return Ok(None);
        }
        db::sessions::prove(tx, session_id, methods, s.now()).await?;
    }
    let event = Event::Reauthenticated { methods };
    record_own(s, tx, event, user.id, who.session_id, client).await?;
    Ok(Some(Proven(who.clone())))
}
