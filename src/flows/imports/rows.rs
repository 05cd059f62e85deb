//! Reading rows out of CSV or JSON lines, on a thread of its own and a batch at a time.

use std::{
    cell::Cell,
    fmt,
    io::{self, BufRead, Read},
    rc::Rc,
    thread,
};

use csv::{ByteRecord, ReaderBuilder, Terminator};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::judge::ReadRow;
use crate::domain::import::{COLUMNS, RawRow};

/// Rows of a batch.
const BATCH: usize = 1000;
/// Batches that wait to be written.
const AHEAD: usize = 2;
/// The most bytes of one row: a quote that is never closed must not swallow the whole file.
const MAX_ROW: u64 = 256 * 1024;

/// Reads to the end, or until nobody takes the rows any more. What cannot be read is a bad row, so
/// that an import with it is not written.
pub fn read(source: Box<dyn BufRead + Send>) -> Receiver<Vec<ReadRow>> {
    let (sender, receiver) = channel(AHEAD);
    // Not a task: the end of the process does not wait for a standard input that says nothing.
    thread::spawn(move || {
        let mut batches = Batches {
            sender,
            batch: Vec::with_capacity(BATCH),
        };
        let _ = read_all(source, &mut batches);
        batches.send();
    });
    receiver
}

/// Nobody takes the rows any more.
struct Unwanted;

struct Batches {
    sender: Sender<Vec<ReadRow>>,
    batch: Vec<ReadRow>,
}

impl Batches {
    fn push(&mut self, line: u64, row: Result<RawRow, String>) -> Result<(), Unwanted> {
        self.batch.push(ReadRow { line, row });
        if self.batch.len() < BATCH || self.send() {
            Ok(())
        } else {
            Err(Unwanted)
        }
    }

    fn send(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        batch.is_empty() || self.sender.blocking_send(batch).is_ok()
    }
}

fn read_all(mut source: Box<dyn BufRead + Send>, rows: &mut Batches) -> Result<(), Unwanted> {
    let begins = match source.fill_buf() {
        Ok(begins) => begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begins),
        Err(error) => return rows.push(1, Err(unreadable(&error))),
    };
    if let Some(why) = other_format(begins) {
        return rows.push(1, Err(why.to_owned()));
    }
    match begins.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Ok(()),
        Some(b'{') => json_lines(source, rows),
        Some(_) => csv(source, rows),
    }
}

/// What a file is that is neither CSV nor JSON lines, where its beginning tells, and what to do.
fn other_format(begins: &[u8]) -> Option<&'static str> {
    let text = begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begins);
    let text = text.trim_ascii_start();
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if begins.starts_with(b"\xff\xfe") || begins.starts_with(b"\xfe\xff") {
        Some("it is UTF-16; save it as UTF-8")
    } else if begins.starts_with(b"PK\x03\x04") {
        Some("it is a spreadsheet or an archive; save the sheet as CSV")
    } else if text.starts_with(b"[") {
        Some(
            "it is a JSON array; write JSON lines, one object a line without brackets or commas around it",
        )
    } else if text.starts_with(b"<") {
        Some("it is XML or HTML; an import takes CSV or JSON lines")
    } else if is_json_value(first_line) {
        Some("it is a single JSON value; write JSON lines, one object a line")
    } else if [b';', b'\t']
        .iter()
        .any(|separator| is_header(first_line, *separator))
    {
        Some("its columns are not separated by commas; save it as CSV with commas")
    } else {
        None
    }
}

/// A value other than an object; a quoted name alone may as well be the one column of a CSV file.
fn is_json_value(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    !line.starts_with(b"\"")
        && serde_json::from_slice(line).is_ok_and(|value: Value| !value.is_object())
}

/// Whether a first line names a column of ours between other separators than commas.
fn is_header(line: &[u8], separator: u8) -> bool {
    let names = line.split(|byte| *byte == separator);
    let mut names = names.map(<[u8]>::trim_ascii);
    let known = |name: &[u8]| {
        let name = name
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""))
            .unwrap_or(name);
        COLUMNS.iter().any(|column| column.as_bytes() == name)
    };
    line.contains(&separator) && names.any(known)
}

fn unreadable(error: &io::Error) -> String {
    format!("the file cannot be read on: {error}")
}

