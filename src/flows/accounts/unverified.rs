//! Accounts that were registered and never verified. The user who registered one need not own the address,
//! so they are deleted after `UNVERIFIED_DAYS`, by whichever node finds them first.

use chrono::{DateTime, Utc};

use crate::{
    db,
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
    },
    flows::{
        Result, Services,
        audit::record::{Actor, record_each},
    },
};

/// When the account will be deleted unless its address is verified; `None` if it will not.
pub async fn deleted_at(s: &Services, user: &User) -> Result<Option<DateTime<Utc>>> {
    let Some(after) = s.policy.unverified_after.filter(|_| !user.email_verified()) else {
        return Ok(None);
    };
    let shared = s.db.shared().await?;
    let since = db::accounts::verification::unverified_since(&shared, user.id).await?;
    Ok(since.map(|since| since + after))
}

/// Deletes up to a hundred accounts. Returns their number.
pub async fn erase_due(s: &Services) -> Result<usize> {
    let Some(after) = s.policy.unverified_after else {
        return Ok(0);
    };
    let client = Client::service();
    let at = s.now();
    s.db.transaction(async |tx| {
        let erased = db::accounts::verification::erase_unverified(tx, at - after).await?;
        if erased.is_empty() {
            return Ok(0);
        }
        let erasure = |id| {
            let event = Event::UnverifiedErased { why: "expired" };
            (event, Subject::User(id))
        };
        record_each(s, tx, &erased, Actor::anonymous(&client), erasure).await?;
        Ok(erased.len())
    })
    .await
}
