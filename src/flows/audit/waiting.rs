//! Events that have waited too long for their seal: reported in the log, on the dashboard, by `vestibule
//! doctor` and by `vestibule audit verify`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::sleep;

pub use crate::db::audit::waiting::Waiting;

use crate::{
    db::{self, Connection},
    flows::{Result, Services},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::audit_waiting";

/// How long an event may wait. Sealing takes about a second after its commit.
pub const LONGEST: TimeDelta = TimeDelta::seconds(10);
/// How often the log warns while events wait.
const WARN_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How often the sealing node checks.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(2);
/// How long one check waits for a seal: events of a long transaction are already old when they become
/// visible.
const SECOND_LOOK: Duration = Duration::from_secs(3);
const SECOND_LOOK_POLL: Duration = Duration::from_millis(200);

/// The events that wait for their seal now, and whether they have waited too long.
pub async fn waiting(s: &Services, conn: &Connection) -> Result<Option<(Waiting, bool)>> {
    let waiting = db::audit::waiting::waiting(conn).await?;
    Ok(waiting.map(|waiting| (waiting, s.now() - waiting.since > LONGEST)))
}

/// The events that have waited too long and are not sealed within a few more seconds.
pub async fn overdue(s: &Services) -> Result<Option<Waiting>> {
    let mut waited = Duration::ZERO;
    let mut first = None;
    loop {
        let conn = s.db.connection().await?;
        let Some((waiting, true)) = waiting(s, &conn).await? else {
            return Ok(None);
        };
        drop(conn);
        if waiting.first_seq != *first.get_or_insert(waiting.first_seq) {
            return Ok(None);
        }
        if waited >= SECOND_LOOK {
            return Ok(Some(waiting));
        }
        sleep(SECOND_LOOK_POLL).await;
        waited += SECOND_LOOK_POLL;
    }
}

/// The state of a node's checks.
#[derive(Debug, Default)]
pub struct Watch {
    looked_at: Option<DateTime<Utc>>,
    first_seq: Option<i64>,
    warned_at: Option<DateTime<Utc>>,
}

impl Watch {
    /// Warns in the log if events have waited too long in two checks in a row, at most once a minute.
    /// Returns whether it warned.
    pub async fn look(&mut self, s: &Services) -> Result<bool> {
        let now = s.now();
        let lately =
            |at: Option<DateTime<Utc>>, pause| at.is_some_and(|at| now >= at && now < at + pause);
        if lately(self.looked_at, LOOK_EVERY) {
            return Ok(false);
        }
        self.looked_at = Some(now);
        let conn = s.db.connection().await?;
        let overdue = waiting(s, &conn).await?.filter(|(_, overdue)| *overdue);
        drop(conn);
        let Some((waiting, _)) = overdue else {
            if self.warned_at.take().is_some() {
                tracing::info!(target: LOG, "the audit log is sealed again");
            }
            self.first_seq = None;
            return Ok(false);
        };
        let stuck = self.first_seq == Some(waiting.first_seq);
        self.first_seq = Some(waiting.first_seq);
        if !stuck || lately(self.warned_at, WARN_EVERY) {
            return Ok(false);
        }
        self.warned_at = Some(now);
        tracing::warn!(target: LOG,
            events = waiting.events,
            since = %waiting.since,
            "audit events wait to be sealed for more than {} s: until then they can be changed \
             unseen; docs/audit.md says what holds sealing up",
            LONGEST.num_seconds()
        );
        Ok(true)
    }
}
