//! Writing mails to the outbox, sealed, in the transaction that causes them.

use crate::db::Tx;

use super::{Result, Services};
use crate::{
    db::{self, mails::NewMail},
    domain::{audit::Client, random, sealing::Place, user::User},
    mail::Message,
};

/// Where a sealed mail stands.
pub(crate) fn place_of(mail_id: uuid::Uuid) -> Place {
    Place {
        table: "mails",
        row: mail_id,
        column: "sealed",
    }
}

/// To whom a mail goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recipient<'a> {
    /// A user.
    User(&'a User),
    /// An address that an admin invites. It has no account yet.
    Invited(&'a str),
    /// An address without an account: the mail is written, sealed and dropped, so that asking for
    /// it takes as long as for a known one.
    Nobody(&'a str),
}

impl Services {
    /// Writes a mail to the outbox.
    pub(super) async fn enqueue(
        &self,
        tx: &Tx,
        to: Recipient<'_>,
        message: &Message,
    ) -> Result<()> {
        let (user_id, address) = match to {
            Recipient::User(user) => (Some(user.id), user.email.as_str()),
            Recipient::Invited(address) | Recipient::Nobody(address) => (None, address),
        };
        let rendered = message.render(address, &self.site.mail)?;
        let id = random::id(self.random.as_ref());
        let body = serde_json::to_vec(&rendered)
            .map_err(|_| super::FlowError::Inconsistent("a mail does not serialise"))?;
        let sealed = self.ring.seal(self.random.as_ref(), place_of(id), &body)?;
        let now = self.now();
        let mail = NewMail {
            id,
            user_id,
            kind: message.kind(),
            decoy: matches!(to, Recipient::Nobody(_)),
            sealed: &sealed,
            next_attempt_at: now,
            expires_at: message.expires_in().map(|life| now + life),
            created_at: now,
        };
        db::mails::insert(tx, &mail).await?;
        self.outbox_bell.notify_one();
        Ok(())
    }
}

/// What a security notice says of the client: a short name, since the user agent is anybody's text.
pub(super) fn browser_of(client: &Client) -> Option<String> {
    client
        .user_agent
        .as_deref()
        .map(crate::domain::user_agent::short_name)
}
