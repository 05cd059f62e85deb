//! How to reach a gateway for text messages, and how many it may send.

use url::Url;

use crate::domain::{authenticators::phone::CallingCode, secrets::secret::SecretString};

/// The gateway, and the rules for its messages.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// Where messages are posted: https, or http on this machine.
    pub url: Url,
    /// The bearer token.
    pub token: Option<SecretString>,
    /// The most messages in an hour, of all users and nodes.
    pub max_per_hour: i32,
    /// The countries to whose phones messages are sent; empty for all.
    pub countries: Vec<CallingCode>,
}
