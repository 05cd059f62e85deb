//! Passkeys (WebAuthn Level 3): the site that they belong to, and the names that their owners give them.

use chrono::TimeDelta;
use url::{Host, Url};

use crate::domain::accounts::display_name::{DisplayName, DisplayNameError};

/// The most passkeys of a user.
pub const MOST_PER_USER: usize = 25;
/// How long a challenge can be answered.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// The longest id of a credential (WebAuthn, 5.1.3).
pub const MAX_CREDENTIAL_ID: usize = 1023;

/// The name of a passkey whose browser is unknown.
const UNNAMED: &str = "Passkey";

/// The site that passkeys belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host name of `BASE_URL`.
    pub id: String,
    /// `BASE_URL` and `PASSKEY_ORIGINS`: the origins whose pages may ask for a passkey.
    pub origins: Vec<Url>,
}

impl RelyingParty {
    /// `None` if the host is an IP address: passkeys belong to a host name.
    pub fn of(base_url: &Url, further: &[Url]) -> Option<Self> {
        let Some(Host::Domain(name)) = base_url.host() else {
            return None;
        };
        let origins = std::iter::once(base_url).chain(further).cloned();
        Some(Self {
            id: name.to_owned(),
            origins: origins.collect(),
        })
    }
}

/// The name by which its owner knows a passkey: 1 to 100 visible characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// Parses a name, by the rules of a user's own name; blank text is `None`.
    pub fn parse(typed: &str) -> Result<Option<Self>, DisplayNameError> {
        let name = DisplayName::parse(typed)?;
        Ok(name.map(|name| Self(name.as_str().to_owned())))
    }

    /// The name for a passkey that was made in a browser with this short name.
    pub fn of_browser(browser: &str) -> Self {
        let name = Self::parse(browser).ok().flatten();
        name.unwrap_or_else(|| Self(UNNAMED.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn passkeys_belong_to_a_host_name_and_never_to_an_ip_address() {
        let further = [url("https://example.net")];
        let party = RelyingParty::of(&url("https://auth.example.org:8443/"), &further).unwrap();
        assert_eq!(party.id, "auth.example.org");
        let origins = party.origins.iter().map(Url::origin);
        let origins: Vec<_> = origins.map(|origin| origin.ascii_serialization()).collect();
        assert_eq!(
            origins,
            ["https://auth.example.org:8443", "https://example.net"]
        );
        let name = RelyingParty::of(&url("http://localhost:8080"), &[]);
        assert_eq!(name.unwrap().id, "localhost");
        for address in [
            "http://127.0.0.1:8080",
            "https://[2001:db8::1]",
            "https://2130706433",
        ] {
            assert_eq!(RelyingParty::of(&url(address), &[]), None, "{address}");
        }
    }

    #[test]
    fn a_passkey_always_has_a_visible_name() {
        assert_eq!(PasskeyName::parse(" \u{200b} "), Ok(None));
        assert_eq!(
            PasskeyName::parse(" Key ring ").unwrap().unwrap().0,
            "Key ring"
        );
        assert!(PasskeyName::parse(&"x".repeat(101)).is_err());
        assert_eq!(
            PasskeyName::of_browser("Firefox on Linux").0,
            "Firefox on Linux"
        );
        assert_eq!(PasskeyName::of_browser("").0, "Passkey");
        assert_eq!(PasskeyName::of_browser("\u{202e}").0, "Passkey");
    }
}
