//! The format of users and events in files: the same fields as JSON members and as CSV columns. The
//! command line and the API use the same names.

use chrono::SecondsFormat;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::{
    db::{admin::managed::ManagedUser, audit::log::LoggedEvent},
    domain::text::without_formula,
    flows::{FlowError, Result},
};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180. A cell that a spreadsheet would evaluate begins with an apostrophe.
    Csv,
    /// One JSON object on each line.
    JsonLines,
}

/// The columns of users, in order.
pub const USER: [&str; 11] = [
    "id",
    "email",
    "display_name",
    "role",
    "email_verified",
    "two_factor_enabled",
    "password_must_change",
    "password_changed_at",
    "disabled_at",
    "deleted_at",
    "created_at",
];

/// The columns of events, in order.
pub const EVENT: [&str; 12] = [
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
    "invited",
];

/// A user as a row of a file, and for the command line.
pub fn user(managed: &ManagedUser) -> Value {
    let ManagedUser {
        user, deleted_at, ..
    } = managed;
    json!({
        "id": user.id,
        "email": user.email,
        "display_name": user.display_name,
        "role": user.role.as_str(),
        "email_verified": user.email_verified(),
        "two_factor_enabled": user.two_factor_enabled(),
        "password_must_change": user.password_must_change,
        "password_changed_at": user.password_changed_at,
        "disabled_at": user.disabled_at,
        "deleted_at": deleted_at,
        "created_at": user.created_at,
    })
}

pub fn event(event: &LoggedEvent) -> Value {
    json!({
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
        "invited": event.invited,
    })
}

impl Form {
    /// Each format with its name.
    pub const WORDS: [(&'static str, Self); 2] = [("csv", Self::Csv), ("jsonl", Self::JsonLines)];

    /// The name, which is also the extension of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// What a file begins with.
    pub(in crate::flows) fn head(self, columns: &[&str]) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        if self == Self::Csv {
            record(&mut head, columns)?;
        }
        Ok(head)
    }

    /// Adds rows to a part of a file.
    pub(in crate::flows) fn write(
        self,
        part: &mut Vec<u8>,
        columns: &[&str],
        rows: &[Value],
    ) -> Result<()> {
        for row in rows {
            match self {
                Self::Csv => record(part, columns.iter().map(|column| cell(&row[column])))?,
                Self::JsonLines => part.extend_from_slice(format!("{row}\n").as_bytes()),
            }
        }
        Ok(())
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => without_formula(text).into_owned(),
        other => other.to_string(),
    }
}

fn record(out: &mut Vec<u8>, cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<()> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let written = csv.write_record(cells).and_then(|()| Ok(csv.flush()?));
    // Writing to memory cannot fail.
    written.map_err(|_| FlowError::Inconsistent("a row that is no CSV"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form) -> String {
        let mut part = form.head(&EVENT).unwrap();
        form.write(&mut part, &EVENT, &[event(&LoggedEvent::sample())])
            .unwrap();
        String::from_utf8(part).unwrap()
    }

    #[test]
    fn json_has_every_column() {
        let reported = written(Form::JsonLines);
        assert_eq!(reported.lines().count(), 1);
        let read: Value = serde_json::from_str(&reported).unwrap();
        for column in EVENT {
            assert!(read.get(column).is_some(), "{column}");
        }
        assert_eq!(read.as_object().unwrap().len(), EVENT.len());
        assert_eq!(read["at"], "2026-03-03T14:05:00.123456Z");
        assert_eq!(read["ip"], "192.0.2.7");
    }

    #[test]
    fn no_cell_is_evaluated_by_a_spreadsheet() {
        let row = "7,2026-03-03T14:05:00.123456Z,info,signed_in,00000000-0000-0000-0000-000000000000,,\
             abab,,192.0.2.7,\"'=1+1,\"\"\u{1b}[2J\",\"{\"\"methods\"\":[\"\"pwd\"\"]}\",\r\n";
        assert_eq!(written(Form::Csv), format!("{}\r\n{row}", EVENT.join(",")));
    }
}
