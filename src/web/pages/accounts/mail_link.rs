//! The tokens in mailed links.

use serde::Deserialize;

use crate::domain::secrets::secret::SecretString;

/// The token of a link, which the form of its page repeats.
#[derive(Deserialize)]
pub struct LinkToken {
    /// Empty if the link was cut off.
    #[serde(default)]
    pub(in crate::web::pages) token: SecretString,
}
