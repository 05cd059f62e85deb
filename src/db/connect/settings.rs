//! The operator's settings, in the form that the driver and rustls need.

use std::path::{Path, PathBuf};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::config::{self, SslMode, SslNegotiation};

use super::error::ConnectError;
use crate::{
    domain::network::{
        database_url::{ChannelBinding, DatabaseUrl},
        tls,
    },
    files,
};

/// The location of the database.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// A Postgres URL or `key=value` pairs, as libpq takes them. If TLS is used, the
    /// certificate is always verified, whatever `sslmode` says.
    pub url: String,
    /// PEM certificates to trust besides the system's (`DATABASE_CA_FILE`).
    pub ca_file: Option<PathBuf>,
    pub pool_size: usize,
}

impl DatabaseOptions {
    pub(super) fn url(&self) -> Result<DatabaseUrl, ConnectError> {
        DatabaseUrl::parse(&self.url)
            .map_err(|why| ConnectError::Settings(format!("DATABASE_URL {why}")))
    }

    pub(super) fn tls(&self, url: &DatabaseUrl) -> Result<ClientConfig, ConnectError> {
        let ca_file = self.ca_file.as_ref().or(url.root_certificates.as_ref());
        let named = named_certificates(ca_file.map(PathBuf::as_path))?;
        // Reading them takes longer than the rest of a start.
        let system = if url.may_use_tls() {
            rustls_native_certs::load_native_certs().certs
        } else {
            Vec::new()
        };
        let mut tls =
            tls::client_config(system, named).map_err(|e| ConnectError::Settings(e.to_string()))?;
        if url.direct_tls {
            tls.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(tls)
    }
}

/// The settings for the driver. Sockets and TLS are not the driver's.
pub(super) fn driver_config(url: &DatabaseUrl) -> config::Config {
    let mut config = config::Config::new();
    // The driver leaves the negotiation to `Negotiation`, which also watches connections without TLS.
    config
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct)
        .channel_binding(match url.channel_binding {
            ChannelBinding::Disable => config::ChannelBinding::Disable,
            ChannelBinding::Prefer => config::ChannelBinding::Prefer,
            ChannelBinding::Require => config::ChannelBinding::Require,
        })
        .application_name(url.application_name.as_deref().unwrap_or("vestibule"));
    if let Some(user) = &url.user {
        config.user(user);
    }
    if let Some(password) = &url.password {
        config.password(password);
    }
    if let Some(database) = &url.database {
        config.dbname(database);
    }
    if let Some(options) = &url.options {
        config.options(options);
    }
    config
}

/// The certificates of `DATABASE_CA_FILE`. At least one of them must be usable.
fn named_certificates(
    ca_file: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let Some(path) = ca_file else {
        return Ok(Vec::new());
    };
    let bad = |what: String| {
        ConnectError::Settings(format!("DATABASE_CA_FILE ({}): {what}", path.display()))
    };
    let pem = files::read(path, files::MAX_CERTIFICATES).map_err(|e| bad(e.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| bad(e.to_string()))?;
    let (usable, _) =
        RootCertStore::empty().add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(bad("no certificate in it".into()));
    }
    Ok(certificates)
}
