//! The mails of recoveries when they are due, and the end of those that were not used. Every node looks for them; the
//! locked user and a conditional statement decide which one acts.

use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::{undo::Change, user::User},
        audit::{Client, Event, Subject},
        authenticators::recovery::{DelayOver, Due, EndedBy, LINK_LIFETIME, Recovery},
        secrets::link,
        user_agent::short_name,
    },
    flows::{
        Result, Services,
        accounts::undo_points::before,
        audit::record::record_anonymous,
        mail::{
            notify::{Happened, notify_of},
            outbox::Cause,
        },
    },
    mail::{Message, Notice},
};

/// Sends every mail that is due, and ends what has ended. With recoveries turned off, those that wait are deleted.
pub async fn run(s: &Services) -> Result<()> {
    let conn = s.db.background().await?;
    if s.policy.recovery_delay.is_none() {
        db::authenticators::recoveries::remove_all(&conn).await?;
        return Ok(());
    }
    let due = db::authenticators::recoveries::due(&conn, s.now()).await?;
    drop(conn);
    for user_id in due {
        let done = s.db.transaction(async |tx| one(s, tx, user_id).await).await;
        // One that cannot be sent must not delay the others.
        if let Err(error) = done {
            tracing::error!(user = %user_id, %error, "a recovery could not be continued");
        }
    }
    Ok(())
}

/// Does what is due for one user, who is locked by this transaction afterwards.
pub(super) async fn one(s: &Services, tx: &Transaction<'_>, user_id: Uuid) -> Result<()> {
    let Some(managed) = db::admin::managed::hold(tx, user_id).await? else {
        return Ok(());
    };
    let user = managed.user;
    // Read after the lock: another node may have been faster.
    let Some(recovery) = db::authenticators::recoveries::find(tx, user_id).await? else {
        return Ok(());
    };
    if recovery.rev != user.revocation_id || user.disabled_at.is_some() {
        return end(s, tx, &user, EndedBy::Change).await;
    }
    match recovery.due(s.now()) {
        Due::Nothing => Ok(()),
        Due::Reminder => remind(s, tx, &user, &recovery).await,
        Due::Link => mail_link(s, tx, &user, &recovery).await,
        Due::End => end(s, tx, &user, EndedBy::Expiry).await,
    }
}

async fn remind(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    recovery: &Recovery,
) -> Result<()> {
    let now = s.now();
    let ends_at = recovery.end_if_reminded(now);
    if !db::authenticators::recoveries::note_reminder(tx, user.id, now, ends_at).await? {
        return Ok(());
    }
    tell(s, tx, user, |notice| Message::RecoveryHalfway {
        notice: of_start(notice, recovery),
        ends_at,
    })
    .await
}

async fn mail_link(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    recovery: &Recovery,
) -> Result<()> {
    let now = s.now();
    let told_at = db::authenticators::recoveries::told_at(tx, user.id, recovery.started_at).await?;
    match recovery.after(told_at, s.policy.recovery_delay.unwrap_or_default(), now) {
        DelayOver::Yes => {}
        DelayOver::NotBefore(at) => {
            db::authenticators::recoveries::prolong(tx, user.id, recovery.ends_at, at).await?;
            return Ok(());
        }
        DelayOver::Never => return end(s, tx, user, EndedBy::Expiry).await,
    }
    let (secret, hash) = link::secret(s.random.as_ref());
    let expires_at = now + LINK_LIFETIME;
    if !db::authenticators::recoveries::note_link(tx, user.id, &hash, now, expires_at).await? {
        return Ok(());
    }
    let (event, subject) = (Event::RecoveryLinkSent, Subject::User(user.id));
    record_anonymous(s, tx, event, subject, &Client::service()).await?;
    tell(s, tx, user, |notice| Message::RecoveryLink {
        notice: of_start(notice, recovery),
        link: s.site.token_link("/recover", &secret),
        expires_in: LINK_LIFETIME,
    })
    .await
}

async fn end(s: &Services, tx: &Transaction<'_>, user: &User, by: EndedBy) -> Result<()> {
    if !db::authenticators::recoveries::remove(tx, user.id).await? {
        return Ok(());
    }
    let event = Event::RecoveryEnded { by: by.as_str() };
    record_anonymous(s, tx, event, Subject::User(user.id), &Client::service()).await?;
    if user.disabled_at.is_some() {
        return Ok(());
    }
    tell(s, tx, user, |notice| Message::RecoveryEnded { notice, by }).await
}

/// Mails the owner. Its cause is no request, so nothing holds it back.
async fn tell(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    message: impl Fn(Notice) -> Message,
) -> Result<()> {
    let before = before(s, tx, user).await?;
    let event = Happened {
        before: &before,
        change: Change::Nothing,
        cause: Cause::Admin,
    };
    notify_of(s, tx, event, &[user], |notice, _| message(notice)).await
}

/// The notice, about the start of the recovery.
fn of_start(notice: Notice, recovery: &Recovery) -> Notice {
    Notice {
        at: recovery.started_at,
        ip: recovery.ip,
        browser: recovery.user_agent.as_deref().map(short_name),
        ..notice
    }
}
