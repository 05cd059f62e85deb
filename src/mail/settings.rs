//! How to reach a mail server. The values come checked from the configuration; what can only be
//! found out by trying (files, certificates, addresses) is reported here by the setting's name.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use super::AddressError;

/// When TLS begins. Certificates are verified in both kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// The connection begins in the clear and must be upgraded; a server that offers no STARTTLS
    /// gets nothing (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// No TLS: for a relay on the same machine.
    None,
}

/// The password for the mail server. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct SmtpPassword(Zeroizing<String>);

impl SmtpPassword {
    /// Wraps a password.
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmtpPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpPassword(redacted)")
    }
}

/// The mail server and how to speak with it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// A host name or an IP address; with TLS, the certificate must be good for it.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// When TLS begins.
    pub tls: TlsMode,
    /// The user for AUTH PLAIN or LOGIN; none: no authentication.
    pub username: Option<String>,
    /// The password, set together with `username`.
    pub password: Option<SmtpPassword>,
    /// Who the mails are from: `name@example.com` or `Display Name <name@example.com>`.
    pub from: String,
    /// PEM certificates trusted besides the system's: of authorities, or the server's own.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for one answer of the server.
    pub timeout: Duration,
}

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
