//! Reading the audit log: the query, and pages of the result. Also the event that is written when a node
//! starts.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    db::{
        self,
        audit::log::{Filter, LoggedEvent, Page},
    },
    domain::{
        accounts::email::EmailAddress,
        audit::{Client, Event, Subject, query},
        secrets::sealing::hmac_sha256,
    },
    flows::{FlowError, InputFaults, Result, Services, audit::record::record_anonymous},
};

pub const PAGE: usize = 50;
/// The most events that a page may have.
pub const MAX_PAGE: usize = 200;

/// The query as it was sent; a blank value means no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The actor: an id or an address.
    pub actor: String,
    /// The user it concerns: an id or an address, with or without account.
    pub subject: String,
    pub event: String,
    /// Not before this time.
    pub from: String,
    /// Before this time.
    pub to: String,
    /// The cursor from the previous page.
    pub cursor: String,
}

/// A page of the log, newest first.
#[derive(Debug, Default)]
pub struct Found {
    pub events: Vec<LoggedEvent>,
    /// The cursor of the next, older page, if there is one.
    pub next: Option<String>,
}

/// A user as an admin types it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A user by id.
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

/// Further conditions on events, in addition to those of [`Filter`].
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub actor: Option<Who>,
    /// The user that it concerns. For an address, also events from before it had an account.
    pub subject: Option<Who>,
    pub rest: Filter,
}

/// The query with names and times looked up; `None` if it names an actor without an account.
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
    let shared = s.db.shared().await?;
    filter.span = db::audit::log::span(&shared, filter.from, filter.to).await?;
    Ok(Some(filter))
}

async fn id_of(s: &Services, address: &EmailAddress) -> Result<Option<Uuid>> {
    let conn = s.db.connection().await?;
    let user = db::accounts::users::find_by_email(&conn, address.canonical()).await?;
    Ok(user.map(|found| found.user.id))
}

/// The parsed query, and the event after which the page begins.
pub(super) fn read(query: &Query) -> Result<(Question, Page), InputFaults> {
    let mut faults = InputFaults::default();
    let mut who = |field, text| faults.note(field, named(text)).flatten();
    let (actor, subject) = (who("actor", &query.actor), who("subject", &query.subject));
    let event = faults.note("event", query::event(&query.event));
    let mut time = |field, text: &str| match text.trim() {
        "" => None,
        text => faults.note(field, query::time(text)),
    };
    let (from, to) = (time("from", &query.from), time("to", &query.to));
    let before = faults.note("cursor", query::cursor(&query.cursor));
    if !faults.is_empty() {
        return Err(faults);
    }
    let rest = Filter {
        event: event.flatten(),
        from,
        to,
        ..Filter::default()
    };
    let question = Question {
        actor,
        subject,
        rest,
    };
    let page = before.flatten().map_or(Page::NEWEST, Page::Before);
    Ok((question, page))
}

fn named(text: &str) -> Result<Option<Who>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text => Who::parse(text)
            .map(Some)
            .ok_or("Enter a complete address, or the id of a user."),
    }
}

/// Searches the log, with `size` events per page. A page begins after the last event of the previous one,
/// so that new events do not shift it.
pub async fn list(s: &Services, query: &Query, size: usize) -> Result<Result<Found, InputFaults>> {
    let (question, from) = match read(query) {
        Ok(asked) => asked,
        Err(faults) => return Ok(Err(faults)),
    };
    let Some(filter) = filter(s, question).await? else {
        return Ok(Ok(Found::default()));
    };
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = page(s, &filter, from, limit).await?;
    let more = events.len() > size;
    events.truncate(size);
    let last = events.last().filter(|_| more);
    let next = last.map(|event| event.seq.to_string());
    Ok(Ok(Found { events, next }))
}

/// The addresses of all users that these events name. Users whose account was erased have none.
pub async fn addresses(s: &Services, events: &[LoggedEvent]) -> Result<HashMap<Uuid, String>> {
    let named = events
        .iter()
        .flat_map(|event| [event.actor_id, event.subject_id]);
    let ids: BTreeSet<Uuid> = named.flatten().collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let shared = s.db.shared().await?;
    Ok(db::audit::log::addresses(&shared, &ids).await?)
}

/// A page of the log for a filter from [`filter`].
pub async fn page(
    s: &Services,
    filter: &Filter,
    page: Page,
    limit: i64,
) -> Result<Vec<LoggedEvent>> {
    s.db.transaction(async |tx| {
        let found = db::audit::log::page(tx, filter, page, limit).await;
        Ok::<_, FlowError>(found?)
    })
    .await
}

/// Records that a node starts, and which settings have a value other than their default.
pub async fn started(
    s: &Services,
    version: &'static str,
    settings: Vec<&'static str>,
) -> Result<()> {
    let event = Event::ServiceStarted { version, settings };
    s.db.transaction(async |tx| {
        let client = Client::service();
        record_anonymous(s, tx, event.clone(), Subject::Service, &client).await
    })
    .await
}
