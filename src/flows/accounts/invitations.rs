//! Inviting by mail: an admin sends an invitation, sends it again, revokes it.
//!
//! ```text
//!          .-- sent again: the old link stops working, and the sender is the new one --.
//!          v                                                                             |
//!   sent: open --------> accepted: an account                                            |
//!          |  `--------> void: revoked, or its address got an account in another way     |
//!          `-(7 days)--> expired --------------------------------------------------------'
//! ```
//!
//! An invitation is valid only while its last sender is an active admin: no invitation outlives the
//! sender's rights.

use uuid::Uuid;

use crate::{
    db::{self, Transaction, accounts::invitations::Listed},
    domain::{
        accounts::{
            email::EmailAddress,
            invitation::{Invitation, LIFETIME, State},
            user::Role,
        },
        audit::{Client, Event},
        secrets::{link, random, secret::SecretString},
    },
    flows::{
        FlowError, InputFaults, Registration, Result, Services,
        admin::act::{Barred, enter},
        audit::record::{Actor, record, subject_of},
        authenticators::proof::Proven,
        mail::outbox::{Cause, Recipient, enqueue},
        paged::{self, Paged},
    },
    mail::Message,
};

pub const PAGE: i64 = 50;

/// An act on an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Invite {
        /// The address as typed.
        email: String,
        /// The role as typed.
        role: String,
    },
    /// Send an invitation again, with a new link.
    Resend(Uuid),
    Revoke(Uuid),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done(Invitation),
    /// The address has an account.
    EmailTaken,
    /// The address has an open invitation.
    AlreadyInvited,
    /// No one can register here, invited or not.
    Closed,
    /// There is no open invitation with this id.
    NotFound,
    /// Some input is invalid.
    Invalid(InputFaults),
    /// The actor is no longer an admin.
    NotAdmin,
    /// The acting session ended at the same moment.
    Overtaken,
}

/// Performs an act on an invitation as an admin, with the checks of every act.
pub async fn perform(s: &Services, proven: &Proven, act: &Act, client: &Client) -> Result<Outcome> {
    let who = proven.who();
    if s.policy.registration == Registration::Closed && !matches!(act, Act::Revoke(_)) {
        return Ok(Outcome::Closed);
    }
    let fresh = match act {
        Act::Invite { email, role } => match read(email, role) {
            Ok((email, role)) => Some((email, role)),
            Err(faults) => return Ok(Outcome::Invalid(faults)),
        },
        Act::Resend(_) | Act::Revoke(_) => None,
    };
    s.db.transaction(async |tx| {
        match enter(tx, who).await? {
            Some(Barred::Overtaken) => return Ok(Outcome::Overtaken),
            Some(Barred::NotAdmin) => return Ok(Outcome::NotAdmin),
            None => {}
        }
        let inviting = Inviting {
            s,
            tx,
            actor: who.user().id,
            session_id: who.session_id,
            client,
        };
        match (act, &fresh) {
            (Act::Resend(id), _) => inviting.resend(*id).await,
            (Act::Revoke(id), _) => inviting.revoke(*id).await,
            (Act::Invite { .. }, Some((email, role))) => inviting.invite(email, *role).await,
            (Act::Invite { .. }, None) => Err(FlowError::Inconsistent("an unread invitation")),
        }
    })
    .await
}

fn read(email: &str, role: &str) -> Result<(EmailAddress, Role), InputFaults> {
    let mut faults = InputFaults::default();
    let email = faults.note("email", EmailAddress::parse(email));
    let role = faults.note(
        "role",
        role.parse::<Role>().map_err(|_| "Choose one of the roles."),
    );
    email.zip(role).ok_or(faults)
}

/// The inviting admin, in a transaction.
struct Inviting<'a> {
    s: &'a Services,
    tx: &'a Transaction<'a>,
    actor: Uuid,
    session_id: Option<Uuid>,
    client: &'a Client,
}

