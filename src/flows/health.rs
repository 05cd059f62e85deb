//! Whether this node can serve.

use super::{Result, Services};
use crate::db;

/// Whether the database answers and has the migrations of this version.
pub async fn is_ready(s: &Services) -> Result<bool> {
    let shared = s.db.shared().await?;
    Ok(db::migrate::is_current(&shared).await?)
}
