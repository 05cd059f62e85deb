//! The second factor and its backup codes: enrolling (`enrolment`), removing, and new codes.

mod enrolment;

use chrono::{DateTime, Utc};

use super::{proof::Proven, totp_code::CodeFault};
use crate::{
    db::{self, Transaction, accounts::credentials::Raised},
    domain::{
        accounts::{undo, user::User},
        audit::{Client, Event},
        authenticators::backup_code::BackupCode,
        session::EndReason,
        sign_in::attempts::Pause,
    },
    flows::{
        FlowError, Result, Services, TokenPair,
        accounts::undo_points::{Before, before},
        audit::record::record_own,
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
        sessions::{authenticate::Authenticated, still_lives, tokens::reissue},
    },
    mail::Message,
};

pub use enrolment::{Enrolment, confirm, enroll, pending};

/// Why an act on the second factor was refused.
#[derive(Debug)]
pub enum Refused {
    Throttled(Pause),
    /// A second factor needs a verified address.
    EmailUnverified,
    AlreadyEnabled,
    /// No second factor is enrolled.
    NotEnabled,
    /// The account is frozen until then.
    Frozen(DateTime<Utc>),
    /// No enrolment waits for a code.
    NotPending,
    /// The code is wrong.
    WrongCode(CodeFault),
    /// The account changed at the same moment: nothing was done.
    Overtaken,
}

/// Why a user cannot change the second factor that is enrolled.
fn refusal(s: &Services, user: &User) -> Option<Refused> {
    if !user.two_factor_enabled() {
        return Some(Refused::NotEnabled);
    }
    user.frozen(s.now()).map(Refused::Frozen)
}

/// A new set of codes, which are shown only once.
#[derive(Debug)]
pub struct FreshCodes {
    pub codes: Vec<BackupCode>,
    /// The new pair of the acting session, if the change ended every token; `None` if it ended none, or
    /// the session has ended.
    pub pair: Option<TokenPair>,
}

/// Removes the second factor and its backup codes. Every other session ends.
pub async fn disable(
    s: &Services,
    proven: &Proven,
    client: &Client,
) -> Result<Result<Option<TokenPair>, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let earlier = before(s, tx, user).await?;
        let raised = raise(tx, user).await?;
        db::authenticators::totp::delete_confirmed(tx, user.id).await?;
        db::authenticators::backup_codes::delete_all(tx, user.id).await?;
        let disabled = User {
            totp_confirmed_at: None,
            two_factor_noted: false,
            ..user.clone()
        };
        let change = Change {
            event: Event::TotpDisabled,
            before: &earlier,
            raised,
            client,
        };
        Ok(Ok(
            second_factor_changed(s, tx, who, &disabled, change).await?
        ))
    })
    .await
}

/// Makes a new set of backup codes, which replaces the old one. No session ends.
pub async fn replace_backup_codes(
    s: &Services,
    proven: &Proven,
    client: &Client,
) -> Result<Result<FreshCodes, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user) {
        return Ok(Err(refused));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let earlier = before(s, tx, user).await?;
        let codes = replace_codes(s, tx, user).await?;
        record_own(
            s,
            tx,
            Event::BackupCodesReplaced,
            user.id,
            who.session_id,
            client,
        )
        .await?;
        let event = Happened {
            before: &earlier,
            change: undo::Change::FactorLost,
            cause: Cause::Client(client),
        };
        notify_of(s, tx, event, &[user], |notice, _| {
            Message::BackupCodesReplaced { notice }
        })
        .await?;
        Ok(Ok(FreshCodes { codes, pair: None }))
    })
    .await
}

/// Ends every token of a locked user.
async fn raise(tx: &Transaction<'_>, user: &User) -> Result<Raised> {
    let raised =
        db::accounts::credentials::raise_revocation_id(tx, user.id, user.revocation_id).await?;
    raised.ok_or(FlowError::Inconsistent("a held user changed"))
}

struct Change<'a> {
    event: Event,
    /// The account just before.
    before: &'a Before,
    raised: Raised,
    client: &'a Client,
}

async fn replace_codes(s: &Services, tx: &Transaction<'_>, user: &User) -> Result<Vec<BackupCode>> {
    let codes = BackupCode::fresh_set(s.random.as_ref());
    let key_id = s.ring.current_id();
    let macs: Result<Vec<_>, _> = codes.iter().map(|code| code.mac(&s.ring, key_id)).collect();
    db::authenticators::backup_codes::replace(tx, user.id, key_id, &macs?, s.now()).await?;
    Ok(codes)
}

/// What both changes have in common: other sessions end, the owner is notified, this session continues.
async fn second_factor_changed(
    s: &Services,
    tx: &Transaction<'_>,
    who: &Authenticated,
    user: &User,
    change: Change<'_>,
) -> Result<Option<TokenPair>> {
    let Change {
        event,
        before,
        raised,
        client,
    } = change;
    let now = s.now();
    db::sessions::end_all(
        tx,
        user.id,
        who.session_id,
        EndReason::SecondFactorChanged,
        now,
    )
    .await?;
    record_own(s, tx, event, user.id, who.session_id, client).await?;
    let is_on = user.two_factor_enabled();
    let happened = Happened {
        before,
        change: if is_on {
            undo::Change::FactorAdded
        } else {
            undo::Change::FactorLost
        },
        cause: Cause::Client(client),
    };
    notify_of(s, tx, happened, &[user], |notice, _| {
        if is_on {
            Message::TwoFactorEnabled { notice }
        } else {
            Message::TwoFactorDisabled { notice }
        }
    })
    .await?;
    match who.session_id {
        Some(session_id) => reissue(s, tx, session_id, user, raised).await,
        None => Ok(None),
    }
}
