//! Pages of a list with the latest first. A page begins after the last row of the previous one, so that
//! new or deleted rows do not shift it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{InputFaults, Result};
use crate::domain::accounts::user_search::Cursor;

/// One page, and the cursor of the next one.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }
}

impl<T> Paged<T> {
    /// A page of the rows that were read: one more than `size` if there is a next page.
    pub(super) fn cut(mut rows: Vec<T>, size: i64, cursor: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(size).unwrap_or_default();
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }

    /// The same page with converted rows; a conversion may fail.
    pub(super) fn try_map<U>(self, of: impl FnMut(T) -> Result<U>) -> Result<Paged<U>> {
        Ok(Paged {
            rows: self.rows.into_iter().map(of).collect::<Result<_>>()?,
            next: self.next,
        })
    }

    /// The same page with converted rows.
    pub(super) fn map<U>(self, of: impl FnMut(T) -> U) -> Paged<U> {
        Paged {
            rows: self.rows.into_iter().map(of).collect(),
            next: self.next,
        }
    }
}

/// The cursor after a row with this time and id.
pub(super) fn cursor(at: DateTime<Utc>, id: Uuid) -> String {
    Cursor::Created(at, id).encode()
}

/// Parses such a cursor; blank is the first page.
pub(super) fn behind(text: &str) -> Result<Option<(DateTime<Utc>, Uuid)>, InputFaults> {
    Cursor::of_newest(text).map_err(|why| InputFaults::one("cursor", &why))
}
