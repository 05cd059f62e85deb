//! Mails about security events. Each has a link that reports the event as someone else's (`accounts/not_me`).

use uuid::Uuid;

use super::outbox::{Cause, Recipient, judge, write_mail};
use crate::{
    db::{self, Transaction},
    domain::{
        accounts::{undo::Change, user::User},
        audit::Client,
        user_agent::short_name,
    },
    flows::{
        Result, Services,
        accounts::undo_points::{self, Before},
    },
    mail::{Message, Notice},
};

/// Notifies a user of an event that this client has caused now, and that changes nothing which a link could put
/// back.
pub async fn notify(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    client: &Client,
    message: impl Fn(Notice) -> Message,
) -> Result<()> {
    let before = undo_points::before(s, tx, user).await?;
    let event = Happened {
        before: &before,
        change: Change::Nothing,
        cause: Cause::Client(client),
    };
    notify_of(s, tx, event, &[user], |notice, _| message(notice)).await
}

/// An event, and the account as it was just before.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    pub before: &'a Before,
    pub change: Change,
    pub cause: Cause<'a>,
}

/// Notifies of an event that changes something: the user at each of these addresses.
pub async fn notify_of(
    s: &Services,
    tx: &Transaction<'_>,
    event: Happened<'_>,
    to: &[&User],
    message: impl Fn(Notice, &User) -> Message,
) -> Result<()> {
    let Happened {
        before,
        change,
        cause,
    } = event;
    let mut noted: Option<Uuid> = None;
    for user in to {
        let recipient = Recipient::User(user);
        let without_link = message(notice_of(s, cause, None), user);
        let mut judged = judge(s, tx, recipient, &without_link, cause).await?;
        if let Some(waiting) = judged.undo_id {
            // The link of a mail that waited may be dead by now, or of an account that had the address before.
            let found = db::accounts::undo_points::find(tx, waiting, user.id, s.now()).await?;
            judged.undo_id = found.map(|point| point.id);
        }
        if noted.is_none() && (change != Change::Nothing || judged.undo_id.is_none()) {
            noted = Some(undo_points::note(s, tx, before, change, &without_link, cause).await?);
        }
        // A mail about several events has the link of the first: it covers the later ones.
        judged.undo_id = judged.undo_id.or(noted);
        let link = judged
            .undo_id
            .map(|event| undo_points::link(s, user, event));
        let with_link = message(notice_of(s, cause, link.transpose()?), user);
        write_mail(s, tx, recipient, &with_link, &judged).await?;
    }
    Ok(())
}

/// What a security notice says of an event of now. Of an admin it names neither browser nor address.
pub fn notice_of(s: &Services, cause: Cause<'_>, not_me_link: Option<String>) -> Notice {
    let client = match cause {
        Cause::Client(client) => Some(client),
        Cause::Admin => None,
    };
    Notice {
        at: s.now(),
        ip: client.map(|client| client.ip),
        // A short name, since clients write what they like into the user agent.
        browser: client.and_then(|client| client.user_agent.as_deref().map(short_name)),
        not_me_link,
    }
}
