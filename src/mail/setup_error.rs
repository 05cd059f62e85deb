//! What only trying finds out about the settings of the mail server: files, certificates, addresses.

use std::path::PathBuf;

use super::AddressError;

/// Why the mail transport cannot be set up. Each text names the setting to correct.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The sender is not an address.
    #[error("SMTP_FROM {0}")]
    From(AddressError),
    /// The host is neither a name nor an address.
    #[error("SMTP_HOST is not a host name or an IP address")]
    Host,
    /// One of user and password is set, the other is not.
    #[error("SMTP_USERNAME and SMTP_PASSWORD must be set together")]
    Credentials,
    /// The CA file cannot be read.
    #[error("SMTP_CA_FILE: {path} cannot be read: {source}", path = path.display())]
    CaUnreadable {
        /// The file as set.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The CA file holds no certificate, or something that is none.
    #[error("SMTP_CA_FILE: {path} {fault}", path = path.display())]
    CaUnusable {
        /// The file as set.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// TLS cannot be set up.
    #[error("SMTP_TLS: TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}
