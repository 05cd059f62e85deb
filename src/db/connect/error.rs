//! Errors of opening a connection, and advice for the operator.

use std::error::Error;

use thiserror::Error;

use crate::domain::network::tls;

/// Why a connection could not be opened.
#[derive(Debug, Error)]
pub enum ConnectError {
    #[error("{0}")]
    Settings(String),
    /// The server cannot be reached or refuses.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// Every server that answers is read-only.
    #[error("the database takes no writes: {0} is a standby")]
    Standby(String),
    /// A pooler assigns its connections to the database anew for each transaction.
    #[error(
        "a pooler stands before the database and hands its connections round between transactions; \
         Vestibule needs sessions of its own: set pool_mode = session for it (PgBouncer), or name \
         Postgres itself in DATABASE_URL"
    )]
    Pooler,
    /// A second connection is not answered while the first one is open.
    #[error(
        "the database does not serve two connections at once: {0}; if a pooler stands before it, set \
         pool_mode = session for it and give it more server connections (PgBouncer: \
         default_pool_size), or name Postgres itself in DATABASE_URL"
    )]
    OneAtATime(String),
}

/// Why one server cannot be used.
pub(super) enum Failure {
    Standby,
    Other(String),
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(with_sources(&error))
    }
}

/// Advice on a failure of TLS.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "DATABASE_URL",
    mode: "sslmode in DATABASE_URL",
    ca_file: Some("DATABASE_CA_FILE"),
};

/// The error with its causes, because the outermost text of a database error says little; with advice if TLS
/// is the cause.
pub(super) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |e| (*e).source());
    let text = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
    match tls::advice(error, TLS_SETTINGS) {
        Some(advice) => format!("{text}: {advice}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_refused_names_the_setting() {
        use rustls::CertificateError::{self, Expired, NotValidForName, UnknownIssuer};
        // As a handshake reports it: within an error of the connection.
        let said = |why: CertificateError| {
            let why = rustls::Error::InvalidCertificate(why);
            with_sources(&std::io::Error::new(std::io::ErrorKind::InvalidData, why))
        };
        assert!(said(UnknownIssuer).contains("UnknownIssuer"));
        assert!(said(UnknownIssuer).contains("DATABASE_CA_FILE"));
        assert!(said(NotValidForName).contains("DATABASE_URL"));
        assert!(said(Expired).contains("out of date"));
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert!(!with_sources(&refused).contains("DATABASE"));
    }
}
