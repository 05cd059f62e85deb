//! A passkey as the second step, after the password or a reset link.

use super::{Attempt, Finished, NotBegun, Pending};
use crate::{
    domain::audit::{Client, Event, Subject},
    flows::{
        Result, Services, Undone,
        accounts::deletion::SignedInBy,
        audit::record::record_anonymous,
        authenticators::passkeys::{
            answer::{self, Accepted, Right, Wrong},
            challenge::Opened,
        },
        mail::notify::notify,
        sign_in::{
            passkey::{Input, Outcome},
            pending_reset::open_reset,
        },
    },
    mail::Message,
    webauthn::Refusal,
};

/// Finishes a sign-in with an answer that was checked to be from the user's own passkey.
pub(in crate::flows::sign_in) async fn with_passkey(
    s: &Services,
    pending: &Pending,
    challenge: &Opened,
    checked: Result<Right, Wrong>,
    input: Input,
    client: &Client,
) -> Result<Outcome> {
    let user = &pending.user;
    let Ok(reset) = open_reset(s, &pending.claims, user) else {
        return Ok(Outcome::Expired);
    };
    let attempt = Attempt {
        s,
        user,
        reset,
        claims: &pending.claims,
        counted: None,
        client,
        remembered: input.remember_me,
        replaces: input.replaces,
        trust: input.trust.as_ref(),
        agent: input.agent,
    };
    let right = match checked {
        Ok(right) => right,
        Err(wrong) => return attempt.refuse_passkey(challenge, wrong).await,
    };
    match attempt.accept_passkey(challenge, &right).await {
        Ok(Finished::SignedIn(pair, device)) => Ok(Outcome::SignedIn { pair, device }),
        Ok(Finished::AccountDeleted(restorable)) => Ok(Outcome::AccountDeleted(restorable)),
        Err(undone) => match undone.outcome()? {
            NotAccepted::Expired => Ok(Outcome::Expired),
            NotAccepted::Wrong(wrong) => attempt.refuse_passkey(challenge, wrong).await,
        },
    }
}

/// Why no session began with a right answer.
enum NotAccepted {
    /// The challenge or the pending sign-in was used, or the account changed.
    Expired,
    Wrong(Wrong),
}

impl Attempt<'_> {
    async fn accept_passkey(
        &self,
        challenge: &Opened,
        right: &Right,
    ) -> Result<Finished, Undone<NotAccepted>> {
        let by = SignedInBy::Passkey {
            copied: right.backup_eligible,
            after_password: true,
        };
        let s = self.s;
        s.db.transaction(async |tx| {
            if !self.consume_pending(tx).await? {
                return Err(Undone::As(NotAccepted::Expired));
            }
            match answer::accept(s, tx, right, challenge, self.client).await? {
                Accepted::Yes => {}
                Accepted::ChallengeUsed => return Err(Undone::As(NotAccepted::Expired)),
                Accepted::Removed => return Err(Undone::As(NotAccepted::Wrong(Wrong::Unknown))),
                Accepted::CounterFellBack => {
                    return Err(Undone::As(NotAccepted::Wrong(right.fell_back())));
                }
            }
            self.finish(tx, by).await.map_err(|undone| match undone {
                Undone::As(NotBegun::Expired | NotBegun::Spent) => Undone::As(NotAccepted::Expired),
                Undone::Fault(fault) => Undone::Fault(fault),
            })
        })
        .await
    }

    /// Records a wrong answer, and tells the owner, whose password or reset link was used before it.
    async fn refuse_passkey(&self, challenge: &Opened, wrong: Wrong) -> Result<Outcome> {
        let (s, user, client) = (self.s, self.user, self.client);
        s.db.transaction(async |tx| {
            if let Wrong::Of(_, passkey, Refusal::CounterFellBack) = wrong
                && !answer::note_counter(s, tx, challenge, (user, passkey), client).await?
            {
                return Ok(Outcome::Expired);
            }
            let event = Event::SecondFactorFailed { reason: "passkey" };
            record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
            notify(s, tx, user, client, |notice| Message::PasskeyRefused {
                notice,
                password_known: self.reset.is_none(),
            })
            .await?;
            Ok(match wrong {
                Wrong::Unknown => Outcome::Unknown,
                Wrong::Refused(why) | Wrong::Of(_, _, why) => Outcome::Wrong(why),
            })
        })
        .await
    }
}
