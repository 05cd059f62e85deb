//! How to reach a mail server.

use std::{path::PathBuf, time::Duration};

use crate::domain::secrets::secret::SecretString;

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

/// The mail server and how to speak with it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// A host name or an IP address; with TLS, the certificate must be good for it.
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    /// The user for AUTH PLAIN or LOGIN; none: no authentication.
    pub username: Option<String>,
    /// The password, set together with `username`.
    pub password: Option<SecretString>,
    /// Who the mails are from: `name@example.com` or `Display Name <name@example.com>`.
    pub from: String,
    /// PEM certificates trusted besides the system's: of authorities, or the server's own.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for one answer of the server.
    pub timeout: Duration,
}
