//! An event as a line of text, and as JSON.

use std::fmt::Write;

use chrono::SecondsFormat;

use crate::{db::audit::log::LoggedEvent, domain::text, flows::audit::export::rows};

/// One line of text. Control characters are escaped, since clients choose some of the texts and terminals
/// obey such characters.
pub(super) fn line(event: &LoggedEvent) -> String {
    let at = event.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (level, name) = (text::one_line(&event.level), text::one_line(&event.event));
    let mut line = format!("{:>8}  {at}  {level:<7}  {name}", event.seq);
    let mut tell = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = write!(line, "  {name}={value}");
        }
    };
    tell("actor", event.actor_id.map(|id| id.to_string()));
    let hash = event.subject_hash.as_deref();
    let subject = event.subject_id.map(|id| id.to_string());
    tell("subject", subject.or(hash.map(|_| "unknown".to_owned())));
    tell("invited", event.invited.as_deref().map(text::one_line));
    tell("ip", event.ip.map(|ip| ip.addr().to_string()));
    if event.detail.as_object().is_none_or(|all| !all.is_empty()) {
        tell("detail", Some(event.detail.to_string()));
    }
    let agent = event.user_agent.as_deref().map(text::one_line);
    tell("agent", agent.map(|agent| format!("{agent:?}")));
    line.push('\n');
    line
}

/// A JSON object on a line.
pub(super) fn json(event: &LoggedEvent) -> String {
    format!("{}\n", rows::event(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        let expected = "       7  2026-03-03T14:05:00.123Z  info     signed_in  \
            actor=00000000-0000-0000-0000-000000000000  subject=unknown  ip=192.0.2.7  \
            detail={\"methods\":[\"pwd\"]}  agent=\"=1+1,\\\" [2J\"\n";
        assert_eq!(line(&LoggedEvent::sample()), expected);
    }
}