fn json_lines(mut source: impl BufRead, rows: &mut Batches) -> Result<(), Unwanted> {
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
            return Err(format!("the key {} stands twice", key.escape_debug()));
        }
        let text = match value {
            Value::Null => "",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::String(text) => text,
            _ => return Err(format!("{}: is no text", key.escape_debug())),
        };
        if !row.set(key, text) {
            return Err(unknown_column(key));
        }
    }
    Ok(row)
}

/// The members of an object as they stand there: a map would keep the last of two that have one name.
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
                    // More than there are columns: the row is bad anyway.
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

fn unknown_column(name: &str) -> String {
    let (name, known) = (name.escape_debug(), COLUMNS.join(", "));
    format!("there is no column {name}; known are {known}")
}

/// Bounds what is read between two refills of its budget.
struct Metered<R> {
    source: R,
    budget: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.budget.get() == 0 {
            return Err(io::Error::other("a row is too long; is a quote left open?"));
        }
        let read = self.source.read(into)?;
        self.budget
            .set(self.budget.get().saturating_sub(read as u64));
        Ok(read)
    }
}

fn csv(source: impl BufRead, rows: &mut Batches) -> Result<(), Unwanted> {
    let budget = Rc::new(Cell::new(MAX_ROW));
    let metered = Metered {
        source,
        budget: Rc::clone(&budget),
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        // With the terminator of RFC 4180, lines are counted one too low: the CR ends a record.
        .terminator(Terminator::Any(b'\n'))
        .from_reader(metered);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return rows.push(1, Err(format!("the first line: {error}"))),
    };
    let names: Vec<&str> = header.iter().map(str::trim).collect();
    if let Err(why) = known_columns(&names) {
        return rows.push(1, Err(why));
    }
    let mut record = ByteRecord::new();
    loop {
        budget.set(MAX_ROW);
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {
                if record.len() == 1 && record[0].trim_ascii().is_empty() {
                    continue;
                }
                let line = record.position().map_or(line, csv::Position::line);
                rows.push(line, of_record(&names, &record))?;
            }
            Ok(false) => return Ok(()),
            Err(error) => return rows.push(line, Err(error.to_string())),
        }
    }
}

fn known_columns(names: &[&str]) -> Result<(), String> {
    let mut probe = RawRow::default();
    if let Some(unknown) = names.iter().find(|name| !probe.set(name, "")) {
        return Err(unknown_column(unknown));
    }
    let twice = |name: &str| names.iter().filter(|other| **other == name).count() > 1;
    if let Some(name) = names.iter().find(|name| twice(name)) {
        return Err(format!("the column {name} stands twice"));
    }
    if !names.contains(&COLUMNS[0]) {
        return Err(format!("the first line names no column {}", COLUMNS[0]));
    }
    Ok(())
}

/// Why a whole file cannot be read, whatever its rows are: it is no text, has none, or its first
/// line does not name the columns.
pub fn refuse(file: &[u8]) -> Option<String> {
    if let Some(why) = other_format(file) {
        return Some(why.to_owned());
    }
    if let Err(error) = std::str::from_utf8(file) {
        let before = &file[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        return Some(format!("line {line} is not UTF-8"));
    }
    let text = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Some("it is empty".to_owned()),
        Some(b'{') => None,
        Some(_) => {
            let mut reader = ReaderBuilder::new()
                .flexible(true)
                .from_reader(text.take(MAX_ROW));
            let header = match reader.headers() {
                Ok(header) => header.clone(),
                Err(error) => return Some(format!("the first line: {error}")),
            };
            let names: Vec<&str> = header.iter().map(str::trim).collect();
            known_columns(&names).err()
        }
    }
}

