//! Delivering the outbox: what is due is taken under a lease, sent, and forgotten.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::{FlowError, Result, Services, outbox::place_of};
use crate::{
    db::{self, Transact, mails::TakenMail},
    domain::random,
    mail::{DeliveryError, RenderedMail, Transport},
};

/// Mails taken at once.
const BATCH: i64 = 16;
/// How long a worker may hold a mail; a send takes 10 s at most.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After this many attempts a mail is given up: with the pauses below, after about a day.
const MAX_ATTEMPTS: i32 = 20;
/// The pause after the first failure; it doubles up to the longest.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(2);

/// Sends what is due; returns how many mails were taken.
pub async fn due(s: &Services, transport: &Transport) -> Result<usize> {
    let now = s.now();
    let mut conn = s.db.connection().await?;
    let taken: Vec<TakenMail> = conn
        .transaction(async |tx| {
            Ok::<_, FlowError>(db::mails::take_due(tx, BATCH, now, now + LEASE).await?)
        })
        .await?;
    drop(conn);
    let count = taken.len();
    for outcome in join_all(taken.iter().map(|mail| deliver(s, transport, mail))).await {
        outcome?;
    }
    Ok(count)
}

async fn deliver(s: &Services, transport: &Transport, mail: &TakenMail) -> Result<()> {
    let now = s.now();
    if mail.capped {
        s.metrics.mails.add("capped");
        tracing::info!(mail = %mail.id, kind = mail.kind, "mail held back by a cap");
        return drop_it(s, mail, "so many mails of this kind go to this address").await;
    }
    if mail.decoy {
        return drop_it(s, mail, "nobody has this address").await;
    }
    if mail.expires_at.is_some_and(|at| at <= now) {
        s.metrics.mails.add("expired");
        return drop_it(s, mail, "its link has expired").await;
    }
    let rendered = match open(s, mail) {
        Ok(rendered) => rendered,
        Err(error) => {
            tracing::error!(mail = %mail.id, %error, "a mail cannot be opened");
            let why = DeliveryError::Transient("it cannot be opened".to_owned());
            return not_sent(s, mail, why).await;
        }
    };
    let sent = transport.send(&rendered).await;
    match sent {
        Ok(()) => {
            let conn = s.db.connection().await?;
            db::mails::mark_sent(&conn, mail.id, s.now()).await?;
            s.metrics.mails.add("sent");
            s.metrics.mails.add_many("merged", mail.merged - 1);
            tracing::info!(mail = %mail.id, kind = mail.kind, "mail sent");
            Ok(())
        }
        Err(error) => not_sent(s, mail, error).await,
    }
}

async fn not_sent(s: &Services, mail: &TakenMail, error: DeliveryError) -> Result<()> {
    match error {
        DeliveryError::Permanent(why) => {
            s.metrics.mails.add("given_up");
            tracing::warn!(mail = %mail.id, kind = mail.kind, why, "mail refused for good");
            give_up(s, mail, &why).await
        }
        DeliveryError::Transient(why) if mail.attempts >= MAX_ATTEMPTS => {
            s.metrics.mails.add("given_up");
            tracing::warn!(mail = %mail.id, kind = mail.kind, why, "mail given up");
            give_up(s, mail, &why).await
        }
        DeliveryError::Transient(why) => {
            s.metrics.mails.add("postponed");
            tracing::warn!(mail = %mail.id, kind = mail.kind, why, "mail not sent yet");
            retry(s, mail, &why).await
        }
    }
}

fn open(s: &Services, mail: &TakenMail) -> Result<RenderedMail> {
    let sealed = mail
        .sealed
        .as_deref()
        .ok_or(FlowError::Inconsistent("a mail without a body is due"))?;
    let body = s.ring.open(place_of(mail.id), sealed)?;
    let rendered: RenderedMail = serde_json::from_slice(&body)
        .map_err(|_| FlowError::Inconsistent("a mail's body is malformed"))?;
    Ok(RenderedMail {
        id: Some(mail.id),
        ..rendered
    })
}

async fn drop_it(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    let conn = s.db.connection().await?;
    Ok(db::mails::mark_dropped(&conn, mail.id, why, s.now()).await?)
}

async fn give_up(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    let conn = s.db.connection().await?;
    Ok(db::mails::mark_given_up(&conn, mail.id, why, s.now()).await?)
}

async fn retry(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    let [jitter] = random::bytes::<1>(s.random.as_ref());
    let next = s.now() + pause(mail.attempts, jitter);
    let conn = s.db.connection().await?;
    Ok(db::mails::mark_failed(&conn, mail.id, why, next).await?)
}

/// Doubles with each attempt, and varies by up to a quarter, so that what failed together does not
/// come back together.
fn pause(attempts: i32, jitter: u8) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    let pause = (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE);
    pause + pause / 4 * i32::from(jitter) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause(1, 0), TimeDelta::seconds(5));
        assert_eq!(pause(2, 0), TimeDelta::seconds(10));
        assert_eq!(pause(30, 0), LONGEST_PAUSE);
        assert!(pause(1, 255) > pause(1, 0) && pause(1, 255) <= TimeDelta::milliseconds(6250));
    }
}
