//! An event of the log as text.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    query::{AUDIT, AuditQuery},
    words,
};
use crate::{
    db::audit::log::LoggedEvent,
    domain::user_agent,
    web::{
        pages::{admin::chip::Chip, sessions},
        paths::USERS,
    },
};

/// An event of the log.
#[derive(Clone, Debug)]
pub struct AuditLine {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// The name of the event as words.
    pub what: String,
    /// Its level, if it is notable.
    pub level: Option<Chip>,
    pub actor: Party,
    pub subject: Party,
    /// Whether actor and subject are the same.
    pub is_own: bool,
    /// Browser or command as text; empty if unknown.
    pub agent: String,
    /// The client's address; empty if unknown.
    pub address: String,
    /// The session; empty without one.
    pub session: String,
    /// The reason, if there is one.
    pub reason: String,
    /// The rest of the detail, as words.
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The address, or a description.
    pub name: String,
    /// The page of the account, if it still exists.
    pub href: String,
    /// The id, if there is or was an account.
    pub id: String,
}

impl Party {
    fn without_account(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            href: String::new(),
            id: String::new(),
        }
    }

    /// An address that an admin typed, and further details.
    fn invited(address: &str) -> Self {
        let query = AuditQuery {
            subject: address.to_owned(),
            ..AuditQuery::default()
        };
        Self {
            href: query.link(AUDIT, &[]),
            ..Self::without_account(address)
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
                ..Self::without_account("an account that no longer exists")
            },
        }
    }
}

impl AuditLine {
    pub(super) fn of(event: LoggedEvent, addresses: &HashMap<Uuid, String>) -> Self {
        let origin = event.detail["origin"].as_str().unwrap_or_default();
        let actor = match (event.actor_id, origin) {
            (Some(id), _) => Party::account(id, addresses),
            (None, "command_line") => Party::without_account("an operator at the command line"),
            (None, "service") => Party::without_account("the service"),
            (None, _) => Party::without_account("not signed in"),
        };
        let subject = match (event.subject_id, &event.subject_hash) {
            (Some(id), _) => Party::account(id, addresses),
            (None, Some(_)) => match event.invited.as_deref() {
                Some(address) => Party::invited(address),
                None => Party::without_account("an address without account"),
            },
            (None, None) => Party::without_account("the service"),
        };
        let reason = reason(&event);
        let agent = event.user_agent.as_deref().unwrap_or_default();
        Self {
            seq: event.seq,
            at: event.at,
            what: words::of_name(&event.event),
            level: level(&event.level),
            is_own: actor == subject,
            actor,
            subject,
            agent: match (agent, origin) {
                ("", _) => String::new(),
                // An event that was not caused by a request names its source.
                (agent, "command_line" | "service") => agent.to_owned(),
                (agent, _) => sessions::as_heading(&user_agent::short_name(agent)),
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

fn level(word: &str) -> Option<Chip> {
    let (text, class) = match word {
        "warning" => ("Warning", "warn"),
        "notice" => ("Notice", "accent"),
        _ => return None,
    };
    Some(Chip { text, class })
}

/// The reason that an admin gave. For a wrong code, `reason` is a code for programs and stays a detail.
fn reason(event: &LoggedEvent) -> String {
    let by_admin = event.event.starts_with("user");
    let reason = event.detail["reason"].as_str().filter(|_| by_admin);
    reason.unwrap_or_default().to_owned()
}

/// The detail without the parts that the line shows elsewhere.
fn rest(mut detail: Value, without_reason: bool) -> String {
    if let Some(members) = detail.as_object_mut() {
        members.remove("origin");
        members.retain(|name, _| !without_reason || name != "reason");
    }
    words::of_detail(&detail)
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
    fn an_invited_address_is_shown_and_links_to_its_events() {
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
    fn an_operator_and_their_reason_are_shown() {
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
}
