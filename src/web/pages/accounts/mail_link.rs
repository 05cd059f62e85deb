//! What the links in mails carry to their pages.

use serde::Deserialize;

use crate::domain::secrets::secret::SecretString;

/// The token of a link, also as its page's form sends it on.
#[derive(Deserialize)]
pub struct LinkToken {
    /// Empty if the link was cut off.
    #[serde(default)]
    pub(in crate::web::pages) token: SecretString,
}