impl Inviting<'_> {
    async fn invite(&self, email: &EmailAddress, role: Role) -> Result<Outcome> {
        let Self { s, tx, .. } = self;
        if db::accounts::invitations::is_taken(tx, email.canonical()).await? {
            return Ok(Outcome::EmailTaken);
        }
        let now = s.now();
        let written = Invitation {
            id: random::id(s.random.as_ref()),
            email: email.as_str().to_owned(),
            email_canonical: email.canonical().to_owned(),
            role,
            invited_by: Some(self.actor),
            created_at: now,
            sent_at: now,
            expires_at: now + LIFETIME,
        };
        let (secret, hash) = link::secret(s.random.as_ref());
        if !db::accounts::invitations::insert(tx, &written, &hash).await? {
            return Ok(Outcome::AlreadyInvited);
        }
        let event = Event::UserInvited {
            invitation: written.id,
            role,
        };
        self.audit(event, &written).await?;
        self.send(&written, &secret).await?;
        Ok(Outcome::Done(written))
    }

    async fn resend(&self, id: Uuid) -> Result<Outcome> {
        let Self { s, tx, actor, .. } = self;
        let Some(open) = db::accounts::invitations::find_open(tx, id).await? else {
            return Ok(Outcome::NotFound);
        };
        if db::accounts::invitations::is_taken(tx, &open.email_canonical).await? {
            return Ok(Outcome::EmailTaken);
        }
        let now = s.now();
        let (secret, hash) = link::secret(s.random.as_ref());
        let renewed =
            db::accounts::invitations::renew(tx, id, &hash, *actor, now, now + LIFETIME).await?;
        let Some(renewed) = renewed else {
            return Ok(Outcome::NotFound);
        };
        let event = Event::UserInvitationResent { invitation: id };
        self.audit(event, &renewed).await?;
        self.send(&renewed, &secret).await?;
        Ok(Outcome::Done(renewed))
    }

    async fn revoke(&self, id: Uuid) -> Result<Outcome> {
        let Some(revoked) = db::accounts::invitations::revoke(self.tx, id, self.s.now()).await?
        else {
            return Ok(Outcome::NotFound);
        };
        let event = Event::UserInvitationRevoked { invitation: id };
        self.audit(event, &revoked).await?;
        Ok(Outcome::Done(revoked))
    }

    async fn send(&self, invitation: &Invitation, secret: &SecretString) -> Result<()> {
        let message = Message::Invitation {
            link: self.s.site.token_link("/invitation", secret),
            as_admin: invitation.role == Role::Admin,
            expires_in: LIFETIME,
        };
        let to = Recipient::Invited(&invitation.email);
        enqueue(self.s, self.tx, to, &message, Cause::Admin).await
    }

    async fn audit(&self, event: Event, invitation: &Invitation) -> Result<()> {
        let actor = Actor::user(self.actor, self.session_id, self.client);
        let subject = subject_of(self.s, None, &invitation.email_canonical);
        record(self.s, self.tx, event, subject, actor).await
    }
}

/// An open invitation and its state.
#[derive(Debug, Clone)]
pub struct Line {
    pub invitation: Invitation,
    /// The address of its sender, if that account still exists.
    pub inviter: Option<String>,
    /// Whether it can be accepted.
    pub state: State,
}

/// The open invitations, including expired ones, the newest first; a blank cursor is the first page.
pub async fn list(s: &Services, cursor: &str) -> Result<Result<Paged<Line>, InputFaults>> {
    let behind = match paged::behind(cursor) {
        Ok(behind) => behind,
        Err(faults) => return Ok(Err(faults)),
    };
    let conn = s.db.connection().await?;
    let listed = db::accounts::invitations::open(&conn, behind, PAGE + 1).await?;
    let page = Paged::cut(listed, PAGE, |last| {
        paged::cursor(last.invitation.created_at, last.invitation.id)
    });
    let now = s.now();
    Ok(Ok(page.map(|listed| Line {
        state: state_of(&listed, now),
        invitation: listed.invitation,
        inviter: listed.inviter,
    })))
}

fn state_of(listed: &Listed, now: chrono::DateTime<chrono::Utc>) -> State {
    if listed.taken {
        State::AddressTaken
    } else if !listed.inviter_is_admin {
        State::InviterGone
    } else if listed.invitation.expires_at <= now {
        State::Expired
    } else {
        State::Open
    }
}
