//! The position of a user in an order of the list, as the links of its pages contain it.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::{SearchError, Sort};

/// The position of a user in an order. The users after it are the next page, even if users were added or
/// removed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// The creation time of the account, and its id.
    Created(DateTime<Utc>, Uuid),
    /// The canonical address.
    Email(String),
}

impl Cursor {
    /// The text for a link. Its content is opaque to clients and may change.
    pub fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(self.plain().as_bytes())
    }

    fn plain(&self) -> String {
        match self {
            Self::Created(at, id) => format!("c{}.{id}", at.timestamp_micros()),
            Self::Email(email) => format!("e{email}"),
        }
    }

    /// Parses the cursor of an order; blank is `None`.
    pub fn decode(text: &str, sort: Sort) -> Result<Option<Self>, SearchError> {
        match Step::decode(text, sort)? {
            Some(Step::Behind(cursor)) => Ok(Some(cursor)),
            Some(Step::Before(_)) => Err(SearchError::BadCursor),
            None => Ok(None),
        }
    }

    /// Parses the cursor of a list with the newest first: the creation time of an entry, and its id.
    pub fn of_newest(text: &str) -> Result<Option<(DateTime<Utc>, Uuid)>, SearchError> {
        Ok(match Self::decode(text, Sort::Newest)? {
            Some(Self::Created(at, id)) => Some((at, id)),
            Some(Self::Email(_)) | None => None,
        })
    }

    fn read(plain: &str) -> Option<Self> {
        if let Some(email) = plain.strip_prefix('e') {
            let is_plain = !email.chars().any(char::is_control);
            return is_plain.then(|| Self::Email(email.to_owned()));
        }
        let (at, id) = plain.strip_prefix('c')?.split_once('.')?;
        let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        // The range of times that Postgres can compare. An import may contain the year 0 with any offset.
        let is_sane = (-1..=9999).contains(&chrono::Datelike::year(&at));
        is_sane.then_some(Self::Created(at, Uuid::try_parse(id).ok()?))
    }
}

/// Where a page of the list lies: after a position, or before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The first users after the position.
    Behind(Cursor),
    /// The last users before the position.
    Before(Cursor),
}

impl Step {
    /// The text for a link.
    pub fn encode(&self) -> String {
        match self {
            Self::Behind(cursor) => cursor.encode(),
            Self::Before(cursor) => {
                BASE64URL_NOPAD.encode(format!("b{}", cursor.plain()).as_bytes())
            }
        }
    }

    /// Parses the position in a link for this order; blank is `None`.
    pub fn decode(text: &str, sort: Sort) -> Result<Option<Self>, SearchError> {
        if text.is_empty() {
            return Ok(None);
        }
        let step = Self::read(text).ok_or(SearchError::BadCursor)?;
        let (Self::Behind(cursor) | Self::Before(cursor)) = &step;
        let by_email = matches!(cursor, Cursor::Email(_));
        if by_email == (sort == Sort::Email) {
            Ok(Some(step))
        } else {
            Err(SearchError::BadCursor)
        }
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > 1024 {
            return None;
        }
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        match plain.strip_prefix('b') {
            Some(plain) => Cursor::read(plain).map(Self::Before),
            None => Cursor::read(&plain).map(Self::Behind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_decoded_for_its_own_order_only() {
        let at = DateTime::from_timestamp_micros(1_772_546_700_123_456).unwrap();
        let created = Cursor::Created(at, Uuid::from_u128(7));
        let email = Cursor::Email("a@example.com".to_owned());
        for sort in [Sort::Newest, Sort::Oldest] {
            let read = Cursor::decode(&created.encode(), sort);
            assert_eq!(read, Ok(Some(created.clone())));
            let other = Cursor::decode(&email.encode(), sort);
            assert_eq!(other, Err(SearchError::BadCursor));
        }
        let read = Cursor::decode(&email.encode(), Sort::Email);
        assert_eq!(read, Ok(Some(email)));
        let other = Cursor::decode(&created.encode(), Sort::Email);
        assert_eq!(other, Err(SearchError::BadCursor));
    }

    #[test]
    fn invalid_cursors_are_refused_and_blank_is_the_first_page() {
        assert_eq!(Cursor::decode("", Sort::Newest), Ok(None));
        let far =
            BASE64URL_NOPAD.encode(b"c9000000000000000000.00000000-0000-4000-8000-000000000000");
        let nul = BASE64URL_NOPAD.encode(b"ea\0b");
        for bad in ["x", "!!", "Yw", &far, &nul, &"A".repeat(2000)] {
            for sort in [Sort::Newest, Sort::Email] {
                assert_eq!(Cursor::decode(bad, sort), Err(SearchError::BadCursor));
            }
        }
    }

    #[test]
    fn a_cursor_of_the_oldest_imported_account_is_decoded() {
        for time in ["0000-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"] {
            let at = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
            let created = Cursor::Created(at, Uuid::from_u128(7));
            let read = Cursor::decode(&created.encode(), Sort::Oldest);
            assert_eq!(read, Ok(Some(created)));
        }
    }

    #[test]
    fn a_step_back_is_decoded_and_refused_as_a_cursor_of_other_lists() {
        let created = Cursor::Created(DateTime::UNIX_EPOCH, Uuid::from_u128(7));
        let email = Cursor::Email("b@example.com".to_owned());
        for (cursor, sort) in [(created, Sort::Newest), (email, Sort::Email)] {
            let step = Step::Before(cursor.clone());
            assert_eq!(Step::decode(&step.encode(), sort), Ok(Some(step.clone())));
            let behind = Step::Behind(cursor);
            assert_eq!(Step::decode(&behind.encode(), sort), Ok(Some(behind)));
            let other = Cursor::decode(&step.encode(), sort);
            assert_eq!(other, Err(SearchError::BadCursor));
        }
        assert_eq!(
            Step::decode(&BASE64URL_NOPAD.encode(b"bbe"), Sort::Email),
            Err(SearchError::BadCursor)
        );
    }
}
