//! The second factor and its backup codes: enrolling (`enrolment`), removing, and new codes.

mod enrolment;

use super::{proof::Proven, totp_code::CodeFault};
use crate::{
    db::{self, Transaction, accounts::credentials::Raised},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        authenticators::backup_code::BackupCode,
        session::EndReason,
        sign_in::attempts::Pause,
    },
    flows::{
        FlowError, Result, Services, TokenPair,
        audit::record::record_own,
        mail::outbox::notify,
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
    /// No enrolment waits for a code.
    NotPending,
    /// The code is wrong.
    WrongCode(CodeFault),
    /// The account changed at the same moment: nothing was done.
    Overtaken,
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
    if !user.two_factor_enabled() {
        return Ok(Err(Refused::NotEnabled));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
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
    if !user.two_factor_enabled() {
        return Ok(Err(Refused::NotEnabled));
    }
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Err(Refused::Overtaken));
        }
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
        notify(s, tx, user, client, |notice| Message::BackupCodesReplaced {
            notice,
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
    notify(s, tx, user, client, |notice| {
        if user.two_factor_enabled() {
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
