//! Rows in batches, from the thread that reads them to the task that uses them.

use std::io;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    domain::import::{COLUMNS, RawRow},
    flows::imports::judge::ReadRow,
};

const BATCH: usize = 1000;
/// Batches that wait to be written.
const AHEAD: usize = 2;
/// The most bytes of one row: an unclosed quote must not include the whole file.
pub(super) const MAX_ROW: u64 = 256 * 1024;

/// The sender and the receiver of batches.
pub(super) fn batches() -> (Batches, Receiver<Vec<ReadRow>>) {
    let (sender, receiver) = channel(AHEAD);
    let batch = Vec::with_capacity(BATCH);
    (Batches { sender, batch }, receiver)
}

/// The receiver of the rows was dropped.
pub(super) struct Unwanted;

pub(super) struct Batches {
    sender: Sender<Vec<ReadRow>>,
    batch: Vec<ReadRow>,
}

impl Batches {
    pub(super) fn push(&mut self, line: u64, row: Result<RawRow, String>) -> Result<(), Unwanted> {
        self.batch.push(ReadRow { line, row });
        if self.batch.len() < BATCH || self.send() {
            Ok(())
        } else {
            Err(Unwanted)
        }
    }

    pub(super) fn send(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        batch.is_empty() || self.sender.blocking_send(batch).is_ok()
    }
}

pub(super) fn unreadable(error: &io::Error) -> String {
    format!("the file cannot be read on: {error}")
}

/// The most characters of a column name in a report.
const SHOWN: usize = 60;

/// A column name from a file for a report: its beginning, with unusual characters escaped.
pub(super) fn shown(name: &str) -> String {
    let mut spelled = name.chars().flat_map(char::escape_debug);
    let beginning: String = spelled.by_ref().take(SHOWN).collect();
    let rest = if spelled.next().is_some() { "..." } else { "" };
    format!("{beginning}{rest}")
}

pub(super) fn unknown_column(name: &str) -> String {
    let (name, known) = (shown(name), COLUMNS.join(", "));
    format!("there is no column {name}; known are {known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_repeats_only_the_beginning_of_a_name() {
        assert_eq!(shown("mail"), "mail");
        assert_eq!(shown(&"a".repeat(60)).len(), 60);
        let long = shown(&"\u{ad}".repeat(65_000));
        assert!(long.len() == 63 && long.ends_with("..."), "{long}");
    }
}
