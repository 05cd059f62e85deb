//! The audit log: filters in the URL, the newest event first, a page at a time.

pub mod export;

use std::collections::HashMap;

use actix_web::web::Query;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::{
    admin::user::{Chip, details},
    answer::{Showing, field_errors},
};
use crate::{
    db::audit::log::LoggedEvent,
    domain::{
        audit::query::{self, EVENTS},
        user_agent,
    },
    flows::audit::log::{self, Found, PAGE},
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        paths::USERS,
        state::State,
        view::{FieldErrors, Shell},
    },
};

/// The path of the log.
const AUDIT: &str = "/admin/audit";

/// `/admin/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "audit/log.html")]
pub struct AuditPage {
    /// What stands around the page.
    pub shell: Shell,
    /// What was asked for.
    pub query: AuditQuery,
    /// The events of this page.
    pub events: Vec<AuditLine>,
    /// The link to the next, older page; empty on the last one.
    pub older: String,
    /// What is wrong with the query, by its fields.
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

/// Events to choose from.
struct Group {
    title: &'static str,
    events: Vec<(&'static str, String)>,
}

fn groups() -> [Group; EVENTS.len()] {
    EVENTS.map(|(title, names)| Group {
        title,
        events: names.iter().map(|name| (*name, words(name))).collect(),
    })
}

/// What to look for, as the URL has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the flow says what each may be")]
pub struct AuditQuery {
    pub actor: String,
    pub subject: String,
    pub event: String,
    pub from: String,
    pub to: String,
    pub cursor: String,
    /// Of an export alone.
    pub format: String,
}

impl AuditQuery {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("actor", self.actor.as_str()),
            ("subject", &self.subject),
            ("event", &self.event),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The same filters at a path.
    fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let given = self.pairs();
        let given = given.iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new())
            .extend_pairs(given)
            .extend_pairs(more)
            .finish();
        match query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// A time as the field of the form takes it, which shows nothing else.
    fn field(time: &str) -> String {
        match query::time(time) {
            Ok(time) => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Err(_) => time.to_owned(),
        }
    }

    fn begins(&self) -> String {
        Self::field(&self.from)
    }

    fn ends(&self) -> String {
        Self::field(&self.to)
    }
}

impl From<&AuditQuery> for log::Query {
    fn from(query: &AuditQuery) -> Self {
        let query = query.clone();
        Self {
            actor: query.actor,
            subject: query.subject,
            event: query.event,
            from: query.from,
            to: query.to,
            cursor: query.cursor,
        }
    }
}

/// An event of the log.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What, in words.
    pub what: String,
    /// Its level, where that is worth a look.
    pub level: Option<Chip>,
    /// Who acted.
    pub actor: Party,
    /// Whom it concerns.
    pub subject: Party,
    /// Whether both are the same.
    pub is_own: bool,
    /// Browser or command in words; empty where unknown.
    pub agent: String,
    /// The client's address; empty where unknown.
    pub address: String,
    /// In which session; empty outside of one.
    pub session: String,
    /// Why, where somebody said so.
    pub reason: String,
    /// What else the event adds, as words.
    pub detail: String,
}

/// Somebody in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The address, or in words who it was.
    pub name: String,
    /// The page of the account, where it is still there.
    pub href: String,
    /// The id, where there is or was an account.
    pub id: String,
}

impl Party {
    fn nobody(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            href: String::new(),
            id: String::new(),
        }
    }

    /// An address that an admin typed, and what else is known of it.
    fn invited(address: &str) -> Self {
        let query = AuditQuery {
            subject: address.to_owned(),
            ..AuditQuery::default()
        };
        Self {
            href: query.link(AUDIT, &[]),
            ..Self::nobody(address)
        }
    }

    fn account(id: Uuid, addresses: &HashMap<Uuid, String>) -> Self {
        match addresses.get(&id) {
            Some(address) => Self {
                name: address.clone(),
                href: format!("{USERS}/{id}"),
                id: id.to_string(),
            },
            None => Self {
                id: id.to_string(),
                ..Self::nobody("an account that is gone")
            },
        }
    }
}