fn of_record(names: &[&str], record: &ByteRecord) -> Result<RawRow, String> {
    if record.len() != names.len() {
        let (has, expected) = (record.len(), names.len());
        return Err(format!(
            "has {has} fields where the first line has {expected}"
        ));
    }
    let mut row = RawRow::default();
    for (name, field) in names.iter().zip(record) {
        let text = std::str::from_utf8(field).map_err(|_| format!("{name}: is not UTF-8"))?;
        // The last field has the CR of its line.
        row.set(name, text.trim_end_matches('\r'));
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &'static [u8]) -> Vec<(u64, Result<String, String>)> {
        let mut receiver = read(Box::new(text));
        let mut rows = Vec::new();
        while let Some(batch) = receiver.blocking_recv() {
            let told = |read: ReadRow| (read.line, read.row.map(|row| row.email().to_owned()));
            rows.extend(batch.into_iter().map(told));
        }
        rows
    }

    fn good(line: u64, email: &str) -> (u64, Result<String, String>) {
        (line, Ok(email.to_owned()))
    }

    #[test]
    fn csv_and_json_lines_are_told_apart() {
        let csv =
            b"\xef\xbb\xbfrole,email\r\nuser,a@x.org\r\n\"user\",\"b@x.org\"\r\n\r\nuser,c@x.org";
        assert_eq!(
            all(csv),
            [good(2, "a@x.org"), good(3, "b@x.org"), good(5, "c@x.org")]
        );
        let json = b"{\"email\": \"a@x.org\", \"email_verified\": true, \"role\": null}\n\n{\"email\":\"b@x.org\"}";
        assert_eq!(all(json), [good(1, "a@x.org"), good(3, "b@x.org")]);
        assert_eq!(all(b" \n"), []);
    }

    #[test]
    fn what_cannot_be_read_is_a_bad_row() {
        for (text, line, why) in [
            (&b"email,admin\na@x.org,1\n"[..], 1, "no column admin"),
            (b"email,email\na@x.org,1\n", 1, "twice"),
            (b"role\nuser\n", 1, "no column email"),
            (b"email,role\na@x.org\n", 2, "1 fields"),
            (b"email\n\xff\xfe\n", 2, "UTF-8"),
            (b"{\"email\": 7}\n", 1, "no text"),
            (b"{\"is_staff\": true}\n", 1, "no column"),
            (b"{\"email\": \"a@x.org\"\n", 1, "no JSON"),
            (b"[\n{\"email\": \"a@x.org\"}]\n", 1, "JSON array"),
            (b"\xff\xfee\0m\0", 1, "UTF-16"),
            (b"email;role\na@x.org;user\n", 1, "commas"),
            (
                b"{\"email\": \"a@x.org\", \"email\": \"b@x.org\"}\n",
                1,
                "email stands twice",
            ),
            (
                b"{\"role\": \"user\", \"email\": \"a@x.org\", \"r\\u006fle\": null}\n",
                1,
                "role stands twice",
            ),
        ] {
            let rows = all(text);
            let Some((at, Err(told))) = rows.first() else {
                panic!("{rows:?}");
            };
            assert!(*at == line && told.contains(why), "{at} {told}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused_as_a_whole() {
        for (file, why) in [
            (&b""[..], "empty"),
            (b"\xef\xbb\xbf \r\n", "empty"),
            (b"email\na@x.org\n\xff\n", "line 3 is not UTF-8"),
            (b"\x89PNG\r\n\x1a\n", "line 1 is not UTF-8"),
            (b"mail\na@x.org\n", "no column mail"),
            (b"email,email\n", "twice"),
            (b"role\n", "no column email"),
            (
                b" [{\"email\": \"a@x.org\"}]",
                "a JSON array; write JSON lines",
            ),
            (b"\xef\xbb\xbf[\n", "a JSON array"),
            (b"true\n", "a single JSON value"),
            (b"7\n", "a single JSON value"),
            (b"\xff\xfee\0", "UTF-16"),
            (b"PK\x03\x04\x14", "spreadsheet"),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"\"email\";\"role\"\n", "commas"),
            (b"display_name\temail\n", "commas"),
        ] {
            let told = refuse(file).unwrap();
            assert!(told.contains(why), "{told}");
        }
        for file in [
            &b"\xef\xbb\xbfrole , email\r\nuser,a@x.org"[..],
            b"{\"email\": 1}",
        ] {
            assert_eq!(refuse(file), None);
        }
    }

    #[test]
    fn a_quote_left_open_does_not_swallow_the_file() {
        let mut text = b"email\n\"a@x.org\n".to_vec();
        text.resize(2 * 1024 * 1024, b'x');
        let rows = all(text.leak());
        assert_eq!(rows.len(), 1);
        assert!(
            rows[0].1.as_ref().unwrap_err().contains("too long"),
            "{rows:?}"
        );
    }
}
