//! Writing mails to the outbox, sealed, in the transaction that causes them.
//!
//! Every mail is written by [`enqueue`], which applies the rule of its kind:
//!
//! ```text
//!   an admin's act ───────────────────────────────────────────────> sent
//!   asked for by a client ─> caps of recipient and mailbox ─> left ─> sent
//!                                                          └> none ─> written, and never sent
//!   security mail ─> none of its kind in the last hour ────────────> sent
//!                 └> else: waits for the end of the hour, and replaces the one that waits
//! ```

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    db::{
        self, Transaction,
        mail::{
            caps::Cap,
            outbox::{NewMail, Verdict},
        },
    },
    domain::{
        accounts::user::{Role, User},
        audit::Client,
        authenticators::factors::Factors,
        secrets::{random, sealing::Place},
    },
    flows::{Result, Services, sign_in::known_browser::is_current},
    mail::{Message, Rule},
    throttle::{
        account::Guess,
        mail::{Asking, MERGED_IN},
    },
};

/// The place of a sealed mail.
pub(crate) fn place_of(mail_id: uuid::Uuid) -> Place {
    Place {
        table: "mails",
        row: mail_id,
        column: "sealed",
    }
}

/// The recipient of a mail.
#[derive(Debug, Clone, Copy)]
pub enum Recipient<'a> {
    User(&'a User),
    /// An address that an admin invites. It has no account yet.
    Invited(&'a str),
    /// The address to which this user wants to move.
    NewAddress(&'a User, &'a str),
    /// An address without an account: the mail is written, sealed and dropped, so that asking for
    /// it takes as long as for a known one.
    Decoy(&'a str),
}

impl<'a> Recipient<'a> {
    fn address(self) -> &'a str {
        match self {
            Self::User(user) => &user.email,
            Self::Invited(address) | Self::NewAddress(_, address) | Self::Decoy(address) => address,
        }
    }

    fn user(self) -> Option<&'a User> {
        match self {
            Self::User(user) | Self::NewAddress(user, _) => Some(user),
            Self::Invited(_) | Self::Decoy(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// A client: anyone who can send a request.
    Client(&'a Client),
    /// An admin, or the operator at the command line. What they send is their own to bound. Also a link that
    /// causes it once.
    Admin,
}

/// What the rule of a mail says.
pub(super) struct Judged {
    capped: bool,
    /// When it is sent, where that is not now.
    waits_until: Option<DateTime<Utc>>,
    merge_key: Option<Uuid>,
    merged: i32,
    /// The undo point of the earliest event that a merged mail reports.
    pub(super) undo_id: Option<Uuid>,
}

impl Judged {
    const FREE: Self = Self {
        capped: false,
        waits_until: None,
        merge_key: None,
        merged: 1,
        undo_id: None,
    };
}

/// Writes a mail to the outbox, as the rule of its kind allows. The caller never learns which:
/// answers must not tell.
pub async fn enqueue(
    s: &Services,
    tx: &Transaction<'_>,
    to: Recipient<'_>,
    message: &Message,
    cause: Cause<'_>,
) -> Result<()> {
    let judged = judge(s, tx, to, message, cause).await?;
    write_mail(s, tx, to, message, &judged).await
}

/// Applies the rule of a mail that is about to be written.
pub(super) async fn judge(
    s: &Services,
    tx: &Transaction<'_>,
    to: Recipient<'_>,
    message: &Message,
    cause: Cause<'_>,
) -> Result<Judged> {
    match (cause, message.rule()) {
        (Cause::Client(client), Rule::Capped) => capped(s, tx, to, message, client).await,
        (Cause::Client(_), Rule::Merged) => merged(s, tx, to, message).await,
        (Cause::Admin, _) | (Cause::Client(_), Rule::Free) => Ok(Judged::FREE),
    }
}

/// Counts the mail against the caps of its recipient.
async fn capped(
    s: &Services,
    tx: &Transaction<'_>,
    to: Recipient<'_>,
    message: &Message,
    client: &Client,
) -> Result<Judged> {
    let now = s.now();
    let address = to.address().to_ascii_lowercase();
    let proven = matches!(to, Recipient::User(user) if user.mailbox_proven());
    let asking = if knows(s, to, client) {
        Asking::KnownBrowser
    } else {
        Asking::Stranger
    };
    let caps = s
        .mail_caps
        .of(message.kind(), &address, asking, proven)
        .map(|(key, each, per)| Cap { key, each, per });
    // Before the caps, which requests for one recipient take one after the other: those that wait for
    // an account wait all at once, and none of them holds up the others.
    db::mail::outbox::hold_account(tx, to.user().map(|user| user.id)).await?;
    let admitted = db::mail::caps::admit(tx, caps, now).await?;
    Ok(Judged {
        capped: !admitted,
        ..Judged::FREE
    })
}

/// Whether the recipient signed in with the client's browser, under the credentials of now.
fn knows(s: &Services, to: Recipient<'_>, client: &Client) -> bool {
    let Recipient::User(user) = to else {
        return false;
    };
    let key = &s.account_throttle.device_key;
    let device = client.device.known_to(key, &user.email_canonical, s.now());
    device.is_some_and(|device| is_current(user, Guess::Password, &device))
}

/// Sends one security mail of a kind an hour, and lets the others wait for the end of it as one
/// mail, which tells of the latest event and of their number.
async fn merged(
    s: &Services,
    tx: &Transaction<'_>,
    to: Recipient<'_>,
    message: &Message,
) -> Result<Judged> {
    let now = s.now();
    let address = to.address().to_ascii_lowercase();
    let key = s.mail_caps.merge_key_of(message.merged_as(), &address);
    let Some(at) = db::mail::caps::next_of_kind(tx, key, now, MERGED_IN).await? else {
        return Ok(Judged::FREE);
    };
    let waiting = db::mail::caps::take_back(tx, key, now).await?;
    Ok(Judged {
        waits_until: Some(at),
        merge_key: Some(key),
        merged: 1 + waiting.iter().map(|mail| mail.merged).sum::<i32>(),
        undo_id: waiting.iter().find_map(|mail| mail.undo_id),
        ..Judged::FREE
    })
}

pub(super) async fn write_mail(
    s: &Services,
    tx: &Transaction<'_>,
    to: Recipient<'_>,
    message: &Message,
    judged: &Judged,
) -> Result<()> {
    let rendered = message.render_merged(to.address(), &s.site.mail, judged.merged)?;
    let id = random::id(s.random.as_ref());
    let body = serde_json::to_vec(&rendered)
        .map_err(|_| crate::flows::FlowError::Inconsistent("a mail does not serialise"))?;
    let sealed = s.ring.seal(s.random.as_ref(), place_of(id), &body)?;
    let now = s.now();
    let mail = NewMail {
        id,
        user_id: to.user().map(|user| user.id),
        kind: message.kind(),
        decoy: matches!(to, Recipient::Decoy(_)),
        sealed: &sealed,
        next_attempt_at: judged.waits_until.unwrap_or(now),
        expires_at: message.expires_in().map(|life| now + life),
        created_at: now,
    };
    let verdict = Verdict {
        capped: judged.capped,
        merge_key: judged.merge_key,
        merged: judged.merged,
        undo_id: judged.undo_id,
    };
    db::mail::outbox::insert_judged(tx, &mail, verdict).await?;
    s.outbox_bell.notify_one();
    Ok(())
}

/// A made-up user, for mails that are never sent.
pub fn unknown_user(s: &Services, email: &str) -> User {
    User {
        id: random::id(s.random.as_ref()),
        email: email.to_owned(),
        email_canonical: email.to_owned(),
        display_name: None,
        role: Role::User,
        email_verified_at: None,
        revocation_id: 0,
        password_changed_at: None,
        password_must_change: false,
        disabled_at: None,
        factors: Factors::default(),
        two_factor_noted: false,
        created_at: s.now(),
        verified_by_file: false,
        import_id: None,
        browsers_known_from: None,
        owner_deleted_at: None,
        frozen_until: None,
        sign_in_frozen_until: None,
        password_closed_at: None,
        email_since: None,
    }
}