impl AuditLine {
    fn of(event: LoggedEvent, addresses: &HashMap<Uuid, String>) -> Self {
        let origin = event.detail["origin"].as_str().unwrap_or_default();
        let actor = match (event.actor_id, origin) {
            (Some(id), _) => Party::account(id, addresses),
            (None, "command_line") => Party::nobody("an operator at the command line"),
            (None, "service") => Party::nobody("the service"),
            (None, _) => Party::nobody("nobody who was signed in"),
        };
        let subject = match (event.subject_id, &event.subject_hash) {
            (Some(id), _) => Party::account(id, addresses),
            (None, Some(_)) => match event.invited.as_deref() {
                Some(address) => Party::invited(address),
                None => Party::nobody("an address without account"),
            },
            (None, None) => Party::nobody("the service"),
        };
        let reason = reason(&event);
        let agent = event.user_agent.as_deref().unwrap_or_default();
        Self {
            seq: event.seq,
            at: event.at,
            what: words(&event.event),
            level: level(&event.level),
            is_own: actor == subject,
            actor,
            subject,
            agent: match (agent, origin) {
                ("", _) => String::new(),
                // What is no request names itself.
                (agent, "command_line" | "service") => agent.to_owned(),
                (agent, _) => super::sessions::as_heading(&user_agent::short_name(agent)),
            },
            address: event
                .ip
                .map_or_else(String::new, |ip| ip.addr().to_string()),
            session: event
                .session_id
                .map_or_else(String::new, |id| id.to_string()),
            detail: rest(event.detail, !reason.is_empty()),
            reason,
        }
    }
}

/// `sign_in_failed` as "Sign in failed".
fn words(name: &str) -> String {
    let plain = name.replace('_', " ");
    let mut letters = plain.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn level(word: &str) -> Option<Chip> {
    let (text, class) = match word {
        "warning" => ("Warning", "warn"),
        "notice" => ("Notice", "accent"),
        _ => return None,
    };
    Some(Chip { text, class })
}

/// What an admin gave as reason. Of a wrong code it is a word for programs, and stays a detail.
fn reason(event: &LoggedEvent) -> String {
    let by_admin = event.event.starts_with("user");
    let reason = event.detail["reason"].as_str().filter(|_| by_admin);
    reason.unwrap_or_default().to_owned()
}

/// What the line does not tell elsewhere.
fn rest(mut detail: Value, without_reason: bool) -> String {
    if let Some(members) = detail.as_object_mut() {
        members.remove("origin");
        members.retain(|name, _| !without_reason || name != "reason");
    }
    details(&detail)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(detail: Value) -> LoggedEvent {
        LoggedEvent {
            seq: 7,
            at: DateTime::UNIX_EPOCH,
            event: "user_disabled".to_owned(),
            level: "notice".to_owned(),
            actor_id: None,
            subject_id: None,
            subject_hash: Some(vec![1]),
            session_id: None,
            ip: None,
            user_agent: Some("vestibule user disable".to_owned()),
            detail,
            invited: None,
        }
    }

    #[test]
    fn an_invited_address_is_named_and_leads_to_its_events() {
        let line = AuditLine::of(
            LoggedEvent {
                invited: Some("new@example.org".to_owned()),
                ..event(json!({}))
            },
            &HashMap::new(),
        );
        assert_eq!(line.subject.name, "new@example.org");
        assert_eq!(line.subject.href, "/admin/audit?subject=new%40example.org");
    }

    #[test]
    fn an_operator_and_their_reason_are_told() {
        let line = AuditLine::of(
            event(json!({ "origin": "command_line", "reason": "left", "count": 2 })),
            &HashMap::new(),
        );
        assert_eq!(line.what, "User disabled");
        assert_eq!(line.actor.name, "an operator at the command line");
        assert_eq!(line.subject.name, "an address without account");
        assert_eq!(line.agent, "vestibule user disable");
        assert_eq!(line.reason, "left");
        assert_eq!(line.detail, "count: 2");
    }

    #[test]
    fn links_keep_the_filters() {
        let query = AuditQuery {
            actor: "a+b@example.org".to_owned(),
            cursor: "7".to_owned(),
            ..AuditQuery::default()
        };
        assert_eq!(
            query.link(AUDIT, &[("format", "csv")]),
            "/admin/audit?actor=a%2Bb%40example.org&format=csv"
        );
        assert_eq!(AuditQuery::default().link(AUDIT, &[]), AUDIT);
        assert_eq!(AuditQuery::field("2026-03-01"), "2026-03-01T00:00:00");
        assert_eq!(AuditQuery::field("soon"), "soon");
    }
}
