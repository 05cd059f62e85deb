//! Reading rows from CSV or JSON lines, on a separate thread and in batches.

mod batches;
mod csv;
mod format;
mod json;
#[cfg(test)]
mod tests;

use std::{io::BufRead, thread};

use tokio::sync::mpsc::Receiver;

use super::judge::ReadRow;
use batches::{Batches, Unwanted, batches, unreadable};
use format::other_format;

/// Reads to the end, or until the receiver of the rows is dropped. Invalid text is a bad row, so that an
/// import with it is not written.
pub fn read(source: Box<dyn BufRead + Send>) -> Receiver<Vec<ReadRow>> {
    let (mut batches, receiver) = batches();
    // A thread and not a task: otherwise the process could not end while standard input sends nothing.
    thread::spawn(move || {
        let _ = read_all(source, &mut batches);
        batches.send();
    });
    receiver
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
        Some(b'{') => json::json_lines(source, rows),
        Some(_) => csv::csv(source, rows),
    }
}

/// Why a file as a whole is refused, whatever its rows are: it is not text, has no rows, or its first line
/// does not name the columns.
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
        Some(_) => csv::refuse_header(text),
    }
}
