//! A backup code that is presented: found among the codes of its user, and used up once.

use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::User,
        authenticators::backup_code::{self, BackupCode},
    },
    flows::{Result, Services},
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::second_factor";

/// A code of a user, by its MAC. It may be used already.
pub(in crate::flows) struct FoundCode(Vec<u8>);

/// Looks for a code among all codes of a user, in the same time for each.
pub(in crate::flows) async fn find(
    s: &Services,
    user: &User,
    code: &BackupCode,
) -> Result<Option<FoundCode>> {
    let shared = s.db.shared().await?;
    let mut stored = db::authenticators::backup_codes::all(&shared, user.id).await?;
    if let Some(dead) = stored.iter().find(|one| !s.ring.has(&one.key_id)) {
        tracing::error!(target: LOG, sub = %user.id, key = dead.key_id,
            "backup codes are dead, since SEALING_KEYS lacks their key");
    }
    let position = backup_code::find(&s.ring, code, &stored);
    Ok(position.map(|position| FoundCode(stored.swap_remove(position).mac)))
}

/// Uses a code up. Returns how many are left, or `None` if it was used already.
pub(in crate::flows) async fn use_up(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    FoundCode(mac): &FoundCode,
) -> Result<Option<i64>> {
    if !db::authenticators::backup_codes::consume(tx, user.id, mac, s.now()).await? {
        return Ok(None);
    }
    let left = db::authenticators::backup_codes::count_left(tx, user.id).await?;
    Ok(Some(left))
}
