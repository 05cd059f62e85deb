//! Delivering the outbox: mails that are due are leased, sent, and their texts deleted.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use tokio::{sync::Notify, time::sleep};
use uuid::Uuid;

use super::outbox::place_of;
use crate::{
    db::{
        self,
        mail::outbox::{Queue, TEXT_KIND, TakenMail},
    },
    domain::secrets::random,
    flows::{FlowError, Result, Services, imports::notices::render_imported},
    mail::{DeliveryError, RenderedMail, Transport},
    metrics::Words,
    outbound::sms::{Handover, TextMessage},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::deliver";

/// Mails that a node sends at the same time.
pub const AT_ONCE: usize = 16;
/// How long a lease lasts without renewal: after that, another worker takes the mails of one that died.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often a worker renews its lease on a mail. Mail servers may take minutes.
const HOLD_AGAIN: Duration = Duration::from_secs(15);
/// The pause before a sent mail is recorded again, if the database could not be reached.
const NOTE_AGAIN: Duration = Duration::from_secs(1);
/// After this many attempts a mail has failed: with the pauses below, after about a day.
const MAX_ATTEMPTS: i32 = 20;
/// The pause after the first failure. It doubles up to [`EARLY_PAUSE`], and after [`EARLY`] attempts begins at
/// [`LATE_PAUSE`] and triples up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// At most 30 s with its variation: a server that is being restarted delays no mail for longer.
const EARLY_PAUSE: TimeDelta = TimeDelta::seconds(24);
/// The attempts after which the pause is at most [`EARLY_PAUSE`]: two to three minutes.
const EARLY: i32 = 8;
const LATE_PAUSE: TimeDelta = TimeDelta::minutes(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(3);

/// Who takes what is delivered.
#[derive(Debug)]
pub enum Carrier {
    /// The mail server.
    Mails(Transport),
    /// The gateway for messages to phones. They have a worker of their own, since mails may take minutes.
    Texts,
}

/// The state of this node's delivery.
#[derive(Debug)]
pub struct Delivery {
    carrier: Carrier,
    /// Sent, but not recorded yet. These are never sent again, whatever the database says.
    heard: Mutex<HashSet<Uuid>>,
}

impl Delivery {
    pub fn new(carrier: Carrier) -> Self {
        Self {
            carrier,
            heard: Mutex::default(),
        }
    }

    fn queue(&self) -> Queue {
        match self.carrier {
            Carrier::Mails(_) => Queue::Mails,
            Carrier::Texts => Queue::Texts,
        }
    }

    /// Wakes this delivery.
    pub fn bell<'a>(&self, s: &'a Services) -> &'a Notify {
        match self.carrier {
            Carrier::Mails(_) => &s.outbox_bell,
            Carrier::Texts => &s.text_bell,
        }
    }

    fn heard(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes up to `room` mails that are due, under a lease.
pub async fn take(s: &Services, delivery: &Delivery, room: usize) -> Result<Vec<TakenMail>> {
    let (now, room) = (s.now(), i64::try_from(room).unwrap_or(i64::MAX));
    let queue = delivery.queue();
    s.db.transaction(async |tx| {
        Ok::<_, FlowError>(db::mail::outbox::take_due(tx, queue, room, now, now + LEASE).await?)
    })
    .await
}

/// Sends a mail that was taken, and records the result.
pub async fn one(s: &Services, delivery: &Delivery, mail: &TakenMail) -> Result<()> {
    if delivery.heard().contains(&mail.id) {
        return note_sent(s, delivery, mail).await;
    }
    deliver(s, delivery, mail).await
}

async fn deliver(s: &Services, delivery: &Delivery, mail: &TakenMail) -> Result<()> {
    let now = s.now();
    if mail.capped {
        s.metrics.mails.add("capped");
        tracing::info!(target: LOG, mail = %mail.id, kind = mail.kind, "mail held back by a cap");
        return drop_it(s, mail, "so many mails of this kind go to this address").await;
    }
    if mail.decoy {
        return drop_it(s, mail, "no account has this address").await;
    }
    if mail.expires_at.is_some_and(|at| at <= now) {
        counts(s, mail).add("expired");
        return drop_it(s, mail, "its link has expired").await;
    }
    let sent = tokio::select! {
        sent = hand_over(s, delivery, mail) => sent,
        never = keep_holding(s, mail) => match never {},
    };
    match sent {
        Ok(()) => {
            delivery.heard().insert(mail.id);
            counts(s, mail).add("sent");
            s.metrics.mails.add_many("merged", mail.merged - 1);
            tracing::info!(target: LOG, mail = %mail.id, kind = mail.kind, "mail sent");
            note_sent(s, delivery, mail).await
        }
        Err(error) => not_sent(s, mail, error).await,
    }
}

/// Gives the mail to its carrier.
async fn hand_over(
    s: &Services,
    delivery: &Delivery,
    mail: &TakenMail,
) -> Result<(), DeliveryError> {
    let unopened = |error: FlowError| {
        tracing::error!(target: LOG, mail = %mail.id, %error, "a mail cannot be opened");
        DeliveryError::Transient("it cannot be opened".to_owned())
    };
    match (&delivery.carrier, &s.sms) {
        (Carrier::Mails(transport), _) => transport.send(&open(s, mail).map_err(unopened)?).await,
        (Carrier::Texts, Some(gateway)) => {
            let message = open_text(s, mail).map_err(unopened)?;
            match gateway.post(mail.id, &message).await {
                Handover::Accepted => Ok(()),
                Handover::Refused(why) => Err(DeliveryError::Permanent(why)),
                Handover::Failed(why) => Err(DeliveryError::Transient(why)),
            }
        }
        (Carrier::Texts, None) => Err(DeliveryError::Transient("there is no gateway".to_owned())),
    }
}

/// The counters of what becomes of a mail.
fn counts<'a>(s: &'a Services, mail: &TakenMail) -> &'a Words {
    match mail.kind.as_str() {
        TEXT_KIND => &s.metrics.texts,
        _ => &s.metrics.mails,
    }
}

