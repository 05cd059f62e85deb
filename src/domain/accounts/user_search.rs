//! A search in the list of users: its text and filters, its order, and where a page begins.

mod cursor;

use thiserror::Error;
use uuid::Uuid;

pub use cursor::{Cursor, Step};

use super::user::Role;

/// The maximum length of a search text in characters, which is that of an address.
pub const MAX_TEXT_CHARS: usize = 254;
/// The maximum number of words in a search text. Words are separated by spaces.
pub const MAX_WORDS: usize = 8;

/// The conditions of a search. A user must meet all that are given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// The search text.
    pub text: Option<Text>,
    /// The state of the account.
    pub status: Option<Status>,
    pub role: Option<Role>,
    /// Whether a second factor is enrolled.
    pub two_factor: Option<bool>,
    /// Whether the address is verified.
    pub verified: Option<bool>,
    pub sort: Sort,
    /// Where the page begins; `None` for the first page.
    pub step: Option<Step>,
}

/// A search text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The words of the text. Each must be the beginning of a word of the name or of a part of the address. The
    /// function `users_search_words` of the database decides which characters end a word and which letters are equal.
    pub words: Vec<String>,
    /// The whole text, if it is an id.
    pub id: Option<Uuid>,
}

impl UserSearch {
    /// Whether a filter other than the text is given.
    pub fn filters(&self) -> bool {
        self.status.is_some()
            || self.role.is_some()
            || self.two_factor.is_some()
            || self.verified.is_some()
    }

    /// Whether the text or a filter is given.
    pub fn narrows(&self) -> bool {
        self.text.is_some() || self.filters()
    }
}

/// A text, a filter or a cursor that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SearchError {
    /// The value is not one of the filter's values.
    #[error("Choose one of the values of this filter.")]
    UnknownWord,
    /// The text is longer than any address or name.
    #[error("This is longer than any address or name. Use at most 254 characters.")]
    TooLong,
    /// The text has more than [`MAX_WORDS`] words.
    #[error("There are too many words. Use at most 8.")]
    TooManyWords,
    /// The cursor does not belong to this order.
    #[error("This page of the list can no longer be found. Start from the first one.")]
    BadCursor,
}

/// The state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Neither disabled nor deleted.
    Active,
    /// Disabled by an admin, and not deleted.
    Disabled,
    /// Deleted, and not yet erased.
    Deleted,
}

impl Status {
    /// All values, each with its name in a query.
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
    Email,
}

impl Sort {
    /// All values, each with its name in a query.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("newest", Self::Newest),
        ("oldest", Self::Oldest),
        ("email", Self::Email),
    ];
}

/// All roles, each with its name in a query.
pub const ROLES: [(&str, Role); 2] = [("user", Role::User), ("admin", Role::Admin)];
/// The values of the filter by second factor.
pub const TWO_FACTOR: [(&str, bool); 2] = [("on", true), ("off", false)];
/// The values of the filter by verified address.
pub const VERIFIED: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The value with this name; `None` if the name is blank.
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

/// The search text; `None` if it is blank.
pub fn text(typed: &str) -> Result<Option<Text>, SearchError> {
    let typed = typed.trim();
    if typed.chars().count() > MAX_TEXT_CHARS {
        return Err(SearchError::TooLong);
    }
    // Remove control characters: Postgres text cannot contain NUL, and no stored name or address contains a
    // control character.
    let plain = |word: &str| word.chars().filter(|c| !c.is_control()).collect::<String>();
    let words = typed.split_whitespace().map(plain);
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    if words.len() > MAX_WORDS {
        return Err(SearchError::TooManyWords);
    }
    let id = match words.as_slice() {
        [one] => Uuid::try_parse(one).ok(),
        _ => None,
    };
    Ok((!words.is_empty()).then_some(Text { words, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_values_are_exact_and_blank_is_any() {
        assert_eq!(choice(&Status::WORDS, " "), Ok(None));
        assert_eq!(
            choice(&Status::WORDS, "disabled"),
            Ok(Some(Status::Disabled))
        );
        assert_eq!(
            choice(&Status::WORDS, "Disabled"),
            Err(SearchError::UnknownWord)
        );
    }

    #[test]
    fn a_text_is_a_few_words_or_an_id() {
        let words = |typed: &str| text(typed).map(|text| text.map(|text| text.words));
        assert_eq!(words(" a\0b "), Ok(Some(vec!["ab".to_owned()])));
        let two = vec!["Ada".to_owned(), "L%".to_owned()];
        assert_eq!(words(" Ada\t\u{a0} L% \0 "), Ok(Some(two)));
        assert_eq!(words(" \0 "), Ok(None));
        assert_eq!(words(&"a".repeat(255)), Err(SearchError::TooLong));
        assert_eq!(words(&"a ".repeat(8)).unwrap().unwrap().len(), 8);
        assert_eq!(words(&"a ".repeat(9)), Err(SearchError::TooManyWords));
        let id = Uuid::from_u128(7);
        let found = text(&id.to_string().to_uppercase()).unwrap().unwrap();
        assert_eq!(found.id, Some(id));
    }
}
