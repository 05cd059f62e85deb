//! Telling the owners of imported accounts: none of them need have asked for one.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{FlowError, Result, Services, outbox::place_of};
use crate::{
    db::{self, Tx, mails::NewMail},
    domain::{import::ImportedUser, random, token::Purpose, user::User},
    mail::Message,
};

/// So many mails of an import are due at once. Those after them follow at this pace, so that a large
/// file does not hold up the mails that people wait for.
const AT_ONCE: u64 = 100;
const PACE: TimeDelta = TimeDelta::milliseconds(50);
/// However large the file is, the last mail is due while its link still works for half a day.
const SPREAD: TimeDelta = TimeDelta::hours(12);

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
            let message = self.imported_message(*user_id, imported)?;
            let rendered = message.render(imported.email.as_str(), &self.site.mail)?;
            let body = serde_json::to_vec(&rendered)
                .map_err(|_| FlowError::Inconsistent("a mail does not serialise"))?;
            let id = random::id(self.random.as_ref());
            let sealed = self.ring.seal(self.random.as_ref(), place_of(id), &body)?;
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

    fn imported_message(&self, id: Uuid, imported: &ImportedUser) -> Result<Message> {
        let user = User {
            id,
            email_canonical: imported.email.canonical().to_owned(),
            ..self.nobody(imported.email.as_str())
        };
        let (token, expires_in) = self.mail_token(Purpose::VerifyEmail, &user)?;
        let link = self.site.token_link("/verify-email", &token);
        Ok(Message::Imported { link, expires_in })
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
