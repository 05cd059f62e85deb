//! The authenticator app: enrolling (`enrolment`) and removing it. New backup codes, which stand beside any factor.

mod enrolment;

use chrono::{DateTime, Utc};

use super::{
    factors::{Change, replace_codes},
    proof::FactorProven,
    totp_code::CodeFault,
};
use crate::{
    db,
    domain::{
        accounts::{undo, user::User},
        audit::{Client, Event},
        authenticators::{backup_code::BackupCode, factors::Kind},
        sign_in::attempts::Pause,
    },
    flows::{
        Result, Services, TokenPair,
        accounts::undo_points::before,
        audit::record::record_own,
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
        sessions::still_lives,
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

/// Why a user cannot remove the authenticator app, or replace the backup codes.
fn refusal(s: &Services, user: &User, is_there: bool) -> Option<Refused> {
    if !is_there {
        return Some(Refused::NotEnabled);
    }
    user.frozen(s.now()).map(Refused::Frozen)
}

/// Removes the authenticator app. Every other session ends.
pub async fn disable(
    s: &Services,
    proven: &FactorProven,
    client: &Client,
) -> Result<Result<Option<TokenPair>, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user, user.factors.has(Kind::Totp)) {
        return Ok(Err(refused));
    }
    s.db.transaction(async |tx| {
        let Some(change) = Change::begin(s, tx, who, client).await? else {
            return Ok(Err(Refused::Overtaken));
        };
        db::authenticators::totp::delete_confirmed(tx, user.id).await?;
        Ok(Ok(change.removed(Kind::Totp, Event::TotpDisabled).await?))
    })
    .await
}

/// Makes a new set of backup codes, which replaces the old one. No session ends.
pub async fn replace_backup_codes(
    s: &Services,
    proven: &FactorProven,
    client: &Client,
) -> Result<Result<Vec<BackupCode>, Refused>> {
    let who = proven.who();
    let user = who.user();
    if let Some(refused) = refusal(s, user, user.two_factor_enabled()) {
        return Ok(Err(refused));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
        let earlier = before(s, tx, user).await?;
        let codes = replace_codes(s, tx, user).await?;
        // They change the factor without a rise of `rev`.
        db::authenticators::recoveries::void(tx, user.id).await?;
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
        Ok(Ok(codes))
    })
    .await
}
