//! How often a user may do what the audit log records. All nodes count the same events, so the limit is shared.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{audit::Event, sign_in::attempts::Pause},
    flows::{Result, Services, flood_limits::Throttled},
};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Why such an event may not be written now: the user has `most` of its name within the last hour. The caller holds the
/// user until the transaction ends, so that two requests do not both count before they write.
pub(in crate::flows) async fn too_soon(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    event: &Event,
    most: i64,
) -> Result<Option<Throttled>> {
    let Some(first) = db::audit::nth_latest(tx, user_id, event.name(), most).await? else {
        return Ok(None);
    };
    // One that lies ahead was written by a clock that has been set back since.
    let left = (first + HOUR - s.now()).min(HOUR);
    let wait = left.to_std().unwrap_or(Duration::ZERO);
    Ok((!wait.is_zero()).then_some(Throttled(Pause::For(wait))))
}
