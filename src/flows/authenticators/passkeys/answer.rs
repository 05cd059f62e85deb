//! The answer of a passkey, wherever one is asked for: checked against its credential, and accepted once.

use serde_json::Value;
use uuid::Uuid;

use super::{
    challenge::{self, Opened},
    webauthn,
};
use crate::{
    db::{
        self, Transaction,
        authenticators::passkeys::{PasskeyRow, Use},
    },
    domain::{
        accounts::{undo, user::User},
        audit::{Client, Event, Subject},
    },
    flows::{
        Result, Services,
        audit::record::{Actor, record},
        mail::notify::notify,
    },
    mail::Message,
    webauthn::{Assertion, Credential, Refusal, Used},
};

/// A right answer, to be accepted in a transaction.
#[derive(Debug)]
pub(in crate::flows) struct Right {
    /// The owner of the passkey.
    pub(in crate::flows) user_id: Uuid,
    passkey: Uuid,
    pub(in crate::flows) backup_eligible: bool,
    used: Used,
}

/// Why an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum Wrong {
    /// No account has this passkey.
    Unknown,
    /// It is not right, whoever it may be from.
    Refused(Refusal),
    /// This user's passkey refused, or someone who claims to have it did.
    Of(Uuid, Uuid, Refusal),
}

/// Whose answer is expected.
#[derive(Debug, Clone, Copy)]
pub(in crate::flows) enum Expected {
    /// A user who is known already.
    User(Uuid),
    /// Whoever the passkey belongs to, which the authenticator must confirm.
    Anyone,
}

impl Expected {
    /// Whether an answer may be from this owner of its passkey, with this user handle.
    fn allows(self, owner: Uuid, handle: Option<&[u8]>) -> bool {
        let is_of_owner = handle.map(|handle| handle == owner.as_bytes());
        match self {
            Self::User(user) => user == owner && is_of_owner.unwrap_or(true),
            Self::Anyone => is_of_owner == Some(true),
        }
    }
}

/// The credential of a passkey.
pub(super) fn credential(row: PasskeyRow) -> Credential {
    Credential {
        id: row.credential_id,
        key: row.credential,
        counter: u32::try_from(row.counter).unwrap_or(u32::MAX),
        backup_eligible: row.backup_eligible,
        synced: row.synced,
    }
}

/// How a passkey alone authenticates, in the words of RFC 8176: with a key that can be copied or not.
pub(in crate::flows) fn methods_of(backup_eligible: bool) -> &'static [&'static str] {
    if backup_eligible {
        &["swk", "user", "mfa"]
    } else {
        &["hwk", "user", "mfa"]
    }
}

/// Checks an answer.
pub(in crate::flows) async fn check(
    s: &Services,
    opened: &Opened,
    answer: &Value,
    expected: Expected,
) -> Result<Result<Right, Wrong>> {
    let invalid = Wrong::Refused(Refusal::Invalid);
    let Some(assertion) = Assertion::read(answer) else {
        return Ok(Err(invalid));
    };
    let shared = s.db.shared().await?;
    let found = db::authenticators::passkeys::find(&shared, assertion.credential_id()).await?;
    let Some((user_id, row)) = found else {
        return Ok(Err(Wrong::Unknown));
    };
    if !expected.allows(user_id, assertion.user_handle()) {
        return Ok(Err(invalid));
    }
    let (passkey, backup_eligible, made_at) = (row.id, row.backup_eligible, row.created_at);
    let checked = webauthn(s)?.checked(&opened.state, &assertion, &credential(row))?;
    let owner = db::accounts::users::find(&shared, user_id).await?;
    let frozen_until = owner.and_then(|user| user.frozen(s.now()));
    let suspect = frozen_until.is_some_and(|until| undo::is_suspect(made_at, until));
    Ok(match checked {
        Ok(_) if suspect => Err(Wrong::Of(user_id, passkey, Refusal::Suspect)),
        Ok(used) => Ok(Right {
            user_id,
            passkey,
            backup_eligible,
            used,
        }),
        Err(why) => Err(Wrong::Of(user_id, passkey, why)),
    })
}

/// What became of a right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum Accepted {
    Yes,
    /// The challenge was used before, on whichever node.
    ChallengeUsed,
    /// Another answer with this counter or a higher one came first.
    CounterFellBack,
    /// The passkey was removed in the meantime.
    Removed,
}

/// Accepts a right answer once: uses its challenge up, and advances the counter of its passkey. The transaction has
/// locked the user.
pub(in crate::flows) async fn accept(
    s: &Services,
    tx: &Transaction<'_>,
    right: &Right,
    opened: &Opened,
    client: &Client,
) -> Result<Accepted> {
    if !challenge::use_up(tx, opened).await? {
        return Ok(Accepted::ChallengeUsed);
    }
    let used = Use {
        id: right.passkey,
        counter: i64::from(right.used.counter),
        synced: right.used.synced,
        at: s.now(),
        user_agent: client.user_agent.as_deref(),
    };
    if db::authenticators::passkeys::note_use(tx, &used).await? {
        return Ok(Accepted::Yes);
    }
    let others = db::authenticators::passkeys::all(tx, right.user_id).await?;
    let is_there = others.iter().any(|row| row.id == right.passkey);
    Ok(if is_there {
        Accepted::CounterFellBack
    } else {
        Accepted::Removed
    })
}

impl Right {
    /// The same answer, refused because its counter does not advance.
    pub(in crate::flows) fn fell_back(&self) -> Wrong {
        Wrong::Of(self.user_id, self.passkey, Refusal::CounterFellBack)
    }
}

/// Records a passkey whose counter fell back, and tells its owner. `false` if the challenge was used before: then this
/// answer has been recorded already.
pub(in crate::flows) async fn note_counter(
    s: &Services,
    tx: &Transaction<'_>,
    opened: &Opened,
    (user, passkey): (&User, Uuid),
    client: &Client,
) -> Result<bool> {
    if !challenge::use_up(tx, opened).await? {
        return Ok(false);
    }
    let event = Event::PasskeyCounterFellBack { passkey };
    let actor = Actor::anonymous(client);
    record(s, tx, event, Subject::User(user.id), actor).await?;
    if user.disabled_at.is_none() {
        notify(s, tx, user, client, |notice| Message::PasskeyCopied {
            notice,
        })
        .await?;
    }
    Ok(true)
}
