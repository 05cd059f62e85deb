//! Admins' acts on accounts: every act goes through this file, from page, API and command line.
//!
//! ```text
//!   an admin, with a recent proof --> lock --> still an admin, session lives --.
//!                                                                             |--> the act
//!   an operator at the machine -----> lock ------------------------------------'
//! ```
//!
//! The lock is a database lock. If two admins demote each other at the same time, on any nodes, the second
//! one is not an admin any more when their turn comes. Each act is implemented in its own file.

use uuid::Uuid;

use crate::{
    db::{self, Connection, Transaction, admin::managed::ManagedUser},
    domain::{
        accounts::{
            display_name::DisplayName,
            undo::Change,
            user::{Role, User},
        },
        audit::{Client, Event, Subject},
        session::EndReason,
    },
    flows::{
        InputFaults, Result, Services,
        accounts::undo_points::{Before, before},
        audit::record::{Actor, record},
        authenticators::{factors::forget_pending, proof::Proven},
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
        sessions::{self, authenticate::Authenticated},
    },
    mail::Message,
};

pub use crate::domain::admin::Act;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// There is no such user, or no such session.
    NotFound,
    /// Admins cannot act on their own account.
    OwnAccount,
    /// No admin would be left.
    LastAdmin,
    /// The act would have no effect on this account; the reason as a sentence.
    NothingToDo(&'static str),
    /// Some input is invalid.
    Invalid(InputFaults),
    /// The actor is no longer an admin.
    NotAdmin,
    /// The acting session ended at the same moment.
    Overtaken,
}

/// Performs an act on an account as an admin.
pub async fn perform(
    s: &Services,
    proven: &Proven,
    subject: Uuid,
    act: &Act,
    client: &Client,
) -> Result<Outcome> {
    s.db.transaction(
        async |tx| match Acting::as_admin(s, tx, proven, client).await? {
            Ok(acting) => acting.perform(subject, act).await,
            Err(barred) => Ok(barred.into()),
        },
    )
    .await
}

/// Changes the name of an account, or removes it, as an admin.
pub async fn rename(
    s: &Services,
    proven: &Proven,
    subject: Uuid,
    name: Option<&DisplayName>,
    client: &Client,
) -> Result<Outcome> {
    s.db.transaction(
        async |tx| match Acting::as_admin(s, tx, proven, client).await? {
            Ok(acting) => acting.rename(subject, name).await,
            Err(barred) => Ok(barred.into()),
        },
    )
    .await
}

/// Why the actor may not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// The actor is not an admin any more.
    NotAdmin,
    /// The actor's session ended at the same moment.
    Overtaken,
}

impl From<Barred> for Outcome {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::NotAdmin => Self::NotAdmin,
            Barred::Overtaken => Self::Overtaken,
        }
    }
}

/// Takes the lock and re-checks the actor. `None` if the actor may act, until the commit.
pub(in crate::flows) async fn enter(
    tx: &Transaction<'_>,
    who: &Authenticated,
) -> Result<Option<Barred>> {
    db::admin::admins::lock(tx).await?;
    if !sessions::still_lives(tx, who).await? {
        return Ok(Some(Barred::Overtaken));
    }
    let is_admin = db::admin::admins::is_active(tx, who.user().id).await?;
    Ok((!is_admin).then_some(Barred::NotAdmin))
}

/// Re-checks, without locks, that the actor is still an active admin with an active session. `None` if so.
pub(in crate::flows) async fn barred(
    conn: &Connection,
    who: &Authenticated,
) -> Result<Option<Barred>> {
    let user = who.user().id;
    if let Some(id) = who.session_id
        && !db::sessions::lives(conn, id, user).await?
    {
        return Ok(Some(Barred::Overtaken));
    }
    let is_admin = db::admin::admins::is_active(conn, user).await?;
    Ok((!is_admin).then_some(Barred::NotAdmin))
}

/// Performs an act as the operator of the service, who needs no account.
pub async fn perform_as_operator(
    s: &Services,
    subject: Uuid,
    act: &Act,
    client: &Client,
) -> Result<Outcome> {
    s.db.transaction(async |tx| {
        db::admin::admins::lock(tx).await?;
        let acting = Acting {
            s,
            tx,
            actor: None,
            session_id: None,
            client,
        };
        acting.perform(subject, act).await
    })
    .await
}

/// The actor, in a transaction.
pub(super) struct Acting<'a> {
    pub(in crate::flows) s: &'a Services,
    pub(in crate::flows) tx: &'a Transaction<'a>,
    actor: Option<Uuid>,
    session_id: Option<Uuid>,
    client: &'a Client,
}

impl<'a> Acting<'a> {
    /// An admin whose rights were re-checked, and cannot end before the commit.
    pub(in crate::flows) async fn as_admin(
        s: &'a Services,
        tx: &'a Transaction<'a>,
        proven: &Proven,
        client: &'a Client,
    ) -> Result<Result<Self, Barred>> {
        let who = proven.who();
        if let Some(barred) = enter(tx, who).await? {
            return Ok(Err(barred));
        }
        Ok(Ok(Self {
            s,
            tx,
            actor: Some(who.user().id),
            session_id: who.session_id,
            client,
        }))
    }

