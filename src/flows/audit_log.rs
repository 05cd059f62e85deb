//! Reading the audit log: pages for a person, all of it for a file. And what is written into it
//! when a node starts.

use uuid::Uuid;

use super::{FlowError, Result, Services};
use crate::{
    db::{
        self, Transact,
        audit_log::{Filter, LoggedEvent, Page},
    },
    domain::{
        audit::{Client, Event, Subject},
        email::EmailAddress,
        sealing::hmac_sha256,
    },
};

/// Events that are read at once for an export.
const AT_ONCE: i64 = 1000;

/// Somebody, as a person names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A user, by id.
    Id(Uuid),
    /// An address, with or without account.
    Address(EmailAddress),
}

impl Who {
    /// Reads an id or an address.
    pub fn parse(text: &str) -> Option<Self> {
        match Uuid::try_parse(text) {
            Ok(id) => Some(Self::Id(id)),
            Err(_) => EmailAddress::parse(text).ok().map(Self::Address),
        }
    }
}

/// Which events are asked for, besides what [`Filter`] says itself.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Who acted.
    pub actor: Option<Who>,
    /// Whom it concerns. Of an address, also what happened while it had no account.
    pub subject: Option<Who>,
    /// Event and times.
    pub rest: Filter,
}

/// The question with names looked up; `None` where it names an actor who has no account.
pub async fn filter(s: &Services, question: Question) -> Result<Option<Filter>> {
    let mut filter = question.rest;
    match question.actor {
        None => {}
        Some(Who::Id(id)) => filter.actor = Some(id),
        Some(Who::Address(address)) => match id_of(s, &address).await? {
            Some(id) => filter.actor = Some(id),
            None => return Ok(None),
        },
    }
    match question.subject {
        None => {}
        Some(Who::Id(id)) => filter.subject = Some(id),
        Some(Who::Address(address)) => {
            filter.subject = id_of(s, &address).await?;
            let hash = hmac_sha256(&s.address_key, address.canonical().as_bytes());
            filter.subject_hash = Some(hash);
        }
    }
    Ok(Some(filter))
}

async fn id_of(s: &Services, address: &EmailAddress) -> Result<Option<Uuid>> {
    let conn = s.db.connection().await?;
    let user = db::users::find_by_email(&conn, address.canonical()).await?;
    Ok(user.map(|found| found.user.id))
}

/// A page of the log.
pub async fn page(
    s: &Services,
    filter: &Filter,
    page: Page,
    limit: i64,
) -> Result<Vec<LoggedEvent>> {
    let conn = s.db.connection().await?;
    Ok(db::audit_log::page(&conn, filter, page, limit).await?)
}

/// Everything that the filter leaves, oldest first, a thousand at a time, until `write` fails.
pub async fn export<E: From<FlowError>>(
    s: &Services,
    filter: &Filter,
    mut write: impl FnMut(&[LoggedEvent]) -> Result<(), E>,
) -> Result<u64, E> {
    let (mut next, mut written) = (Page::OLDEST, 0);
    loop {
        let events = page(s, filter, next, AT_ONCE).await?;
        let Some(last) = events.last() else {
            return Ok(written);
        };
        next = Page::After(last.seq);
        write(&events)?;
        written += events.len() as u64;
    }
}

/// Notes that a node starts, and which of its settings are not at their default.
pub async fn started(
    s: &Services,
    version: &'static str,
    settings: Vec<&'static str>,
) -> Result<()> {
    let event = Event::ServiceStarted { version, settings };
    let mut conn = s.db.connection().await?;
    conn.transaction(async |tx| {
        let client = Client::service();
        s.audit_anonymous(tx, event.clone(), Subject::Service, &client)
            .await
    })
    .await
}
