//! The name that a user chooses to be called by.

mod visible;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::domain::text;

/// The most characters of a display name.
pub const MAX_CHARS: usize = 100;

/// A name of 1 to 100 characters in NFC, all of which are visible.
///
/// Control characters, characters that change the reading direction and invisible characters are refused: a name cannot
/// be blank, hide a message, differ from another name in nothing that people see, or reorder the text around it. Some
/// scripts and emoji need invisible characters; these are accepted in those places alone (see `visible`).
///
/// A letter has at most two combining marks, composed with it or not, so that a name does not cover the lines around it.
/// The scripts of South and Southeast Asia and of Tibet write a syllable as one letter with marks, up to five in common
/// names (ကျော်, སྒྲོལ་མ): five are accepted there, if no mark follows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DisplayNameError {
    /// It has more than 100 characters.
    #[error("This name is too long. Use at most 100 characters.")]
    TooLong,
    /// It contains a control character.
    #[error("This name contains a character that cannot be shown. Remove it and try again.")]
    ControlCharacter,
    #[error(
        "This name contains a character that no one can see. Type the name again instead of pasting it."
    )]
    InvisibleCharacter,
    /// More than two combining marks in a row, or one without a letter.
    #[error("This name has too many accents on one letter. Use at most two.")]
    TooManyMarks,
}

impl DisplayName {
    /// Parses a name; blank text is `None`.
    pub fn parse(typed: &str) -> Result<Option<Self>, DisplayNameError> {
        let typed = typed.trim();
        // Composition shortens a text, but never this much. The bound keeps the work small.
        if typed.len() > 40 * MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        let name: String = typed.nfc().collect();
        if name
            .chars()
            .any(|c| text::is_control(c) || text::turns_direction(c))
        {
            return Err(DisplayNameError::ControlCharacter);
        }
        if name.chars().count() > MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        if name.chars().all(text::is_unseen) {
            return Ok(None);
        }
        visible::check(&name)?;
        Ok(Some(Self(name)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_name_is_none_and_a_long_one_is_refused() {
        assert_eq!(DisplayName::parse(" \t "), Ok(None));
        assert_eq!(
            DisplayName::parse(&"é".repeat(101)),
            Err(DisplayNameError::TooLong)
        );
        assert!(DisplayName::parse(&"é".repeat(100)).unwrap().is_some());
        assert_eq!(
            DisplayName::parse("a\u{1b}[2J"),
            Err(DisplayNameError::ControlCharacter)
        );
        assert_eq!(
            DisplayName::parse("a\u{202e}b"),
            Err(DisplayNameError::ControlCharacter)
        );
        assert_eq!(DisplayName::parse("\u{200b}\u{2060}"), Ok(None));
        let decomposed: String = "\u{ac01}".repeat(100).nfd().collect();
        assert!(DisplayName::parse(&decomposed).unwrap().is_some());
        assert_eq!(
            DisplayName::parse("a\0b"),
            Err(DisplayNameError::ControlCharacter)
        );
    }

    #[test]
    fn a_name_is_kept_composed_and_without_the_blanks_around_it() {
        let name = DisplayName::parse(" \u{3000}Zoe\u{308} \t").unwrap();
        assert_eq!(name.unwrap().as_str(), "Zo\u{eb}");
    }
}
