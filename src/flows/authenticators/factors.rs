//! What every change of a second factor has in common, whatever its kind.
//!
//! ```text
//!   Change::begin ── the caller writes or deletes the row of its kind ── added ───> ten backup codes, if it is the first
//!                                                                    └─ removed ─> no backup codes, if it was the last
//! ```
//!
//! Either way `rev` rises, every other session ends, the event is recorded, the owner gets a mail, and the session that
//! acts continues with a new pair.

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::{undo, user::User},
        audit::{Client, Event},
        authenticators::{backup_code::BackupCode, factors::Kind},
        session::EndReason,
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
    mail::{Message, Notice},
};

/// A change of the caller's second factors, begun before the row of the factor is written.
pub(in crate::flows) struct Change<'a> {
    s: &'a Services,
    tx: &'a Transaction<'a>,
    who: &'a Authenticated,
    client: &'a Client,
    /// The account just before.
    before: Before,
}

/// A factor that was added.
#[derive(Debug)]
pub struct Added {
    /// Ten codes, shown only once, where it is the first factor.
    pub backup_codes: Option<Vec<BackupCode>>,
    /// The new pair of the acting session; `None` if the session has ended.
    pub pair: Option<TokenPair>,
}

impl<'a> Change<'a> {
    /// Locks the account. `None` if the account changed or the session ended in the meantime: then nothing may be done.
    pub(in crate::flows) async fn begin(
        s: &'a Services,
        tx: &'a Transaction<'a>,
        who: &'a Authenticated,
        client: &'a Client,
    ) -> Result<Option<Self>> {
        if !still_lives(tx, who).await? {
            return Ok(None);
        }
        let before = before(s, tx, who.user()).await?;
        Ok(Some(Self {
            s,
            tx,
            who,
            client,
            before,
        }))
    }

    /// Finishes an addition, after the row was written. `methods` are the words of RFC 8176 by which the factor was
    /// confirmed: they count as a recent proof by a second factor in this session.
    pub(in crate::flows) async fn added(
        self,
        kind: Kind,
        methods: &'static [&'static str],
        event: Event,
    ) -> Result<Added> {
        let Self { s, tx, who, .. } = self;
        let user = who.user();
        let is_first = !user.two_factor_enabled();
        let backup_codes = if is_first {
            Some(replace_codes(s, tx, user).await?)
        } else {
            None
        };
        if let Some(session_id) = who.session_id {
            db::sessions::prove(tx, session_id, methods, s.now()).await?;
        }
        let pair = self.finish(event, undo::Change::FactorAdded, |notice| {
            if is_first {
                Message::TwoFactorEnabled { notice, kind }
            } else {
                Message::FactorAdded { notice, kind }
            }
        });
        Ok(Added {
            pair: pair.await?,
            backup_codes,
        })
    }

    /// Finishes a removal, after the row was deleted. Returns the new pair of the acting session; `None` if the session
    /// has ended.
    pub(in crate::flows) async fn removed(
        self,
        kind: Kind,
        event: Event,
    ) -> Result<Option<TokenPair>> {
        let (tx, id) = (self.tx, self.who.user().id);
        let left = db::accounts::users::find(tx, id).await?;
        let is_last = left.is_none_or(|user| !user.factors.any());
        if is_last {
            db::authenticators::backup_codes::delete_all(tx, id).await?;
        }
        self.finish(event, undo::Change::FactorLost, |notice| {
            if is_last {
                Message::TwoFactorDisabled { notice, kind }
            } else {
                Message::FactorRemoved { notice, kind }
            }
        })
        .await
    }

    async fn finish(
        self,
        event: Event,
        change: undo::Change,
        message: impl Fn(Notice) -> Message,
    ) -> Result<Option<TokenPair>> {
        let Self {
            s,
            tx,
            who,
            client,
            before,
        } = self;
        let (user, session_id) = (who.user(), who.session_id);
        let raised =
            db::accounts::credentials::raise_revocation_id(tx, user.id, user.revocation_id);
        let raised = raised
            .await?
            .ok_or(FlowError::Inconsistent("a held user changed"))?;
        let reason = EndReason::SecondFactorChanged;
        db::sessions::end_all(tx, user.id, session_id, reason, s.now()).await?;
        record_own(s, tx, event, user.id, session_id, client).await?;
        let changed = db::accounts::users::find(tx, user.id)
            .await?
            .ok_or(FlowError::Inconsistent("a held user is missing"))?;
        let happened = Happened {
            before: &before,
            change,
            cause: Cause::Client(client),
        };
        notify_of(s, tx, happened, &[&changed], |notice, _| message(notice)).await?;
        match session_id {
            Some(session_id) => reissue(s, tx, session_id, &changed, raised).await,
            None => Ok(None),
        }
    }
}

/// Makes a new set of backup codes in the place of the old one.
pub(super) async fn replace_codes(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
) -> Result<Vec<BackupCode>> {
    let codes = BackupCode::fresh_set(s.random.as_ref());
    let key_id = s.ring.current_id();
    let macs: Result<Vec<_>, _> = codes.iter().map(|code| code.mac(&s.ring, key_id)).collect();
    db::authenticators::backup_codes::replace(tx, user.id, key_id, &macs?, s.now()).await?;
    Ok(codes)
}

/// Removes every second factor of a user, whatever waits to be confirmed, and the backup codes. Tokens and sessions are
/// left to the caller.
pub(in crate::flows) async fn remove_all(tx: &Transaction<'_>, user: &User) -> Result<()> {
    let id = user.id;
    db::authenticators::passkeys::delete_all(tx, id).await?;
    db::authenticators::totp::delete_confirmed(tx, id).await?;
    db::authenticators::phones::delete(tx, id).await?;
    db::authenticators::backup_codes::delete_all(tx, id).await?;
    forget_pending(tx, user).await?;
    // Where rows were lost, no trigger has noted it.
    db::accounts::credentials::note_no_second_factor(tx, id).await?;
    Ok(())
}

/// Removes whatever waits to be confirmed.
pub(in crate::flows) async fn forget_pending(tx: &Transaction<'_>, user: &User) -> Result<()> {
    db::authenticators::totp::delete_pending(tx, user.id).await?;
    db::authenticators::phones::delete_pending(tx, user.id).await?;
    Ok(())
}
