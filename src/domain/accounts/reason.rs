//! The reason that an admin gives for an act, kept in the audit log.

use serde::Serialize;
use thiserror::Error;

use crate::domain::text;

/// The most characters of a reason.
pub const MAX_CHARS: usize = 200;

/// One line of 1 to 200 characters, at least one of them visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason(String);

/// Why a text is not a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReasonError {
    /// It is empty.
    #[error("Say why, in a few words. They are kept in the audit log.")]
    Empty,
    /// It has more than 200 characters.
    #[error("This reason is too long. Use at most 200 characters.")]
    TooLong,
}

impl Reason {
    /// Parses a reason. Line breaks become spaces.
    pub fn parse(typed: &str) -> Result<Self, ReasonError> {
        // This bounds the work, and is far above the accepted length.
        if typed.len() > 40 * MAX_CHARS {
            return Err(ReasonError::TooLong);
        }
        let line = text::one_line(typed);
        if line.chars().all(text::is_unseen) {
            return Err(ReasonError::Empty);
        }
        if line.chars().count() > MAX_CHARS {
            return Err(ReasonError::TooLong);
        }
        Ok(Self(line))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_visible_line() {
        let read = |typed: &str| Reason::parse(typed).map(|reason| reason.0);
        assert_eq!(
            read(" left the\r\n company "),
            Ok("left the company".into())
        );
        assert_eq!(read(" \n\u{200b}"), Err(ReasonError::Empty));
        assert!(read(&"é".repeat(200)).is_ok());
        assert_eq!(read(&"é".repeat(201)), Err(ReasonError::TooLong));
    }
}
