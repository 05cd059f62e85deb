//! Users, their sessions, events and mails as lines for a terminal, and as JSON with the field names of
//! the API. Terminals obey control characters, so texts that users chose are escaped.

use chrono::{DateTime, SecondsFormat, Utc};
use ipnet::IpNet;
use serde_json::{Value, json};

use crate::{
    db::{
        admin::managed::ManagedUser, audit::EventRow, imports::Origin, mail::outbox::MailRow,
        sessions::devices::DeviceRow,
    },
    domain::{text, user_agent},
};

/// A time in UTC, to the second.
pub(in crate::cli) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A text from outside on one line, with control characters escaped.
pub(in crate::cli) fn plain(words: &str) -> String {
    words
        .chars()
        .flat_map(|c| {
            let strange = text::is_control(c) || text::turns_direction(c);
            let kept = (!strange).then_some(c);
            let spelled = strange.then(|| c.escape_unicode());
            kept.into_iter().chain(spelled.into_iter().flatten())
        })
        .collect()
}

/// The state of an account in one word, as the filter names it.
pub(super) fn state(managed: &ManagedUser) -> &'static str {
    match (managed.deleted_at, managed.user.disabled_at) {
        (Some(_), _) => "deleted",
        (None, Some(_)) => "disabled",
        (None, None) => "active",
    }
}

/// Where an imported account comes from, as JSON.
pub(super) fn origin(origin: &Origin) -> Value {
    json!({
        "id": origin.id,
        "file_name": origin.file_name,
        "imported_at": origin.finished_at,
        "by_operator": origin.by_operator,
        "uploaded_by": origin.uploaded_by,
        "confirmed_by": origin.confirmed_by,
        "has_password": origin.has_password,
    })
}

/// The same as lines of the user's details.
pub(super) fn origin_line(origin: &Origin) -> String {
    let gone = "an account that no longer exists";
    let by = if origin.by_operator {
        "an operator".to_owned()
    } else {
        let uploader = origin.uploaded_by.as_deref().unwrap_or(gone);
        let confirmer = origin.confirmed_by.as_deref().unwrap_or(gone);
        format!("{}, from a file of {}", plain(confirmer), plain(uploader))
    };
    let password = if origin.has_password {
        ""
    } else {
        "\n              without a password"
    };
    format!(
        "  imported    by {by}, {}{password}\n",
        plain(&origin.file_name)
    )
}

/// A session as JSON.
pub(in crate::cli) fn session(row: &DeviceRow) -> Value {
    json!({
        "id": row.id,
        "ip": row.ip.map(|ip| ip.addr()),
        "user_agent": row.user_agent,
        "created_at": row.created_at,
        "last_seen_at": row.last_seen_at,
        "expires_at": row.expires_at,
    })
}

/// A session as a line.
pub(in crate::cli) fn session_line(row: &DeviceRow) -> String {
    let seen = moment(row.last_seen_at);
    format!(
        "{}  {seen}  {}",
        row.id,
        client(row.ip, row.user_agent.as_deref())
    )
}

/// An event as JSON.
pub(super) fn event(row: &EventRow) -> Value {
    json!({
        "at": row.at,
        "event": row.event,
        "detail": row.detail,
        "ip": row.ip.map(|ip| ip.addr()),
        "user_agent": row.user_agent,
    })
}

/// An event as a line.
pub(super) fn event_line(row: &EventRow) -> String {
    let detail = match row.detail.as_object() {
        Some(object) if object.is_empty() => String::new(),
        _ => format!("  {}", plain(&row.detail.to_string())),
    };
    let client = client(row.ip, row.user_agent.as_deref());
    format!("{}  {}{detail}  {client}", moment(row.at), row.event)
}

/// The state of a mail as JSON.
pub(super) fn mail(row: &MailRow) -> Value {
    json!({
        "kind": row.kind,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "dropped_at": row.dropped_at,
        "attempts": row.attempts,
        "last_error": row.last_error,
    })
}

/// The state of a mail as a line.
pub(super) fn mail_line(row: &MailRow) -> String {
    let state = match (row.sent_at, row.dropped_at) {
        (Some(at), _) => format!("sent {}", moment(at)),
        (None, Some(at)) => format!("given up {}", moment(at)),
        (None, None) => format!("waiting, attempts: {}", row.attempts),
    };
    let why = row.last_error.as_deref().map(plain);
    let why = why.map_or_else(String::new, |why| format!("  {why}"));
    format!("{}  {}  {state}{why}", moment(row.created_at), row.kind)
}

fn client(ip: Option<IpNet>, agent: Option<&str>) -> String {
    let ip = ip.map_or_else(|| "-".to_owned(), |ip| ip.addr().to_string());
    match agent {
        // An operator's act is named after its command.
        Some(command) if command.starts_with("vestibule") => plain(command),
        Some(agent) => format!("{ip}  {}", plain(&user_agent::short_name(agent))),
        None => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_for_the_terminal() {
        assert_eq!(plain("Zoë\u{1b}[2J\u{202e}"), "Zoë\\u{1b}[2J\\u{202e}");
    }
}
