//! The name of the service.

use std::fmt;

use thiserror::Error;

use crate::domain::accounts::display_name::{DisplayName, DisplayNameError};

/// The name that the service has without `SITE_NAME`.
pub const DEFAULT_NAME: &str = "Vestibule";
/// The most characters of a name.
const MAX_CHARS: usize = 60;

/// A name of 1 to 60 characters, of the kind that is accepted for people: see [`DisplayName`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteName(String);

/// Why a text cannot be the name. The texts continue the name of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SiteNameError {
    #[error("has no visible character")]
    Blank,
    #[error("has more than 60 characters")]
    TooLong,
    #[error("has a control character, or one that turns the reading direction")]
    ControlCharacter,
    #[error("has a character that no one can see")]
    InvisibleCharacter,
    #[error("has too many accents on one letter")]
    TooManyMarks,
}

impl SiteName {
    /// Parses a name; blanks around it are dropped.
    pub fn parse(text: &str) -> Result<Self, SiteNameError> {
        let name = DisplayName::parse(text).map_err(|why| match why {
            DisplayNameError::TooLong => SiteNameError::TooLong,
            DisplayNameError::ControlCharacter => SiteNameError::ControlCharacter,
            DisplayNameError::InvisibleCharacter => SiteNameError::InvisibleCharacter,
            DisplayNameError::TooManyMarks => SiteNameError::TooManyMarks,
        })?;
        let name = name.ok_or(SiteNameError::Blank)?;
        if name.as_str().chars().count() > MAX_CHARS {
            return Err(SiteNameError::TooLong);
        }
        Ok(Self(name.as_str().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SiteName {
    fn default() -> Self {
        Self(DEFAULT_NAME.to_owned())
    }
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_sixty_visible_characters() {
        assert_eq!(SiteName::parse(DEFAULT_NAME), Ok(SiteName::default()));
        assert_eq!(
            SiteName::parse(" Zoe\u{308} & Co ").unwrap().as_str(),
            "Zo\u{eb} & Co"
        );
        assert!(SiteName::parse(&"é".repeat(60)).is_ok());
        for (text, why) in [
            ("é".repeat(61), SiteNameError::TooLong),
            ("é".repeat(101), SiteNameError::TooLong),
            ("\u{2060}".to_owned(), SiteNameError::Blank),
            ("a\nb".to_owned(), SiteNameError::ControlCharacter),
            ("a\u{202e}b".to_owned(), SiteNameError::ControlCharacter),
            ("a\u{200b}b".to_owned(), SiteNameError::InvisibleCharacter),
            (
                "e\u{301}\u{302}\u{303}\u{304}".to_owned(),
                SiteNameError::TooManyMarks,
            ),
        ] {
            assert_eq!(SiteName::parse(&text), Err(why), "{text:?}");
        }
    }
}
