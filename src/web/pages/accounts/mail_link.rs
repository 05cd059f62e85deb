//! What the links in mails carry to their pages.

use serde::Deserialize;

use crate::domain::secrets::secret::SecretString;

/// The token of a link, also as its page's form sends it on.
#[derive(Deserialize)]
pub struct LinkToken {
    /// Its token; empty where somebody cut it off.
    #[serde(default)]
    pub(in crate::web::pages) token: SecretString,
}
