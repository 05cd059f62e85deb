//! A link of the operator's, to a page or to a mail address.

use std::fmt;

/// A checked URL with the scheme `https` or `mailto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteLink(String);

impl SiteLink {
    /// `url` is already checked and normalized.
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// The link as a text that people read: of a mail address the address alone.
    pub fn shown(&self) -> &str {
        self.0.strip_prefix("mailto:").unwrap_or(&self.0)
    }
}

/// The whole URL.
impl fmt::Display for SiteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
