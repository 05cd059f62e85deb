//! Forgetting what has expired.

use crate::{
    db,
    domain::secrets::random,
    flows::{Result, Services, accounts::unverified, admin::deletion, audit::seals},
};

/// Deletes what has expired, batch by batch; returns how many rows went.
pub async fn expired(s: &Services) -> Result<usize> {
    let mut rows = 0;
    loop {
        // A connection a batch: requests that wait for one get their turn.
        let conn = s.db.background().await?;
        let place = random::id(s.random.as_ref());
        let batch = db::upkeep::purge::batch(&conn, s.now()).await?
            + db::sign_in::trusted_devices::forget_dead(&conn, place).await?;
        drop(conn);
        let batch = batch
            + deletion::erase_due(s).await?
            + unverified::erase_due(s).await?
            + seals::purge(s).await?;
        rows += batch;
        if batch == 0 {
            return Ok(rows);
        }
    }
}