/// Records it for as long as that takes, because an unrecorded mail would be sent again.
async fn note_sent(s: &Services, delivery: &Delivery, mail: &TakenMail) -> Result<()> {
    loop {
        let noted = match s.db.connection().await {
            Ok(conn) => db::mail::outbox::mark_sent(&conn, mail.id, s.now())
                .await
                .map_err(FlowError::from),
            Err(error) => Err(error.into()),
        };
        match noted {
            Ok(()) => break,
            Err(error) => {
                tracing::error!(target: LOG, mail = %mail.id, %error, "a sent mail is not noted yet");
                sleep(NOTE_AGAIN).await;
            }
        }
    }
    delivery.heard().remove(&mail.id);
    Ok(())
}

/// Renews the lease on a mail that is being sent.
async fn keep_holding(s: &Services, mail: &TakenMail) -> std::convert::Infallible {
    loop {
        sleep(HOLD_AGAIN).await;
        let held = match s.db.connection().await {
            Ok(conn) => db::mail::outbox::hold(&conn, mail, s.now() + LEASE)
                .await
                .map_err(FlowError::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = held {
            tracing::warn!(target: LOG, mail = %mail.id, %error, "a mail that is being sent could not be held");
        }
    }
}

async fn not_sent(s: &Services, mail: &TakenMail, error: DeliveryError) -> Result<()> {
    match error {
        DeliveryError::Permanent(why) => {
            counts(s, mail).add("given_up");
            tracing::warn!(target: LOG, mail = %mail.id, kind = mail.kind, why, "mail refused for good");
            give_up(s, mail, &why).await
        }
        DeliveryError::Transient(why) if mail.attempts >= MAX_ATTEMPTS => {
            counts(s, mail).add("given_up");
            tracing::warn!(target: LOG, mail = %mail.id, kind = mail.kind, why, "mail given up");
            give_up(s, mail, &why).await
        }
        DeliveryError::Transient(why) => {
            counts(s, mail).add("postponed");
            tracing::warn!(target: LOG, mail = %mail.id, kind = mail.kind, why, "mail not sent yet");
            retry(s, mail, &why).await
        }
    }
}

fn open_body(s: &Services, mail: &TakenMail) -> Result<Vec<u8>> {
    let sealed = mail
        .sealed
        .as_deref()
        .ok_or(FlowError::Inconsistent("a mail without a body is due"))?;
    Ok(s.ring.open(place_of(mail.id), sealed)?)
}

fn open_text(s: &Services, mail: &TakenMail) -> Result<TextMessage> {
    serde_json::from_slice(&open_body(s, mail)?)
        .map_err(|_| FlowError::Inconsistent("a message's body is malformed"))
}

fn open(s: &Services, mail: &TakenMail) -> Result<RenderedMail> {
    let body = open_body(s, mail)?;
    let rendered = match render_imported(s, &body)? {
        Some(rendered) => rendered,
        None => serde_json::from_slice(&body)
            .map_err(|_| FlowError::Inconsistent("a mail's body is malformed"))?,
    };
    Ok(RenderedMail {
        id: Some(mail.id),
        ..rendered
    })
}

async fn drop_it(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    let conn = s.db.connection().await?;
    Ok(db::mail::outbox::mark_dropped(&conn, mail, why, s.now()).await?)
}

/// A message to a phone is not kept for another attempt, since its code is dead before an operator looks at it.
async fn give_up(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    if mail.kind == TEXT_KIND {
        return drop_it(s, mail, why).await;
    }
    let conn = s.db.connection().await?;
    Ok(db::mail::outbox::mark_given_up(&conn, mail, why, s.now()).await?)
}

async fn retry(s: &Services, mail: &TakenMail, why: &str) -> Result<()> {
    let [jitter] = random::bytes::<1>(s.random.as_ref());
    let next = s.now() + pause(mail.attempts, jitter);
    let conn = s.db.connection().await?;
    Ok(db::mail::outbox::mark_failed(&conn, mail, why, next).await?)
}

/// Grows with each attempt, and varies by up to a quarter, so that mails that failed together are not
/// retried together.
fn pause(attempts: i32, jitter: u8) -> TimeDelta {
    let grown = |base: i32, times: i32| base.pow(u32::try_from(times).unwrap_or(0).min(8));
    let pause = if attempts <= EARLY {
        (FIRST_PAUSE * grown(2, attempts - 1)).min(EARLY_PAUSE)
    } else {
        (LATE_PAUSE * grown(3, attempts - EARLY - 1)).min(LONGEST_PAUSE)
    };
    pause + pause / 4 * i32::from(jitter) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest() {
        assert_eq!(pause(1, 0), TimeDelta::seconds(5));
        assert_eq!(pause(2, 0), TimeDelta::seconds(10));
        assert_eq!(pause(9, 0), TimeDelta::minutes(1));
        assert_eq!(pause(30, 0), LONGEST_PAUSE);
        assert!(pause(1, 255) > pause(1, 0) && pause(1, 255) <= TimeDelta::milliseconds(6250));
    }

    #[test]
    fn for_some_minutes_a_mail_is_tried_again_within_half_a_minute() {
        let early = (1..=EARLY).map(|attempts| pause(attempts, 255));
        assert!(early.clone().max() <= Some(TimeDelta::seconds(30)));
        assert!(early.sum::<TimeDelta>() >= TimeDelta::minutes(2));
    }

    #[test]
    fn a_mail_fails_after_about_a_day() {
        let all: TimeDelta = (1..MAX_ATTEMPTS).map(|attempts| pause(attempts, 128)).sum();
        let day = TimeDelta::hours(20)..TimeDelta::hours(30);
        assert!(day.contains(&all), "{all}");
    }
}
