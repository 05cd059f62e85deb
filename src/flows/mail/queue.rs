//! The outbox as operators see it: waiting and failed mails, and sending them again.

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
    /// The number of mails in each state.
    pub counts: QueueCounts,
    /// A page of the mails, the oldest first.
    pub mails: Paged<QueuedMail>,
}

/// Mails that wait or have failed, the oldest first, at most `most` after a cursor.
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

/// The result of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    Due,
    /// It is being sent, or will be within a minute.
    DueAnyway,
    /// Its link can no longer be used.
    Expired,
    /// It is not in the outbox: unknown, sent, or dropped.
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

/// Makes every mail due now whose link still works. Returns the number of changed mails.
pub async fn retry_all(s: &Services) -> Result<usize> {
    let now = s.now();
    let conn = s.db.connection().await?;
    Ok(db::mail::queue::make_due(&conn, None, now, now + LEASE).await?)
}
