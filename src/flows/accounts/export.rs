//! A copy of everything held on a user, as one JSON document that is written as it is read.

mod document;

use crate::{
    domain::{
        audit::{Client, Event},
        sign_in::attempts::Pause,
    },
    flows::{
        FlowError, Result, Services,
        audit::{pace::too_soon, record::record_own},
        authenticators::proof::Proven,
        download::Receiver,
        flood_limits::Throttled,
        mail::notify::notify,
        sessions::still_lives,
    },
    mail::Message,
};
pub use document::Export;

/// Exports of a user in an hour.
pub const EXPORTS_AN_HOUR: i64 = 10;

#[derive(Debug)]
pub enum Outcome {
    Begun(Box<Export>),
    /// The session of the request ended at the same moment. Nothing was done.
    Overtaken,
    Throttled(Pause),
}

/// Begins an export. Its event and its mail are written before the first part of it is read.
pub async fn begin(s: &Services, proven: &Proven, client: &Client) -> Result<Outcome> {
    let who = proven.who();
    let user = who.user();
    let receiver = match Receiver::new(s, who)? {
        Ok(receiver) => receiver,
        Err(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
    };
    let refused = s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok::<_, FlowError>(Some(Outcome::Overtaken));
        }
        let event = Event::DataExported;
        if let Some(Throttled(wait)) = too_soon(s, tx, user.id, &event, EXPORTS_AN_HOUR).await? {
            return Ok(Some(Outcome::Throttled(wait)));
        }
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        notify(s, tx, user, client, |notice| Message::DataExported {
            notice,
        })
        .await?;
        Ok(None)
    });
    Ok(match refused.await? {
        Some(refused) => refused,
        None => Outcome::Begun(Box::new(Export::new(receiver))),
    })
}
