//! Whether this node can serve.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use crate::{
    db,
    flows::{FlowError, Result, Services},
};

/// How long a probe waits for the database: less than most callers wait for the probe.
const PATIENCE: Duration = Duration::from_secs(3);

/// Mails that are waiting to be sent, by any node, and for how many seconds the oldest of them has waited.
pub async fn waiting_mails(s: &Services) -> Result<(i64, i64)> {
    let waiting = within_patience(async {
        let shared = s.db.shared().await?;
        Ok(db::mail::outbox::waiting(&shared).await?)
    });
    let (mails, since) = waiting.await?;
    Ok((mails, since.map_or(0, |since| seconds_since(s, since))))
}

/// Audit events without a seal, and for how many seconds the oldest of them has waited.
pub async fn unsealed_events(s: &Services) -> Result<(i64, i64)> {
    let waiting = within_patience(async {
        let shared = s.db.shared().await?;
        Ok(db::audit::waiting::waiting(&shared).await?)
    });
    Ok(waiting.await?.map_or((0, 0), |waiting| {
        (waiting.events, seconds_since(s, waiting.since))
    }))
}

/// 0 for a time in the future.
fn seconds_since(s: &Services, since: DateTime<Utc>) -> i64 {
    (s.now() - since).num_seconds().max(0)
}

/// Whether the database answers, accepts writes, and has the migrations of this version.
pub async fn is_ready(s: &Services) -> Result<bool> {
    within_patience(async {
        let shared = s.db.shared().await?;
        let found = db::migrate::readiness(&shared).await?;
        if !found.is_writable {
            return Err(FlowError::Unavailable(
                "the database takes no writes".to_owned(),
            ));
        }
        Ok(found.is_current)
    })
    .await
}

async fn within_patience<T>(asked: impl Future<Output = Result<T>>) -> Result<T> {
    let slow = |_| FlowError::Unavailable("the database does not answer".to_owned());
    timeout(PATIENCE, asked).await.map_err(slow)?
}
