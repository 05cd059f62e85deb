//! The name a person wants to be called.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// The most characters a display name has.
pub const MAX_CHARS: usize = 100;

/// A name of 1 to 100 characters in NFC, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DisplayNameError {
    /// More than 100 characters.
    #[error("This name is too long. Use at most 100 characters.")]
    TooLong,
    /// A control character is in it.
    #[error("This name contains a character that cannot be shown. Remove it and try again.")]
    ControlCharacter,
}

impl DisplayName {
    /// Reads a name; blank text is no name.
    pub fn parse(text: &str) -> Result<Option<Self>, DisplayNameError> {
        let text = text.trim();
        if text.len() > 4 * MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        let name: String = text.nfc().collect();
        if name.chars().any(char::is_control) {
            return Err(DisplayNameError::ControlCharacter);
        }
        if name.chars().count() > MAX_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        Ok((!name.is_empty()).then_some(Self(name)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_no_name_and_long_is_refused() {
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
            DisplayName::parse("a\0b"),
            Err(DisplayNameError::ControlCharacter)
        );
    }
}
