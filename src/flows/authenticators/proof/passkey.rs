//! Reauthenticating with one of the user's own passkeys, which proves both factors.

use serde_json::Value;

use super::record;
use crate::{
    domain::{
        audit::{Client, Event},
        secrets::secret::SecretString,
        sign_in::attempts::Pause,
    },
    flows::{
        Result, Services, Undone,
        audit::record::record_own,
        authenticators::{
            contradiction::contradictory_factor,
            passkeys::{
                answer::{self, Accepted, Expected, Right, Wrong, methods_of},
                challenge::{self, Challenge, Opened, Purpose},
                credentials, webauthn,
            },
        },
        flood_limits::{Throttled, count_request},
        sessions::authenticate::Authenticated,
    },
    throttle::Route,
    webauthn::Refusal,
};

#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// It is right, and counts as reauthentication in this session.
    Proven,
    /// No account has this passkey.
    Unknown,
    /// The answer is not right.
    Wrong(Refusal),
    /// The challenge has expired, was used, or was made for something else.
    Expired,
    /// The credentials changed, or the session ended, at the same moment.
    Overtaken,
    Throttled(Pause),
}

/// Options for a passkey of this user that reauthenticates in this session.
pub async fn options(s: &Services, who: &Authenticated) -> Result<Challenge> {
    let allowed = credentials(s, who.user()).await?;
    let asked = webauthn(s)?.request(&allowed)?;
    let purpose = Purpose::reauthenticate(who);
    challenge::seal(s, asked, purpose, None)
}

/// Reauthenticates with the answer to [`options`].
pub async fn present(
    s: &Services,
    who: &Authenticated,
    challenge: &SecretString,
    credential: &Value,
    client: &Client,
) -> Result<Outcome> {
    if s.webauthn.is_none() {
        return Ok(Outcome::Expired);
    }
    if let Some(Throttled(wait)) = count_request(s, Route::Passkey, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some(opened) = challenge::open(s, challenge, Purpose::reauthenticate(who)) else {
        return Ok(Outcome::Expired);
    };
    let attempt = Attempt {
        s,
        who,
        challenge: &opened,
        client,
    };
    let expected = Expected::User(who.user().id);
    match answer::check(s, &opened, credential, expected).await? {
        Ok(right) if !contradictory_factor(who.user()) => attempt.accept(&right).await,
        Ok(_) => Ok(Outcome::Overtaken),
        Err(wrong) => attempt.refuse(wrong).await,
    }
}

struct Attempt<'a> {
    s: &'a Services,
    who: &'a Authenticated,
    challenge: &'a Opened,
    client: &'a Client,
}

impl Attempt<'_> {
    async fn accept(&self, right: &Right) -> Result<Outcome> {
        let Self { s, who, .. } = *self;
        let methods = methods_of(right.backup_eligible);
        let accepted = s.db.transaction(async |tx| {
            if record(s, tx, who, methods, self.client).await?.is_none() {
                return Ok(Outcome::Overtaken);
            }
            match answer::accept(s, tx, right, self.challenge, self.client).await? {
                Accepted::Yes => Ok(Outcome::Proven),
                Accepted::ChallengeUsed => Err(Undone::As(None)),
                Accepted::Removed => Err(Undone::As(Some(Wrong::Unknown))),
                Accepted::CounterFellBack => Err(Undone::As(Some(right.fell_back()))),
            }
        });
        match accepted.await {
            Ok(outcome) => Ok(outcome),
            Err(undone) => match undone.outcome()? {
                None => Ok(Outcome::Expired),
                Some(wrong) => self.refuse(wrong).await,
            },
        }
    }

    /// Records a wrong answer, and tells the owner where its counter fell back.
    async fn refuse(&self, wrong: Wrong) -> Result<Outcome> {
        let Self { s, who, .. } = *self;
        let (user, client) = (who.user(), self.client);
        s.db.transaction(async |tx| {
            if let Wrong::Of(_, passkey, Refusal::CounterFellBack) = wrong
                && !answer::note_counter(s, tx, self.challenge, (user, passkey), client).await?
            {
                return Ok(Outcome::Expired);
            }
            let event = Event::ReauthenticationFailed { by: "pop" };
            record_own(s, tx, event, user.id, who.session_id, client).await?;
            Ok(match wrong {
                Wrong::Unknown => Outcome::Unknown,
                Wrong::Refused(why) | Wrong::Of(_, _, why) => Outcome::Wrong(why),
            })
        })
        .await
    }
}
