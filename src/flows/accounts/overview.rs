//! The overview of the user's own account.

use crate::{
    db::{self, audit::EventRow},
    domain::accounts::user::User,
    flows::{Result, Services},
};

const RECENT_EVENTS: i64 = 8;

/// A summary of the account.
#[derive(Debug)]
pub struct Overview {
    /// Unused backup codes, if a second factor is enrolled.
    pub backup_codes_left: Option<i64>,
    /// The latest events, newest first.
    pub recent: Vec<EventRow>,
}

/// A summary of the account.
pub async fn overview(s: &Services, user: &User) -> Result<Overview> {
    let shared = s.db.shared().await?;
    let recent = db::audit::latest_of(&shared, user.id, None, RECENT_EVENTS).await?;
    Ok(Overview {
        backup_codes_left: backup_codes_left(s, user).await?,
        recent,
    })
}

/// The number of unused backup codes; `None` without a second factor.
pub async fn backup_codes_left(s: &Services, user: &User) -> Result<Option<i64>> {
    if !user.two_factor_enabled() {
        return Ok(None);
    }
    let shared = s.db.shared().await?;
    Ok(Some(
        db::authenticators::backup_codes::count_left(&shared, user.id).await?,
    ))
}
