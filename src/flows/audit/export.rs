//! Users or events as a file of any size, which is read as fast as the client receives it.
//!
//! Each part begins after the last row of the previous one: memory holds one part, no writer waits, and
//! reading stops when the client stops receiving. The export is recorded before its first part is sent.
//! `rows` formats the rows.

pub mod rows;

use std::mem;

use super::log::{self, Question};
use crate::{
    db::audit::log::{Filter, Page},
    domain::audit::{Client, Event, Subject},
    flows::{
        FlowError, InputFaults, Result, Services,
        admin::{
            act::barred,
            list::{self, Query},
        },
        audit::record::{Actor, record},
        download::Parts,
        sessions::authenticate::Authenticated,
    },
};
use rows::Form;

const AT_ONCE: usize = 1000;

/// The receiver of a file.
#[derive(Debug, Clone, Copy)]
pub struct Taker<'a> {
    /// The admin; `None` for an operator.
    pub admin: Option<&'a Authenticated>,
    /// The client of the request.
    pub client: &'a Client,
}

/// A file in progress.
#[derive(Debug)]
pub struct Export {
    form: Form,
    columns: &'static [&'static str],
    begun: bool,
    left: Left,
    written: usize,
    /// The receiver; `None` for an operator.
    admin: Option<Authenticated>,
}

/// The rows that are still to be read.
#[derive(Debug)]
enum Left {
    Users(Query),
    Events(Filter, Page),
    Nothing,
}

/// Begins a file of every user that a search finds, the oldest account first.
pub async fn users(
    s: &Services,
    query: &Query,
    form: Form,
    taker: Taker<'_>,
) -> Result<Result<Export, InputFaults>> {
    let query = Query {
        sort: "oldest".to_owned(),
        cursor: String::new(),
        ..query.clone()
    };
    if let Err(faults) = list::check(&query) {
        return Ok(Err(faults));
    }
    let words = [
        ("status", &query.status),
        ("role", &query.role),
        ("two_factor", &query.two_factor),
        ("verified", &query.verified),
    ];
    let words = words.map(|(name, word)| (name, word.trim().to_owned()));
    let mut filters = Vec::from(words);
    filters.retain(|(_, word)| !word.is_empty());
    if !query.q.trim().is_empty() {
        filters.push(("q", "given".to_owned()));
    }
    let exported = Event::UsersExported {
        form: form.word(),
        filters: filters.into_iter().collect(),
    };
    note(s, exported, taker).await?;
    let left = Left::Users(query);
    Ok(Ok(Export::new(form, &rows::USER, left, taker)))
}

/// Begins a file of the events of an admin's query, oldest first.
pub async fn events(
    s: &Services,
    query: &log::Query,
    form: Form,
    taker: Taker<'_>,
) -> Result<Result<Export, InputFaults>> {
    match log::read(query) {
        Ok((question, _)) => Ok(Ok(events_of(s, question, form, taker).await?)),
        Err(faults) => Ok(Err(faults)),
    }
}

/// The same for a query that was parsed already. Later events are not in the file, so that it ends.
pub async fn events_of(
    s: &Services,
    question: Question,
    form: Form,
    taker: Taker<'_>,
) -> Result<Export> {
    let filter = log::filter(s, question).await?;
    let newest = match &filter {
        Some(filter) => log::page(s, filter, Page::NEWEST, 1).await?,
        None => Vec::new(),
    };
    let mut left = Left::Nothing;
    let mut filters = vec![("actor", "unknown".to_owned())];
    if let Some(mut filter) = filter {
        filters = recorded(&filter);
        if let Some(newest) = newest.first() {
            filter.span.before = newest.seq.saturating_add(1);
            left = Left::Events(filter, Page::OLDEST);
        }
    }
    let exported = Event::AuditLogExported {
        form: form.word(),
        filters: filters.into_iter().collect(),
    };
    note(s, exported, taker).await?;
    Ok(Export::new(form, &rows::EVENT, left, taker))
}

/// The filters in use. An address without an account is recorded only as such, without the address.
fn recorded(filter: &Filter) -> Vec<(&'static str, String)> {
    let unknown = filter.subject_hash.map(|_| "unknown".to_owned());
    let subject = filter.subject.map(|id| id.to_string());
    let given = [
        ("actor", filter.actor.map(|id| id.to_string())),
        ("subject", subject.or(unknown)),
        ("event", filter.event.clone()),
        ("from", filter.from.map(|time| time.to_rfc3339())),
        ("to", filter.to.map(|time| time.to_rfc3339())),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

async fn note(s: &Services, event: Event, taker: Taker<'_>) -> Result<()> {
    let actor = match taker.admin {
        Some(admin) => admin.actor(taker.client),
        None => Actor::anonymous(taker.client),
    };
    s.db.transaction(async |tx| record(s, tx, event, Subject::Service, actor).await)
        .await
}

impl Export {
    fn new(form: Form, columns: &'static [&'static str], left: Left, taker: Taker<'_>) -> Self {
        Self {
            form,
            columns,
            begun: false,
            left,
            written: 0,
            admin: taker.admin.cloned(),
        }
    }

    /// How many rows there were so far.
    pub fn written(&self) -> usize {
        self.written
    }
}

impl Parts for Export {
    /// A file that takes long ends with the rights of the admin who takes it.
    async fn next(&mut self, s: &Services) -> Result<Option<Vec<u8>>> {
        if let Some(admin) = &self.admin {
            let shared = s.db.shared().await?;
            if barred(&shared, admin).await?.is_some() {
                return Err(FlowError::NoLongerAllowed);
            }
        }
        let mut part = if mem::replace(&mut self.begun, true) {
            Vec::new()
        } else {
            self.form.head(self.columns)?
        };
        let read = match &mut self.left {
            Left::Nothing => Vec::new(),
            Left::Users(query) => {
                let page = list::page(s, query, AT_ONCE).await?;
                let page = page.map_err(|_| FlowError::Inconsistent("a search that was read"))?;
                match page.next {
                    Some(next) => query.cursor = next,
                    None => self.left = Left::Nothing,
                }
                page.users.iter().map(rows::user).collect()
            }
            Left::Events(filter, from) => {
                let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
                let events = log::page(s, filter, *from, limit).await?;
                match events.last() {
                    Some(last) if events.len() == AT_ONCE => *from = Page::After(last.seq),
                    _ => self.left = Left::Nothing,
                }
                events.iter().map(rows::event).collect::<Vec<_>>()
            }
        };
        self.written += read.len();
        self.form.write(&mut part, self.columns, &read)?;
        Ok((!part.is_empty()).then_some(part))
    }
}
