//! A recovery ends when its owner uses the second factor: it is not lost.

use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event},
        authenticators::recovery::EndedBy,
    },
    flows::{Result, Services, audit::record::record_own},
};

/// Cancels the recovery of a locked user who has used the second factor; `false` if none waits.
pub(in crate::flows) async fn cancel(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    session_id: Option<Uuid>,
    client: &Client,
) -> Result<bool> {
    if !db::authenticators::recoveries::cancel(tx, user_id, s.now()).await? {
        return Ok(false);
    }
    let by = EndedBy::SignIn.as_str();
    record_own(
        s,
        tx,
        Event::RecoveryEnded { by },
        user_id,
        session_id,
        client,
    )
    .await?;
    Ok(true)
}
