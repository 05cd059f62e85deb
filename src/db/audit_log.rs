//! Reading the audit log as a whole: by filters, and by pages that begin after a number.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_events;

/// Which events; all of them where nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who acted.
    pub actor: Option<Uuid>,
    /// Whose account it concerns.
    pub subject: Option<Uuid>,
    /// The hash of an address without account.
    pub subject_hash: Option<[u8; 32]>,
    /// What, by name.
    pub event: Option<String>,
    /// Not before,
    pub from: Option<DateTime<Utc>>,
    /// but before this time.
    pub to: Option<DateTime<Utc>>,
}

/// Where a page begins, and in which direction it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Page {
    /// Older than this number, newest first.
    Before(i64),
    /// Newer than this number, oldest first.
    After(i64),
}

impl Page {
    /// The newest.
    pub const NEWEST: Self = Self::Before(i64::MAX);
    /// The oldest.
    pub const OLDEST: Self = Self::After(i64::MIN);
}

/// An event with all there is to it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct LoggedEvent {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What, by name.
    pub event: String,
    /// Its level.
    pub level: String,
    /// Who acted.
    pub actor_id: Option<Uuid>,
    /// Whom it concerns.
    pub subject_id: Option<Uuid>,
    /// The hash of an address without account.
    pub subject_hash: Option<Vec<u8>>,
    /// In which session.
    pub session_id: Option<Uuid>,
    /// From what address.
    pub ip: Option<IpNet>,
    /// With what browser.
    pub user_agent: Option<String>,
    /// What the event adds.
    pub detail: Value,
}

/// Up to `limit` events of a page. One index serves each filter, in the order of the page.
pub async fn page(
    mut conn: &AsyncPgConnection,
    filter: &Filter,
    page: Page,
    limit: i64,
) -> QueryResult<Vec<LoggedEvent>> {
    let mut query: audit_events::BoxedQuery<'_, Pg> = audit_events::table.into_boxed();
    if let Some(actor) = filter.actor {
        query = query.filter(audit_events::actor_id.eq(actor));
    }
    match (filter.subject, &filter.subject_hash) {
        (Some(id), Some(hash)) => {
            let either = audit_events::subject_id
                .eq(id)
                .or(audit_events::subject_hash.eq(hash.as_slice()));
            query = query.filter(either);
        }
        (Some(id), None) => query = query.filter(audit_events::subject_id.eq(id)),
        (None, Some(hash)) => {
            query = query.filter(audit_events::subject_hash.eq(hash.as_slice()));
        }
        (None, None) => {}
    }
    if let Some(event) = &filter.event {
        query = query.filter(audit_events::event.eq(event));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_events::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_events::at.lt(to));
    }
    query = match page {
        Page::Before(seq) => query
            .filter(audit_events::seq.lt(seq))
            .order(audit_events::seq.desc()),
        Page::After(seq) => query
            .filter(audit_events::seq.gt(seq))
            .order(audit_events::seq.asc()),
    };
    query
        .limit(limit)
        .select(LoggedEvent::as_select())
        .load(&mut conn)
        .await
}
