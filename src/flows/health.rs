//! Whether this node can serve.

use super::{Result, Services};
use crate::db;

/// Mails that are still to be sent, by whichever node.
pub async fn waiting_mails(s: &Services) -> Result<i64> {
    let shared = s.db.shared().await?;
    Ok(db::mails::count_waiting(&shared).await?)
}

/// Whether the database answers and has the migrations of this version.
pub async fn is_ready(s: &Services) -> Result<bool> {
    let shared = s.db.shared().await?;
    Ok(db::migrate::is_current(&shared).await?)
}
