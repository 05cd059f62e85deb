//! Writing one event, in the transaction of what it tells of.

use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event, Subject},
        secrets::sealing::hmac_sha256,
    },
    flows::{Result, Services},
};

/// Whom an address that was typed concerns.
pub(in crate::flows) fn subject_of(
    s: &Services,
    user_id: Option<Uuid>,
    canonical: &str,
) -> Subject {
    match user_id {
        Some(id) => Subject::User(id),
        None => Subject::UnknownAddress(hmac_sha256(&s.address_key, canonical.as_bytes())),
    }
}

/// Writes an audit event with `actor` as its subject.
pub(in crate::flows) async fn record_own(
    s: &Services,
    tx: &Transaction<'_>,
    event: Event,
    user_id: Uuid,
    session_id: Option<Uuid>,
    client: &Client,
) -> Result<()> {
    let record = db::audit::Record {
        event,
        actor: Some(user_id),
        subject: Subject::User(user_id),
        session_id,
        client,
        at: s.now(),
    };
    Ok(db::audit::insert(tx, &record).await?)
}

/// Writes an audit event of somebody who is not signed in.
pub(in crate::flows) async fn record_anonymous(
    s: &Services,
    tx: &Transaction<'_>,
    event: Event,
    subject: Subject,
    client: &Client,
) -> Result<()> {
    let record = db::audit::Record {
        event,
        actor: None,
        subject,
        session_id: None,
        client,
        at: s.now(),
    };
    Ok(db::audit::insert(tx, &record).await?)
}