    async fn perform(&self, subject: Uuid, act: &Act) -> Result<Outcome> {
        match db::admin::managed::hold(self.tx, subject).await? {
            Some(managed) => self.act_on(&managed, act).await,
            None => Ok(Outcome::NotFound),
        }
    }

    /// Performs an act on a locked user, and notifies the owner if the act has a mail.
    pub(super) async fn act_on(&self, managed: &ManagedUser, act: &Act) -> Result<Outcome> {
        let user = &managed.user;
        if self.actor == Some(user.id) {
            return Ok(Outcome::OwnAccount);
        }
        let account = managed.account(self.actor.is_none());
        if let Some(why) = (act.row().nothing_to_do)(&account) {
            return Ok(Outcome::NothingToDo(why));
        }
        let earlier = match act.row().mail {
            Some(_) => Some(before(self.s, self.tx, user).await?),
            None => None,
        };
        let outcome = match act {
            Act::Disable(reason) => self.disable(user, reason).await,
            Act::Enable => self.enable(user).await,
            Act::SetRole(role) => self.set_role(user, *role).await,
            Act::RequirePasswordChange => self.require_password_change(user).await,
            Act::Unlock => self.unlock(user).await,
            Act::SendReset => self.send_reset(user).await,
            Act::SendVerification => self.send_verification(user).await,
            Act::CancelRecovery(reason) => self.cancel_recovery(user, reason).await,
            Act::LiftFreeze(reason) => self.lift_freeze(user, reason).await,
            Act::ResetTwoFactor(reason) => self.reset_two_factor(user, reason).await,
            Act::RevokeSession(id) => self.revoke_session(user, *id).await,
            Act::RevokeSessions => self.revoke_sessions(user).await,
            Act::Delete {
                reason,
                confirm_email,
            } => self.delete(user, reason, confirm_email).await,
            Act::Restore => self.restore(user).await,
        }?;
        if outcome == Outcome::Done
            && let Some(earlier) = &earlier
        {
            self.notify_owner(user, earlier, act).await?;
        }
        Ok(outcome)
    }

    /// Whether this user is the last active admin.
    pub(super) async fn is_last_admin(&self, user: &User) -> Result<bool> {
        let counts = user.role == Role::Admin && user.disabled_at.is_none();
        Ok(counts && !db::admin::admins::another_active(self.tx, user.id).await?)
    }

    /// Ends every session and every token of the user, including links in mails. Returns the number of
    /// sessions.
    pub(super) async fn end_everything(&self, user: &User) -> Result<usize> {
        let Self { s, tx, .. } = self;
        let raised =
            db::accounts::credentials::raise_revocation_id(tx, user.id, user.revocation_id).await?;
        if raised.is_none() {
            return Err(crate::flows::FlowError::Inconsistent("a held user changed"));
        }
        forget_pending(tx, user).await?;
        Ok(db::sessions::end_all(tx, user.id, None, EndReason::ByAdmin, s.now()).await?)
    }

    /// Writes the audit event of the act.
    pub(in crate::flows) async fn audit(&self, event: Event, subject: Uuid) -> Result<()> {
        let actor = self.as_actor();
        record(self.s, self.tx, event, Subject::User(subject), actor).await
    }

    /// As the audit log names the actor.
    pub(in crate::flows) fn as_actor(&self) -> Actor<'_> {
        Actor {
            user_id: self.actor,
            session_id: self.session_id,
            client: self.client,
        }
    }

    async fn notify_owner(&self, user: &User, before: &Before, act: &Act) -> Result<()> {
        let Some(mail) = &act.row().mail else {
            return Ok(());
        };
        let event = Happened {
            before,
            change: match act {
                Act::ResetTwoFactor(_) => Change::FactorLost,
                _ => Change::Nothing,
            },
            cause: Cause::Admin,
        };
        let erased_at = matches!(act, Act::Delete { .. })
            .then_some(self.s.now() + self.s.policy.deletion_grace);
        notify_of(self.s, self.tx, event, &[user], |notice, _| {
            Message::ByAdmin {
                mail,
                notice,
                erased_at,
            }
        })
        .await
    }

    async fn rename(&self, subject: Uuid, name: Option<&DisplayName>) -> Result<Outcome> {
        let Some(ManagedUser { user, .. }) = db::admin::managed::hold(self.tx, subject).await?
        else {
            return Ok(Outcome::NotFound);
        };
        if self.actor == Some(user.id) {
            return Ok(Outcome::OwnAccount);
        }
        let name = name.map(DisplayName::as_str);
        if db::accounts::users::rename(self.tx, user.id, name).await? {
            self.audit(Event::UserRenamed, user.id).await?;
        }
        Ok(Outcome::Done)
    }
}
