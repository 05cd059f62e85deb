//! The outbox as operators see it: what waits, what failed, what was given up, and trying again.

use uuid::Uuid;

use super::{Result, Services, deliver::LEASE};
use crate::db::{
    self,
    mails::{QueueCounts, QueuedMail},
};

/// The outbox at one moment.
#[derive(Debug)]
pub struct Queue {
    /// How many there are of each kind.
    pub counts: QueueCounts,
    /// The oldest of them.
    pub mails: Vec<QueuedMail>,
}

/// What waits, what failed so far and what was given up, the oldest first, up to `most`.
pub async fn list(s: &Services, most: i64) -> Result<Queue> {
    let shared = s.db.shared().await?;
    Ok(Queue {
        counts: db::mails::count_queue(&shared).await?,
        mails: db::mails::queue(&shared, most).await?,
    })
}

/// What became of a mail that was to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is due.
    Due,
    /// It is being tried, or will be within a minute.
    DueAnyway,
    /// Nobody can use its link any more.
    Expired,
    /// It is not in the outbox: unknown, sent, or dropped for good.
    Unknown,
}

/// Makes one mail due now.
pub async fn retry(s: &Services, id: Uuid) -> Result<Retried> {
    let now = s.now();
    let conn = s.db.connection().await?;
    if db::mails::make_due(&conn, Some(id), now, now + LEASE).await? > 0 {
        return Ok(Retried::Due);
    }
    Ok(match db::mails::queued(&conn, id).await? {
        None => Retried::Unknown,
        Some(mail) if mail.expires_at.is_some_and(|at| at <= now) => Retried::Expired,
        Some(_) => Retried::DueAnyway,
    })
}

/// Makes every mail due now whose link still works; returns how many that changed.
pub async fn retry_all(s: &Services) -> Result<usize> {
    let now = s.now();
    let conn = s.db.connection().await?;
    Ok(db::mails::make_due(&conn, None, now, now + LEASE).await?)
}
