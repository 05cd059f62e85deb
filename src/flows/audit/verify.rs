//! Checks the audit log against its chain, in bounded memory, and reports everything that is wrong.

use std::{collections::VecDeque, iter::Peekable};

use chrono::{DateTime, Utc};

use super::waiting;
use crate::{
    db::{
        self, Transaction,
        audit::seals::{Segment, segments},
    },
    domain::{
        audit::chain::{Hash, Head, Seal, StoredEvent, digest, entries},
        clock::from_micros,
    },
    flows::{FlowError, Result, Services},
};

/// Seals that are read at once, without their lists.
const SEALS: i64 = 500;
/// Segments and events that are read at once.
const SEGMENTS: i64 = 20;
const EVENTS: i64 = 1000;

/// A difference from what was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    EventChanged {
        seq: i64,
        /// The seal that covers it.
        seal: i64,
    },
    EventRemoved {
        seq: i64,
        /// The seal that covers it.
        seal: i64,
    },
    /// No seal covers the number of this row.
    EventInserted { seq: i64 },
    /// The MAC of the seal is invalid.
    SealChanged { seal: i64 },
    /// The list of the seal's events was changed.
    ListChanged { seal: i64 },
    SealsRemoved {
        /// The first,
        from: i64,
        /// and the last of them.
        through: i64,
    },
    /// The seal does not refer to the one before it.
    SealUnlinked { seal: i64 },
    /// The keys of seals at the end of the chain, or before a broken link, are missing.
    KeyMissing {
        /// The first,
        from: i64,
        /// and the last of them.
        through: i64,
        /// The key id of the last one.
        key_id: String,
    },
    /// The chain does not contain the expected seal.
    NotAsExpected { seal: i64 },
}

/// A seal that an operator recorded elsewhere: its number and its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    pub seal: i64,
    pub link: Hash,
}

#[derive(Debug, Clone, Default)]
pub struct Report {
    pub seals: i64,
    /// Events that are covered by seals and still exist.
    pub events: i64,
    /// The last purged segment; 0 if none was purged.
    pub purged_through: i64,
    /// Events that wait for their seal.
    pub waiting: i64,
    pub waiting_since: Option<DateTime<Utc>>,
    /// Whether events have waited for longer than sealing takes, and were not sealed during the check
    /// either.
    pub overdue: bool,
    /// The last seal, to be recorded elsewhere.
    pub head: Option<Noted>,
    pub findings: u64,
}

/// Verifies the whole log. `tell` receives the findings as they are made: first those of the chain, then
/// those of the rows.
pub async fn verify(
    s: &Services,
    expected: Option<Noted>,
    tell: &mut (dyn FnMut(&Finding) + Send),
) -> Result<Report> {
    let mut conn = s.db.background().await?;
    let report = db::transaction(&mut conn, async |tx| {
        db::audit::seals::freeze(tx).await?;
        let mut check = Check {
            s,
            tx,
            tell,
            report: Report::default(),
        };
        check.chain(expected).await?;
        check.rows().await?;
        Ok::<_, FlowError>(check.report)
    });
    let mut report = report.await?;
    drop(conn);
    report.overdue = waiting::overdue(s).await?.is_some();
    Ok(report)
}

struct Check<'a> {
    s: &'a Services,
    tx: &'a Transaction<'a>,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
    report: Report,
}

/// Seals whose key is missing. A later genuine seal vouches for them, because its MAC covers the link
/// before it.
struct Unvouched {
    from: i64,
    through: i64,
    key_id: String,
    purged: i64,
}

