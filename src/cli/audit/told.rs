//! How an event is told: as a line for people, as JSON and as CSV for programs.

use std::{fmt::Write, io, mem};

use chrono::SecondsFormat;
use data_encoding::HEXLOWER;
use serde_json::json;

use crate::{db::audit_log::LoggedEvent, domain::text};

const COLUMNS: [&str; 11] = [
    "seq",
    "at",
    "level",
    "event",
    "actor_id",
    "subject_id",
    "subject_hash",
    "session_id",
    "ip",
    "user_agent",
    "detail",
];

/// A line for people; what a stranger chose is spelled out, since a terminal obeys.
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
    let object = json!({
        "seq": event.seq,
        "at": event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "level": event.level,
        "event": event.event,
        "actor_id": event.actor_id,
        "subject_id": event.subject_id,
        "subject_hash": event.subject_hash.as_deref().map(|hash| HEXLOWER.encode(hash)),
        "session_id": event.session_id,
        "ip": event.ip.map(|ip| ip.addr()),
        "user_agent": event.user_agent,
        "detail": event.detail,
    });
    format!("{object}\n")
}

/// Writes CSV (RFC 4180), a record at a time.
#[derive(Default)]
pub(super) struct CsvOut(Vec<u8>);

impl CsvOut {
    /// The names of the columns.
    pub(super) fn head(&mut self) -> io::Result<Vec<u8>> {
        self.record(COLUMNS.map(str::to_owned))
    }

    /// An event.
    pub(super) fn row(&mut self, event: &LoggedEvent) -> io::Result<Vec<u8>> {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let hash = event.subject_hash.as_deref();
        self.record([
            event.seq.to_string(),
            event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            event.level.clone(),
            event.event.clone(),
            id(event.actor_id),
            id(event.subject_id),
            hash.map(|hash| HEXLOWER.encode(hash)).unwrap_or_default(),
            id(event.session_id),
            event.ip.map(|ip| ip.addr().to_string()).unwrap_or_default(),
            event.user_agent.clone().unwrap_or_default(),
            event.detail.to_string(),
        ])
    }

    fn record(&mut self, cells: [String; 11]) -> io::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(mem::take(&mut self.0));
        csv.write_record(cells.map(|cell| text::without_formula(&cell).into_owned()))?;
        csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn event() -> LoggedEvent {
        LoggedEvent {
            seq: 7,
            at: DateTime::from_timestamp_micros(1_772_546_700_123_456).unwrap(),
            event: "signed_in".to_owned(),
            level: "info".to_owned(),
            actor_id: Some(Uuid::nil()),
            subject_id: None,
            subject_hash: Some(vec![0xab; 2]),
            session_id: None,
            ip: Some("192.0.2.7/32".parse().unwrap()),
            user_agent: Some("=1+1,\"\u{1b}[2J".to_owned()),
            detail: json!({ "methods": ["pwd"] }),
        }
    }

    #[test]
    fn a_line_is_one_and_obeyed_by_no_terminal() {
        let expected = "       7  2026-03-03T14:05:00.123Z  info     signed_in  \
            actor=00000000-0000-0000-0000-000000000000  subject=unknown  ip=192.0.2.7  \
            detail={\"methods\":[\"pwd\"]}  agent=\"=1+1,\\\" [2J\"\n";
        assert_eq!(line(&event()), expected);
    }

    #[test]
    fn json_has_every_column() {
        let told = json(&event());
        assert_eq!(told.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&told).unwrap();
        for column in COLUMNS {
            assert!(read.get(column).is_some(), "{column}");
        }
        assert_eq!(read["at"], "2026-03-03T14:05:00.123456Z");
        assert_eq!(read["ip"], "192.0.2.7");
    }

    #[test]
    fn no_cell_of_a_spreadsheet_is_computed() {
        let mut csv = CsvOut::default();
        let head = String::from_utf8(csv.head().unwrap()).unwrap();
        assert_eq!(head.trim_end(), COLUMNS.join(","));
        let row = String::from_utf8(csv.row(&event()).unwrap()).unwrap();
        assert_eq!(
            row,
            "7,2026-03-03T14:05:00.123456Z,info,signed_in,00000000-0000-0000-0000-000000000000,,\
             abab,,192.0.2.7,\"'=1+1,\"\"\u{1b}[2J\",\"{\"\"methods\"\":[\"\"pwd\"\"]}\"\n"
        );
    }
}
