//! Faults of the mail settings that appear only when they are used: files, certificates, addresses.

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
    /// One of user and password is set, and the other is not.
    #[error("SMTP_USERNAME and SMTP_PASSWORD must be set together")]
    Credentials,
    /// The CA file cannot be read.
    #[error("SMTP_CA_FILE: {path} cannot be read: {source}", path = path.display())]
    CaUnreadable {
        /// The file of the setting.
        path: PathBuf,
        /// The error.
        source: std::io::Error,
    },
    /// The CA file contains no certificate, or something else.
    #[error("SMTP_CA_FILE: {path} {fault}", path = path.display())]
    CaUnusable {
        /// The file of the setting.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// TLS cannot be set up.
    #[error("SMTP_TLS: TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}
