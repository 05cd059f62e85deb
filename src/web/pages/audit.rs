//! The audit log: filters in the URL, the newest event first, a page at a time.

pub mod export;
mod line;
mod query;
pub(super) mod words;

use actix_web::web::Query;
use askama::Template;

use super::answer::{Showing, field_errors};
use crate::{
    domain::audit::event::{GROUPS, Group},
    flows::audit::log::{self, Found, PAGE},
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        state::State,
        view::{FieldErrors, Shell},
    },
};

pub use line::{AuditLine, Party};
use query::AUDIT;
pub use query::AuditQuery;

/// `/admin/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit/log.html")]
pub struct AuditPage {
    pub shell: Shell,
    /// The query.
    pub query: AuditQuery,
    /// The events of this page.
    pub events: Vec<AuditLine>,
    /// The link to the next, older page; empty on the last one.
    pub older: String,
    /// Faults of the query, by its fields.
    pub errors: FieldErrors,
}

impl AuditPage {
    fn narrows(&self) -> bool {
        self.query
            .pairs()
            .iter()
            .any(|(_, value)| !value.is_empty())
    }

    fn newest(&self) -> String {
        self.query.link(AUDIT, &[])
    }

    fn export(&self, form: &str) -> String {
        self.query.link("/admin/audit/export", &[("format", form)])
    }
}

/// A group of events to choose from.
struct Choice {
    title: &'static str,
    events: Vec<(&'static str, String)>,
}

fn choices() -> Vec<Choice> {
    let choice = |group: &Group| Choice {
        title: group.title,
        events: group
            .kinds
            .iter()
            .map(|kind| (kind.name, words::of_name(kind.name)))
            .collect(),
    };
    GROUPS.iter().map(choice).collect()
}

/// `GET /admin/audit`
pub async fn get(
    AdminUser(_): AdminUser,
    query: Query<AuditQuery>,
    state: State,
    shell: PageShell,
) -> WebResult {
    let query = query.into_inner();
    let asked = log::Query::from(&query);
    let s = &state.services;
    let (showing, found) = match log::list(s, &asked, PAGE).await? {
        Ok(found) => (Showing::first(), found),
        Err(faults) => {
            let order = ["actor", "subject", "event", "from", "to", "cursor"];
            let errors = field_errors(&faults, &order);
            (Showing::invalid(errors), Found::default())
        }
    };
    let addresses = log::addresses(s, &found.events).await?;
    let events = found.events.into_iter();
    let older = found
        .next
        .map(|next| query.link(AUDIT, &[("cursor", &next)]));
    showing.answer(|errors| AuditPage {
        shell: shell.take(),
        events: events
            .map(|event| AuditLine::of(event, &addresses))
            .collect(),
        older: older.unwrap_or_default(),
        query,
        errors,
    })
}
