//! The outbox as operators see it: what waits, what failed, what was given up, and trying again.

use uuid::Uuid;

use super::deliver::LEASE;
use crate::{
    db::{
        self,
        mail::queue::{QueueCounts, QueuedMail},
    },
    flows::{
        InputFaults, Result, Services,
        paged::{self, Paged},
    },
};

/// The outbox at one moment.
#[derive(Debug)]
pub struct Queue {
    /// How many there are of each kind.
    pub counts: QueueCounts,
    /// A page of them, the oldest first.
    pub mails: Paged<QueuedMail>,
}

/// What waits, what failed so far and what was given up, the oldest first, up to `most` of them behind
/// a cursor.
pub async fn list(s: &Services, cursor: &str, most: i64) -> Result<Result<Queue, InputFaults>> {
    let behind = match paged::behind(cursor) {
        Ok(behind) => behind,
        Err(faults) => return Ok(Err(faults)),
    };
    let shared = s.db.shared().await?;
    let mails = db::mail::queue::queue(&shared, behind, most + 1).await?;
    Ok(Ok(Queue {
        counts: db::mail::queue::count_queue(&shared, s.now()).await?,
        mails: Paged::cut(mails, most, |mail| paged::cursor(mail.created_at, mail.id)),
    }))
}

/// What became of a mail that was to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    Due,
    /// It is being tried, or will be within a minute.
    DueAnyway,
    /// Its link can no longer be used.
    Expired,
    /// It is not in the outbox: unknown, sent, or dropped for good.
    Unknown,
}

/// Makes one mail due now.
pub async fn retry(s: &Services, id: Uuid) -> Result<Retried> {
    let now = s.now();
    let conn = s.db.connection().await?;
    if db::mail::queue::make_due(&conn, Some(id), now, now + LEASE).await? > 0 {
        return Ok(Retried::Due);
    }
    Ok(match db::mail::queue::queued(&conn, id).await? {
        None => Retried::Unknown,
        Some(mail) if mail.expires_at.is_some_and(|at| at <= now) => Retried::Expired,
        Some(_) => Retried::DueAnyway,
    })
}

/// Makes every mail due now whose link still works; returns how many that changed.
pub async fn retry_all(s: &Services) -> Result<usize> {
    let now = s.now();
    let conn = s.db.connection().await?;
    Ok(db::mail::queue::make_due(&conn, None, now, now + LEASE).await?)
}
