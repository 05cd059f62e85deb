//! Reading rows from JSON lines: one object on each line.

use std::{
    fmt,
    io::{BufRead, Read},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use super::batches::{Batches, MAX_ROW, Unwanted, shown, unknown_column, unreadable};
use crate::domain::import::{COLUMNS, RawRow};

pub(super) fn json_lines(mut source: impl BufRead, rows: &mut Batches) -> Result<(), Unwanted> {
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        match source.by_ref().take(MAX_ROW).read_until(b'\n', &mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return rows.push(line, Err(unreadable(&error))),
        }
        if text.len() as u64 >= MAX_ROW {
            return rows.push(line, Err("the line is too long to be a row".to_owned()));
        }
        let trimmed = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
        if !trimmed.trim_ascii().is_empty() {
            rows.push(line, of_json(trimmed))?;
        }
    }
    Ok(())
}

fn of_json(text: &[u8]) -> Result<RawRow, String> {
    let Ok(Members(members)) = serde_json::from_slice(text) else {
        return Err(match serde_json::from_slice(text) {
            Ok(Value::Array(_)) => "the line is a JSON array, and no object".to_owned(),
            Ok(Value::Object(_)) => "the object has too many keys to be a row".to_owned(),
            Ok(_) => "the line is a single JSON value, and no object".to_owned(),
            Err(_) => "the line is no JSON object; each has to be whole on a line".to_owned(),
        });
    };
    let mut row = RawRow::default();
    for (at, (key, value)) in members.iter().enumerate() {
        if members[..at].iter().any(|(earlier, _)| earlier == key) {
            return Err(format!("the key {} stands twice", shown(key)));
        }
        let text = match value {
            Value::Null => "",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::String(text) => text,
            _ => return Err(format!("{}: is no text", shown(key))),
        };
        if !row.set(key, text) {
            return Err(unknown_column(key));
        }
    }
    Ok(row)
}

/// The members of an object in their order: a map would keep the last of two with the same name.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                    // More members than there are columns: the row is bad in any case.
                    if members.len() > 4 * COLUMNS.len() {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
