//! Opening connections: the URL, TLS with verification, and the task that drives each connection.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel_async::AsyncPgConnection;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the database is.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// A Postgres URL. `sslmode` takes libpq's words; whatever it says, TLS is always verified
    /// where it is used.
    pub url: String,
    /// PEM certificates to trust besides the system's (`DATABASE_CA_FILE`).
    pub ca_file: Option<PathBuf>,
    /// Connections in the pool.
    pub pool_size: usize,
}

/// Why no connection came about.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// A setting is wrong.
    #[error("{0}")]
    Settings(String),
    /// The server cannot be reached or refuses.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
}

/// Opens connections.
pub struct Connector {
    home: Handle,
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
}

/// An open connection, and whether its driver still runs.
#[derive(Clone)]
pub(super) struct Connected {
    pub(super) connection: Arc<AsyncPgConnection>,
    closed: Arc<AtomicBool>,
}

impl Connected {
    pub(super) fn is_open(&self) -> bool {
        !self.closed.load(Ordering::Acquire)
    }

    /// The connection itself, where nobody shares it.
    pub(super) fn into_inner(self) -> Option<AsyncPgConnection> {
        Arc::into_inner(self.connection)
    }
}

impl Connector {
    /// Reads URL and certificates. Within a runtime.
    pub fn new(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let (url, mode) = take_ssl_mode(&options.url)?;
        let mut config: tokio_postgres::Config = url
            .parse()
            .map_err(|e| ConnectError::Settings(format!("DATABASE_URL: {e}")))?;
        config
            .ssl_mode(mode)
            .connect_timeout(CONNECT_TIMEOUT)
            .application_name("vestibule");
        let roots = roots(options.ca_file.as_deref())?;
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|e| ConnectError::Settings(e.to_string()))?
                .with_root_certificates(roots)
                .with_no_client_auth();
        Ok(Self {
            home: Handle::current(),
            config,
            tls: MakeRustlsConnect::new(tls),
        })
    }

    /// Opens a connection that a task on this runtime drives.
    pub(super) async fn connect(&self, runtime: &Handle) -> Result<Connected, ConnectError> {
        let failed = |e: &dyn std::error::Error| ConnectError::Connect(with_sources(e));
        let (config, tls) = (self.config.clone(), self.tls.clone());
        let opening = runtime.spawn(async move { config.connect(tls).await });
        let (client, driver) = opening
            .await
            .map_err(|e| failed(&e))?
            .map_err(|e| failed(&e))?;
        let closed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&closed);
        runtime.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a database connection ended");
            }
            flag.store(true, Ordering::Release);
        });
        // Our statements look rows up by key, which has one good plan. Left alone, Postgres plans
        // many of them anew for each execution, which takes longer than to execute them.
        client
            .batch_execute("SET plan_cache_mode = force_generic_plan")
            .await
            .map_err(|e| failed(&e))?;
        let connection = AsyncPgConnection::try_from(client)
            .await
            .map_err(|e| failed(&e))?;
        Ok(Connected {
            connection: Arc::new(connection),
            closed,
        })
    }

    /// A connection for one user at a time. The runtime that made the connector drives it, which
    /// outlives the threads of the server.
    pub async fn open(&self) -> Result<AsyncPgConnection, ConnectError> {
        let connected = self.connect(&self.home).await?;
        connected
            .into_inner()
            .ok_or_else(|| ConnectError::Connect("the connection is shared".into()))
    }
}

/// The URL without `sslmode`, and what the word asks for.
///
/// `allow` and `prefer` take TLS where the server has it; `require`, `verify-ca` and `verify-full`
/// insist. All of them verify chain and name, which for some is stricter than libpq.
fn take_ssl_mode(url: &str) -> Result<(String, SslMode), ConnectError> {
    let bad = |what: String| ConnectError::Settings(format!("DATABASE_URL: {what}"));
    let Some((base, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), SslMode::Prefer));
    };
    let (modes, rest): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .partition(|pair| pair.starts_with("sslmode="));
    let mode = match modes.last().map(|pair| &pair["sslmode=".len()..]) {
        None | Some("allow" | "prefer") => SslMode::Prefer,
        Some("disable") => SslMode::Disable,
        Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
        Some(other) => return Err(bad(format!("sslmode={other} is none of libpq's words"))),
    };
    let rest = rest.join("&");
    Ok((
        if rest.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{rest}")
        },
        mode,
    ))
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // A system store may hold certificates that rustls cannot use; the others still count.
        let _ = roots.add(certificate);
    }
    if let Some(path) = ca_file {
        let bad = |what: String| {
            ConnectError::Settings(format!("DATABASE_CA_FILE ({}): {what}", path.display()))
        };
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
            .map_err(|e| bad(e.to_string()))?
            .collect();
        let (added, _) =
            roots.add_parsable_certificates(certificates.map_err(|e| bad(e.to_string()))?);
        if added == 0 {
            return Err(bad("no certificate in it".into()));
        }
    }
    Ok(roots)
}

/// The error with its causes: the outermost words of a database error say little.
fn with_sources(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_the_words_of_libpq() {
        let mode = |url: &str| take_ssl_mode(url).unwrap();
        assert_eq!(
            mode("postgres://h/d"),
            ("postgres://h/d".into(), SslMode::Prefer)
        );
        assert_eq!(mode("postgres://h/d?sslmode=disable").1, SslMode::Disable);
        for word in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://h/d?a=b&sslmode={word}&c=d");
            assert_eq!(
                mode(&url),
                ("postgres://h/d?a=b&c=d".into(), SslMode::Require)
            );
        }
        assert!(take_ssl_mode("postgres://h/d?sslmode=maybe").is_err());
    }
}
