//! The overview of the user's own account.

use super::{
    activity::{self, Entry},
    change_email,
};
use crate::{
    db,
    domain::accounts::user::User,
    flows::{FlowError, Result, Services},
};

const RECENT_EVENTS: i64 = 5;

/// A summary of the account.
#[derive(Debug)]
pub struct Overview {
    /// Unused backup codes, if a second factor is enrolled.
    pub backup_codes_left: Option<i64>,
    /// The address to which the account is to move, while its link waits.
    pub new_email: Option<String>,
    /// Sessions that are active.
    pub sessions: i64,
    /// What happened last, newest first.
    pub recent: Vec<Entry>,
}

/// A summary of the account.
pub async fn overview(s: &Services, user: &User) -> Result<Overview> {
    let shared = s.db.shared().await?;
    let (new_email, sessions, recent, codes) = tokio::try_join!(
        change_email::pending(s, user),
        async {
            Ok::<_, FlowError>(
                db::sessions::devices::count_living(&shared, user.id, s.now()).await?,
            )
        },
        activity::latest(s, user.id, RECENT_EVENTS),
        backup_codes_left(s, user),
    )?;
    Ok(Overview {
        backup_codes_left: codes,
        new_email: new_email.map(|change| change.new_email),
        sessions,
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