impl Check<'_> {
    fn found(&mut self, finding: &Finding) {
        self.report.findings += 1;
        (self.tell)(finding);
    }

    async fn chain(&mut self, expected: Option<Noted>) -> Result<()> {
        let (mut head, mut unvouched) = (Head::NONE, None);
        let mut as_expected = expected.is_none();
        loop {
            let seals = db::audit::seals::seals(self.tx, head.number, SEALS).await?;
            if seals.is_empty() {
                break;
            }
            for seal in seals {
                self.link(head, &seal, &mut unvouched);
                head = seal.head();
                as_expected |= expected.is_some_and(|noted| noted == noted_of(head));
            }
        }
        self.missing_key(unvouched);
        if let (Some(noted), false) = (expected, as_expected) {
            self.found(&Finding::NotAsExpected { seal: noted.seal });
        }
        self.report.head = (head != Head::NONE).then(|| noted_of(head));
        Ok(())
    }

    fn link(&mut self, before: Head, seal: &Seal, unvouched: &mut Option<Unvouched>) {
        let (says, number) = (&seal.says, seal.says.number);
        self.report.seals += 1;
        let genuine = seal.is_genuine(&self.s.ring);
        let linked = says.previous == before.link && number == before.number + 1;
        if number > before.number + 1 {
            self.found(&Finding::SealsRemoved {
                from: before.number + 1,
                through: number - 1,
            });
        } else if !linked || says.after_seq != before.last_seq {
            self.found(&Finding::SealUnlinked { seal: number });
        }
        if !linked {
            self.missing_key(unvouched.take());
        }
        let purged = says.purged_through.unwrap_or(0);
        match genuine {
            Some(true) => {
                let vouched = unvouched.take().map_or(0, |run| run.purged);
                let known = self.report.purged_through;
                self.report.purged_through = known.max(vouched).max(purged);
            }
            Some(false) => self.found(&Finding::SealChanged { seal: number }),
            None => {
                let before = unvouched.take();
                *unvouched = Some(Unvouched {
                    from: before.as_ref().map_or(number, |run| run.from),
                    through: number,
                    key_id: says.key_id.clone(),
                    purged: before.map_or(0, |run| run.purged).max(purged),
                });
            }
        }
    }

    fn missing_key(&mut self, unvouched: Option<Unvouched>) {
        if let Some(run) = unvouched {
            self.found(&Finding::KeyMissing {
                from: run.from,
                through: run.through,
                key_id: run.key_id,
            });
        }
    }

    async fn rows(&mut self) -> Result<()> {
        let mut events = Events::default();
        let mut last = 0;
        loop {
            let batch = segments(self.tx, last, SEGMENTS).await?;
            if batch.is_empty() {
                break;
            }
            for segment in batch {
                last = segment.number;
                self.segment(&segment, &mut events).await?;
            }
        }
        while let Some(event) = events.next(self.tx, i64::MAX).await? {
            self.report.waiting += 1;
            let at = from_micros(event.at);
            let since = self.report.waiting_since.get_or_insert(at);
            *since = at.min(*since);
        }
        Ok(())
    }

    /// Compares the rows of a segment with its list.
    async fn segment(&mut self, segment: &Segment, events: &mut Events) -> Result<()> {
        let (number, purged) = (segment.number, segment.number <= self.report.purged_through);
        let list = segment.row_hashes.as_deref().unwrap_or_default();
        let whole = digest(list).as_slice() == segment.digest;
        // The list of a purged segment was deleted, too.
        let gone = purged && list.is_empty();
        if !(whole || gone) {
            self.found(&Finding::ListChanged { seal: number });
        }
        let expected = if purged { &[] } else { list };
        let mut expected = entries(expected).peekable();
        while let Some(event) = events.next(self.tx, segment.last_seq).await? {
            self.skipped(&mut expected, event.seq, number);
            let known = expected.next_if(|(seq, _)| *seq == event.seq);
            match known {
                Some((seq, hash)) if hash != event.hash() => {
                    self.found(&Finding::EventChanged { seq, seal: number });
                }
                Some(_) => self.report.events += 1,
                None => self.found(&Finding::EventInserted { seq: event.seq }),
            }
        }
        self.skipped(&mut expected, i64::MAX, number);
        Ok(())
    }

    /// Entries of the list before a number that are missing in the table.
    fn skipped(
        &mut self,
        expected: &mut Peekable<impl Iterator<Item = (i64, Hash)>>,
        before: i64,
        seal: i64,
    ) {
        while let Some((seq, _)) = expected.next_if(|(seq, _)| *seq < before) {
            self.found(&Finding::EventRemoved { seq, seal });
        }
    }
}

fn noted_of(head: Head) -> Noted {
    Noted {
        seal: head.number,
        link: head.link,
    }
}

/// The events of the log in order, read a thousand at a time.
struct Events {
    read: VecDeque<StoredEvent>,
    after: i64,
    ended: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            read: VecDeque::new(),
            after: i64::MIN,
            ended: false,
        }
    }
}

impl Events {
    /// The next event, if its number is not above a bound.
    async fn next(&mut self, tx: &Transaction<'_>, through: i64) -> Result<Option<StoredEvent>> {
        if self.read.is_empty() && !self.ended {
            let events = db::audit::seals::events(tx, self.after, i64::MAX, EVENTS).await?;
            match events.last() {
                Some(last) => self.after = last.seq,
                None => self.ended = true,
            }
            self.read = events.into();
        }
        Ok(self.read.pop_front_if(|event| event.seq <= through))
    }
}
