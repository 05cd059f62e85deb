//! Reading rows from CSV (RFC 4180), by the column names in its first line.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::batches::{Batches, MAX_ROW, Unwanted, shown, unknown_column};
use crate::domain::import::{COLUMNS, RawRow};

/// Limits how much is read before the budget is renewed.
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

pub(super) fn csv(source: impl BufRead, rows: &mut Batches) -> Result<(), Unwanted> {
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

/// Whether a first line names known columns, each once.
fn known_columns(names: &[&str]) -> Result<(), String> {
    let mut probe = RawRow::default();
    if let Some(unknown) = names.iter().find(|name| !probe.set(name, "")) {
        return Err(unknown_column(unknown));
    }
    let twice = |name: &str| names.iter().filter(|other| **other == name).count() > 1;
    if let Some(name) = names.iter().find(|name| twice(name)) {
        return Err(format!("the column {} stands twice", shown(name)));
    }
    if !names.contains(&COLUMNS[0]) {
        return Err(format!("the first line names no column {}", COLUMNS[0]));
    }
    Ok(())
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
        // The last field contains the CR of its line.
        row.set(name, text.trim_end_matches('\r'));
    }
    Ok(row)
}

/// Why the first line of a text does not name the columns.
pub(super) fn refuse_header(text: &[u8]) -> Option<String> {
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
