//! Deleting expired rows.

use crate::{
    db,
    domain::secrets::random,
    flows::{Result, Services, accounts::unverified, admin::deletion, audit::seals},
};

/// Deletes expired rows in batches. Returns their number.
pub async fn expired(s: &Services) -> Result<usize> {
    let mut rows = 0;
    loop {
        // A new connection for each batch, so that waiting requests get their turn.
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
