//! How to reach a mail server.

use std::{path::PathBuf, time::Duration};

use crate::domain::secrets::secret::SecretString;

/// When TLS begins. Certificates are verified in both cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// The connection begins unencrypted and must be upgraded. A server without STARTTLS is sent no mail
    /// (RFC 3207).
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// No TLS: for a relay on the same machine.
    None,
}

/// The mail server and how to connect to it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// A host name or an IP address; with TLS, the certificate must be valid for it.
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    /// The user for AUTH PLAIN or LOGIN; `None` means no authentication.
    pub username: Option<String>,
    /// The password, set together with `username`.
    pub password: Option<SecretString>,
    /// The sender of the mails: `name@example.com` or `Display Name <name@example.com>`.
    pub from: String,
    /// PEM certificates to trust in addition to the system's: of authorities, or the server's own.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for one answer of the server.
    pub timeout: Duration,
}
