//! Mails to the owners of imported accounts, who may not have asked for one.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{self, Transaction, imports::leftovers::StagedOwner, mail::outbox::NewMail},
    domain::{accounts::user::User, secrets::random, token::Purpose},
    flows::{
        FlowError, Result, Services,
        mail::outbox::{place_of, unknown_user},
        sessions::tokens::mail_token,
    },
    mail::{Message, RenderedMail},
};

/// The number of an import's mails that are due at once.
const AT_ONCE: u64 = 100;
/// The time between the later mails, so that a large file does not delay mails that users wait for.
const PACE: TimeDelta = TimeDelta::milliseconds(50);
/// The latest time at which a mail is due, however large the file is: its link then works for another half
/// day.
const SPREAD: TimeDelta = TimeDelta::hours(12);

/// The number of rows whose owners one transaction mails.
pub const CHUNK: u64 = 1000;

/// Writes the mails for the next chunk of a finished import (`only` this one, or any) and deletes its staged
/// rows, in one transaction; `false` if nothing is left or another node holds the import. Rows without an
/// account are only deleted: the import failed or was undone, or the address had an account before.
pub async fn clear_next(s: &Services, only: Option<Uuid>) -> Result<bool> {
    let chunk = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let mut conn = s.db.background().await?;
    db::transaction(&mut conn, async |tx| {
        let Some(left) = db::imports::leftovers::hold(tx, only).await? else {
            return Ok(false);
        };
        let to = left.cleared_to.saturating_add(chunk);
        let owners = owners(tx, left.id, (left.cleared_to, to)).await?;
        let mailed = if left.mails_owners { owners.len() } else { 0 };
        let before = u64::try_from(left.owners_mailed).unwrap_or(0);
        enqueue_imported(s, tx, &owners[..mailed], before).await?;
        let mailed = i64::try_from(mailed).unwrap_or(i64::MAX);
        let to = (to < left.rows_staged).then_some(to);
        db::imports::leftovers::cleared(tx, left.id, to, mailed).await?;
        Ok(true)
    })
    .await
}

/// The same for all `rows` of an import, in the transaction that creates its accounts.
pub async fn write_all(s: &Services, tx: &Transaction<'_>, file: Uuid, rows: u64) -> Result<()> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let owners = owners(tx, file, (0, rows)).await?;
    enqueue_imported(s, tx, &owners, 0).await?;
    let mailed = i64::try_from(owners.len()).unwrap_or(i64::MAX);
    Ok(db::imports::leftovers::cleared(tx, file, None, mailed).await?)
}

/// Deletes staged rows. Returns the owners of those whose accounts were created and still exist, in order.
async fn owners(tx: &Transaction<'_>, file: Uuid, rows: (i64, i64)) -> Result<Vec<StagedOwner>> {
    let mut owners = db::imports::leftovers::take(tx, file, rows).await?;
    let ids: Vec<_> = owners.iter().map(|owner| owner.id).collect();
    let there = db::imports::leftovers::still_there(tx, file, &ids).await?;
    let there: HashSet<_> = there.into_iter().collect();
    owners.retain(|owner| there.contains(&owner.id));
    owners.sort_unstable_by_key(|owner| owner.number);
    Ok(owners)
}

/// The body of such a mail in the outbox. It is rendered when it is sent, because the texts would be nine
/// tenths of the bytes that a large import writes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unrendered {
    /// The address of the owner.
    imported: String,
    link: String,
    /// Seconds.
    expires_in: i64,
}

/// Writes a mail to the owner of each account; `before` is the number of mails that the import has written.
async fn enqueue_imported(
    s: &Services,
    tx: &Transaction<'_>,
    made: &[StagedOwner],
    before: u64,
) -> Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    let mut bodies = Vec::with_capacity(made.len());
    for owner in made {
        let (link, expires_in) = imported_link(s, owner)?;
        let unrendered = Unrendered {
            imported: owner.email.clone(),
            link: link.clone(),
            expires_in: expires_in.num_seconds(),
        };
        let body = serde_json::to_vec(&unrendered)
            .map_err(|_| FlowError::Inconsistent("a mail does not serialise"))?;
        let id = random::id(s.random.as_ref());
        let sealed = s.ring.seal(s.random.as_ref(), place_of(id), &body)?;
        let message = Message::Imported { link, expires_in };
        bodies.push((id, owner.id, message, sealed));
    }
    let now = s.now();
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
    db::mail::outbox::insert_all(tx, &mails).await?;
    s.outbox_bell.notify_one();
    Ok(())
}

/// The rendered mail; `None` if the body is not an [`Unrendered`] one.
pub fn render_imported(s: &Services, body: &[u8]) -> Result<Option<RenderedMail>> {
    let Ok(mail) = serde_json::from_slice::<Unrendered>(body) else {
        return Ok(None);
    };
    let message = Message::Imported {
        link: mail.link,
        expires_in: TimeDelta::seconds(mail.expires_in),
    };
    Ok(Some(message.render(&mail.imported, &s.site.mail)?))
}

fn imported_link(s: &Services, owner: &StagedOwner) -> Result<(String, TimeDelta)> {
    let user = User {
        id: owner.id,
        email_canonical: owner.email_canonical.clone(),
        ..unknown_user(s, &owner.email)
    };
    let (token, expires_in) = mail_token(s, Purpose::VerifyEmail, &user)?;
    Ok((s.site.token_link("/verify-email", &token), expires_in))
}

/// The time from the import until its nth mail is due, counted from 0.
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
