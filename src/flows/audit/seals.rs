//! Sealing the audit log, and purging its old segments.
//!
//! Events are written without waiting for locks. Shortly afterwards, one sealer among all nodes covers
//! settled events with the next seal of the chain; later rounds seal the rest.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{sleep, timeout};

use crate::{
    db::{self, PooledConnection, Transaction, audit::waiting::Mark},
    domain::audit::{
        Client, Event, Subject,
        chain::{Head, Seal, row_hashes},
    },
    flows::{FlowError, Result, Services, audit::record::record_anonymous},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::audit_seals";

/// The most events in a segment; verifying holds one segment in memory.
const SEGMENT: i64 = 1000;
/// The most segments that are purged in one transaction.
const PURGED_AT_ONCE: i64 = 200;
/// How long a stopping process tries to seal waiting events.
const FINISH_PATIENCE: Duration = Duration::from_secs(2);
const FINISH_POLL: Duration = Duration::from_millis(20);

/// The sealer of a node: the events that it waits for, and the end of the chain as it last saw it.
#[derive(Debug, Default)]
pub struct Sealer {
    mark: Option<Mark>,
    seen: Option<Head>,
}

impl Sealer {
    /// One round: marks the end of the log if events wait, and seals up to a mark that has settled.
    /// Returns the number of sealed events.
    pub async fn round(&mut self, s: &Services) -> Result<usize> {
        let mut conn = s.db.connection().await?;
        let mark = match self.mark.take() {
            Some(mark) => mark,
            None if db::audit::waiting::some_wait(&conn).await? => {
                db::audit::waiting::mark(&conn).await?
            }
            None => return Ok(0),
        };
        if !db::audit::waiting::is_settled(&conn, &mark).await? {
            self.mark = Some(mark);
            return Ok(0);
        }
        let mut sealed = 0;
        loop {
            let events = self.segment(s, &mut conn, mark.seq).await?;
            sealed += events;
            if events < usize::try_from(SEGMENT).unwrap_or(usize::MAX) {
                return Ok(sealed);
            }
        }
    }

    /// Seals waiting events for as long as a stop may take; the rest is left to the next start.
    pub async fn finish(&mut self, s: &Services) -> Result<()> {
        let finished = async {
            loop {
                self.round(s).await?;
                let conn = s.db.connection().await?;
                if !db::audit::waiting::some_wait(&conn).await? {
                    return Ok(());
                }
                drop(conn);
                sleep(FINISH_POLL).await;
            }
        };
        timeout(FINISH_PATIENCE, finished).await.unwrap_or(Ok(()))
    }

    /// Seals the next segment up to a number.
    async fn segment(
        &mut self,
        s: &Services,
        conn: &mut PooledConnection,
        through: i64,
    ) -> Result<usize> {
        let seen = self.seen;
        let sealed = db::transaction(conn, async |tx| {
            if !db::audit::seals::try_lock(tx).await? {
                return Ok::<_, FlowError>(None);
            }
            let head = head(tx).await?;
            record_cut(s, tx, seen, head).await?;
            let events = db::audit::seals::events(tx, head.last_seq, through, SEGMENT).await?;
            let Some(newest) = events.last() else {
                return Ok(Some((0, head)));
            };
            let list = row_hashes(&events);
            let seal = append(s, tx, head, newest.seq, &list, None).await?;
            Ok(Some((events.len(), seal.head())))
        })
        .await?;
        let Some((events, head)) = sealed else {
            return Ok(0);
        };
        self.seen = Some(head);
        Ok(events)
    }
}

/// The end of the chain.
pub(super) async fn head(tx: &Transaction<'_>) -> Result<Head> {
    let last = db::audit::seals::last(tx).await?;
    Ok(last.map_or(Head::NONE, |seal| seal.head()))
}

async fn append(
    s: &Services,
    tx: &Transaction<'_>,
    head: Head,
    last_seq: i64,
    list: &[u8],
    purged_through: Option<i64>,
) -> Result<Seal> {
    let now = s.now();
    let mut says = head.next(now.timestamp_micros(), last_seq, list, &s.ring);
    says.purged_through = purged_through;
    let seal = says.seal(&s.ring)?;
    db::audit::seals::append(tx, &seal, now, list).await?;
    Ok(seal)
}

/// A chain that ends before a seal that this node has seen was cut. The remaining chain still verifies, so
/// the cut must be reported now.
async fn record_cut(
    s: &Services,
    tx: &Transaction<'_>,
    seen: Option<Head>,
    head: Head,
) -> Result<()> {
    let Some(seen) = seen else {
        return Ok(());
    };
    let same = seen.number == head.number && seen.link == head.link;
    if same || head.number > seen.number {
        return Ok(());
    }
    tracing::error!(target: LOG,
        seen = seen.number,
        last = head.number,
        "the audit log was cut: its last seals are gone, or are others"
    );
    let event = Event::AuditLogCut { seal: seen.number };
    let client = Client::service();
    record_anonymous(s, tx, event, Subject::Service, &client).await
}

/// Appends an empty seal under the first key of the ring if the last seals were made under other keys: it
/// vouches for all seals before it. Returns whether that was necessary.
pub(in crate::flows) async fn hand_over(s: &Services) -> Result<bool> {
    s.db.transaction(async |tx| {
        let Some(last) = db::audit::seals::last(tx).await? else {
            return Ok(false);
        };
        if last.says.key_id == s.ring.current_id() || !db::audit::seals::try_lock(tx).await? {
            return Ok::<_, FlowError>(false);
        }
        let head = head(tx).await?;
        append(s, tx, head, head.last_seq, &[], None).await?;
        Ok(true)
    })
    .await
}

/// Deletes the events of segments that were sealed before the retention period, unless they are kept for
/// ever. Returns the number of events. Their seals stay, and another seal records the purge.
pub async fn purge(s: &Services) -> Result<usize> {
    let Some(days) = s.policy.audit_retention_days else {
        return Ok(0);
    };
    let cutoff = s.now() - TimeDelta::days(days);
    s.db.transaction(async |tx| {
        if !db::audit::seals::try_lock(tx).await? {
            return Ok::<_, FlowError>(0);
        }
        let Some(old) = db::audit::seals::old(tx, cutoff, PURGED_AT_ONCE).await? else {
            return Ok(0);
        };
        let head = head(tx).await?;
        append(s, tx, head, head.last_seq, &[], Some(old.through)).await?;
        let events = db::audit::seals::purge(tx, old).await?;
        let event = Event::AuditLogPurged {
            through: old.through,
            events: old.events,
        };
        let client = Client::service();
        record_anonymous(s, tx, event, Subject::Service, &client).await?;
        Ok(events)
    })
    .await
}
