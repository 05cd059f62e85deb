//! Searching the list of users: what is looked for, in which order, and from where on.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use thiserror::Error;
use uuid::Uuid;

use super::user::Role;

/// The most characters of a search text; addresses have 254.
pub const MAX_TEXT_CHARS: usize = 254;

/// What is looked for. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// The beginning of an address or of a name, in any case, or a whole id.
    pub text: Option<String>,
    /// The state of the account.
    pub status: Option<Status>,
    /// The role.
    pub role: Option<Role>,
    /// Whether a second factor is enrolled.
    pub two_factor: Option<bool>,
    /// Whether the address is proven.
    pub verified: Option<bool>,
    /// In which order.
    pub sort: Sort,
    /// The last user of the page before.
    pub after: Option<Cursor>,
}

impl UserSearch {
    /// Whether a filter leaves anybody out, the text aside.
    pub fn filters(&self) -> bool {
        self.status.is_some()
            || self.role.is_some()
            || self.two_factor.is_some()
            || self.verified.is_some()
    }

    /// Whether anything leaves anybody out.
    pub fn narrows(&self) -> bool {
        self.text.is_some() || self.filters()
    }
}

/// A word or a cursor that means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SearchError {
    /// Not one of the words.
    #[error("Choose one of the values of this filter.")]
    UnknownWord,
    /// Longer than anything that could be found.
    #[error("This is longer than any address or name. Use at most 254 characters.")]
    TooLong,
    /// Not a cursor of this order.
    #[error("This page of the list cannot be found again. Start from the first one.")]
    BadCursor,
}

/// The state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its owner can sign in.
    Active,
    /// Shut by an admin, and not deleted.
    Disabled,
    /// Deleted, and not yet erased.
    Deleted,
}

impl Status {
    /// Each, with its word.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("active", Self::Active),
        ("disabled", Self::Disabled),
        ("deleted", Self::Deleted),
    ];
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The latest account first.
    #[default]
    Newest,
    /// The oldest account first.
    Oldest,
    /// By address.
    Email,
}

impl Sort {
    /// Each, with its word.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("newest", Self::Newest),
        ("oldest", Self::Oldest),
        ("email", Self::Email),
    ];
}

/// Roles, with their words.
pub const ROLES: [(&str, Role); 2] = [("user", Role::User), ("admin", Role::Admin)];
/// Whether a second factor is enrolled.
pub const TWO_FACTOR: [(&str, bool); 2] = [("on", true), ("off", false)];
/// Whether the address is proven.
pub const VERIFIED: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The value of a word; blank is none.
pub fn choice<T: Copy>(words: &[(&str, T)], typed: &str) -> Result<Option<T>, SearchError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let found = words.iter().find(|(word, _)| *word == typed);
    found
        .map(|(_, value)| Some(*value))
        .ok_or(SearchError::UnknownWord)
}

/// The text to look for; blank is none.
pub fn text(typed: &str) -> Result<Option<String>, SearchError> {
    let typed = typed.trim();
    if typed.chars().count() > MAX_TEXT_CHARS {
        return Err(SearchError::TooLong);
    }
    // Postgres knows no NUL in texts, and nothing that is stored has a control character.
    let plain: String = typed.chars().filter(|c| !c.is_control()).collect();
    Ok((!plain.is_empty()).then_some(plain))
}

/// The place of a user in an order: those after it are the next page, whoever came or went since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// When the account was made, and its id.
    Created(DateTime<Utc>, Uuid),
    /// The canonical address.
    Email(String),
}

impl Cursor {
    /// As a link carries it. What stands in it is nobody's business and may change.
    pub fn encode(&self) -> String {
        let plain = match self {
            Self::Created(at, id) => format!("c{}.{id}", at.timestamp_micros()),
            Self::Email(email) => format!("e{email}"),
        };
        BASE64URL_NOPAD.encode(plain.as_bytes())
    }

    /// Reads the cursor of an order; blank is none.
    pub fn decode(text: &str, sort: Sort) -> Result<Option<Self>, SearchError> {
        if text.is_empty() {
            return Ok(None);
        }
        let cursor = Self::read(text).ok_or(SearchError::BadCursor)?;
        let by_email = matches!(cursor, Self::Email(_));
        if by_email == (sort == Sort::Email) {
            Ok(Some(cursor))
        } else {
            Err(SearchError::BadCursor)
        }
    }

    /// Reads the cursor of anything that is listed with the newest first: when that was made, and its
    /// id.
    pub fn of_newest(text: &str) -> Result<Option<(DateTime<Utc>, Uuid)>, SearchError> {
        Ok(match Self::decode(text, Sort::Newest)? {
            Some(Self::Created(at, id)) => Some((at, id)),
            Some(Self::Email(_)) | None => None,
        })
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > 1024 {
            return None;
        }
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        if let Some(email) = plain.strip_prefix('e') {
            let is_plain = !email.chars().any(char::is_control);
            return is_plain.then(|| Self::Email(email.to_owned()));
        }
        let (at, id) = plain.strip_prefix('c')?.split_once('.')?;
        let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
        // What Postgres can compare with, and an import may bring: the year 0 in any offset.
        let is_sane = (-1..=9999).contains(&chrono::Datelike::year(&at));
        is_sane.then_some(Self::Created(at, Uuid::try_parse(id).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_in_its_own_order_alone() {
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
    fn nonsense_is_refused_and_blank_is_the_first_page() {
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
    fn a_cursor_of_the_oldest_imported_account_comes_back() {
        for time in ["0000-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"] {
            let at = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
            let created = Cursor::Created(at, Uuid::from_u128(7));
            let read = Cursor::decode(&created.encode(), Sort::Oldest);
            assert_eq!(read, Ok(Some(created)));
        }
    }

    #[test]
    fn words_are_exact_and_blank_is_any() {
        assert_eq!(choice(&Status::WORDS, " "), Ok(None));
        assert_eq!(
            choice(&Status::WORDS, "disabled"),
            Ok(Some(Status::Disabled))
        );
        assert_eq!(
            choice(&Status::WORDS, "Disabled"),
            Err(SearchError::UnknownWord)
        );
        assert_eq!(text(" a\0b "), Ok(Some("ab".to_owned())));
        assert_eq!(text(&"a".repeat(255)), Err(SearchError::TooLong));
    }
}
