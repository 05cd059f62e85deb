//! Writing an event, in the transaction that it reports.

use uuid::Uuid;

use crate::{
    db::{self, Transaction},
    domain::{
        audit::{Client, Event, Subject},
        secrets::sealing::hmac_sha256,
    },
    flows::{Result, Services},
};

/// The number of events that one statement writes.
const AT_ONCE: usize = 5000;

/// The user that a typed address concerns.
pub fn subject_of(s: &Services, user_id: Option<Uuid>, canonical: &str) -> Subject {
    match user_id {
        Some(id) => Subject::User(id),
        None => Subject::UnknownAddress(hmac_sha256(&s.address_key, canonical.as_bytes())),
    }
}

/// The actor: a user in a session, or none; and the client.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    pub user_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub client: &'a Client,
}

impl<'a> Actor<'a> {
    /// A user, in a session where there is one.
    pub fn user(user_id: Uuid, session_id: Option<Uuid>, client: &'a Client) -> Self {
        Self {
            user_id: Some(user_id),
            session_id,
            client,
        }
    }

    /// Only the client is known.
    pub fn anonymous(client: &'a Client) -> Self {
        Self {
            user_id: None,
            session_id: None,
            client,
        }
    }

    /// Someone unknown, with a token of the session.
    pub fn unknown_in(session_id: Option<Uuid>, client: &'a Client) -> Self {
        Self {
            session_id,
            ..Self::anonymous(client)
        }
    }

    /// An event of this actor, now.
    pub fn event(self, s: &Services, event: Event, subject: Subject) -> db::audit::Record<'a> {
        db::audit::Record {
            event,
            actor: self.user_id,
            subject,
            session_id: self.session_id,
            client: self.client,
            at: s.now(),
        }
    }
}

pub async fn record(
    s: &Services,
    tx: &Transaction<'_>,
    event: Event,
    subject: Subject,
    actor: Actor<'_>,
) -> Result<()> {
    Ok(db::audit::insert(tx, &actor.event(s, event, subject)).await?)
}

/// Writes an event for each of many ids.
pub async fn record_each(
    s: &Services,
    tx: &Transaction<'_>,
    ids: &[Uuid],
    actor: Actor<'_>,
    what: impl Fn(Uuid) -> (Event, Subject),
) -> Result<()> {
    for some in ids.chunks(AT_ONCE) {
        let of = |id: &Uuid| {
            let (event, subject) = what(*id);
            actor.event(s, event, subject)
        };
        let records: Vec<_> = some.iter().map(of).collect();
        db::audit::insert_all(tx, &records).await?;
    }
    Ok(())
}

/// Writes an event whose actor is also its subject.
pub async fn record_own(
    s: &Services,
    tx: &Transaction<'_>,
    event: Event,
    user_id: Uuid,
    session_id: Option<Uuid>,
    client: &Client,
) -> Result<()> {
    let actor = Actor::user(user_id, session_id, client);
    record(s, tx, event, Subject::User(user_id), actor).await
}

/// Writes an event of a client that is not signed in.
pub async fn record_anonymous(
    s: &Services,
    tx: &Transaction<'_>,
    event: Event,
    subject: Subject,
    client: &Client,
) -> Result<()> {
    record(s, tx, event, subject, Actor::anonymous(client)).await
}
