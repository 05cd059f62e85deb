//! Telling the owners of imported accounts: none of them need have asked for one.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{FlowError, Result, Services, outbox::place_of};
use crate::{
    db::{self, Tx, mails::NewMail},
    domain::{import::ImportedUser, random, token::Purpose, user::User},
    mail::{Message, RenderedMail},
};

/// So many mails of an import are due at once. Those after them follow at this pace, so that a large
/// file does not hold up the mails that people wait for.
const AT_ONCE: u64 = 100;
const PACE: TimeDelta = TimeDelta::milliseconds(50);
/// However large the file is, the last mail is due while its link still works for half a day.
const SPREAD: TimeDelta = TimeDelta::hours(12);

/// The body of such a mail in the outbox. It is rendered when it is sent: of a large file, the words
/// would be nine tenths of what the import writes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unrendered {
    /// The address of the owner.
    imported: String,
    link: String,
    /// Seconds.
    expires_in: i64,
}

impl Services {
    /// Writes a mail to the owner of each account, `before` being how many the import wrote already.
    pub(super) async fn enqueue_imported(
        &self,
        tx: &Tx,
        made: &[(Uuid, &ImportedUser)],
        before: u64,
    ) -> Result<()> {
        let mut bodies = Vec::with_capacity(made.len());
        for (user_id, imported) in made {
            let (link, expires_in) = self.imported_link(*user_id, imported)?;
            let unrendered = Unrendered {
                imported: imported.email.as_str().to_owned(),
                link: link.clone(),
                expires_in: expires_in.num_seconds(),
            };
            let body = serde_json::to_vec(&unrendered)
                .map_err(|_| FlowError::Inconsistent("a mail does not serialise"))?;
            let id = random::id(self.random.as_ref());
            let sealed = self.ring.seal(self.random.as_ref(), place_of(id), &body)?;
            let message = Message::Imported { link, expires_in };
            bodies.push((id, *user_id, message, sealed));
        }
        let now = self.now();
        let mails: Vec<_> = (before..)
            .zip(&bodies)
            .map(|(nth, (id, user_id, message, sealed))| NewMail {
                id: *id,
                user_id: Some(*user_id),
                kind: message.kind(),
                decoy: false,
                sealed,
                next_attempt_at: now + delay(nth),
                expires_at: message.expires_in().map(|life| now + life),
                created_at: now,
            })
            .collect();
        db::mails::insert_all(tx, &mails).await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// The mail, where its body is one that was left to be rendered.
    pub(super) fn render_imported(&self, body: &[u8]) -> Result<Option<RenderedMail>> {
        let Ok(mail) = serde_json::from_slice::<Unrendered>(body) else {
            return Ok(None);
        };
        let message = Message::Imported {
            link: mail.link,
            expires_in: TimeDelta::seconds(mail.expires_in),
        };
        Ok(Some(message.render(&mail.imported, &self.site.mail)?))
    }

    fn imported_link(&self, id: Uuid, imported: &ImportedUser) -> Result<(String, TimeDelta)> {
        let user = User {
            id,
            email_canonical: imported.email.canonical().to_owned(),
            ..self.nobody(imported.email.as_str())
        };
        let (token, expires_in) = self.mail_token(Purpose::VerifyEmail, &user)?;
        Ok((self.site.token_link("/verify-email", &token), expires_in))
    }
}

/// How long after the import the nth mail is due, from 0.
fn delay(nth: u64) -> TimeDelta {
    let waits = nth.saturating_sub(AT_ONCE);
    let waits = i32::try_from(waits).unwrap_or(i32::MAX);
    PACE.checked_mul(waits)
        .map_or(SPREAD, |delay| delay.min(SPREAD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mails_of_a_large_file_are_spread() {
        assert_eq!(delay(0), TimeDelta::zero());
        assert_eq!(delay(100), TimeDelta::zero());
        assert_eq!(delay(120), TimeDelta::seconds(1));
        assert_eq!(delay(u64::MAX), SPREAD);
    }
}
