//! Opening connections: which server, TLS with verification, how the session is set, and the task
//! that drives each connection.

mod frames;
mod session;
mod socket;
mod watched;

use std::{
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel_async::AsyncPgConnection;
use rand::seq::SliceRandom;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use thiserror::Error;
use tokio::{net::lookup_host, runtime::Handle, time::timeout};
use tokio_postgres::{
    Client, Connection,
    config::{self, SslMode, SslNegotiation},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::domain::network::{
    database_url::{ChannelBinding, DatabaseUrl, Host, Server},
    tls,
};
pub(super) use session::Bounds;
use socket::{Negotiated, Negotiation, Socket};
pub(super) use watched::Patience;
use watched::Watched;

/// How long opening a connection to one server may take, with TLS and sign-in, where the URL says
/// nothing. Shorter than a request waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// What mends a failure of TLS.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "DATABASE_URL",
    mode: "sslmode in DATABASE_URL",
    ca_file: Some("DATABASE_CA_FILE"),
};

/// Where the database is.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// A Postgres URL or `key=value` pairs, as libpq takes them. Whatever `sslmode` says, TLS is
    /// always verified where it is used.
    pub url: String,
    /// PEM certificates to trust besides the system's (`DATABASE_CA_FILE`).
    pub ca_file: Option<PathBuf>,
    pub pool_size: usize,
}

/// Why no connection came about.
#[derive(Debug, Error)]
pub enum ConnectError {
    #[error("{0}")]
    Settings(String),
    /// The server cannot be reached or refuses.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// Every server that answers is one that cannot write.
    #[error("the database takes no writes: {0} is a standby")]
    Standby(String),
    /// A pooler hands the connections of the database round between transactions.
    #[error(
        "a pooler stands before the database and hands its connections round between transactions; \
         Vestibule needs sessions of its own: set pool_mode = session for it (PgBouncer), or name \
         Postgres itself in DATABASE_URL"
    )]
    Pooler,
    /// A second connection is not served while the first one is held.
    #[error(
        "the database does not serve two connections at once: {0}; if a pooler stands before it, set \
         pool_mode = session for it and give it more server connections (PgBouncer: \
         default_pool_size), or name Postgres itself in DATABASE_URL"
    )]
    OneAtATime(String),
}

pub struct Connector {
    home: Handle,
    url: DatabaseUrl,
    config: config::Config,
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
}

/// The driver's half of a connection.
type Driver = Connection<Socket, Watched<Negotiated>>;

/// A connection before Diesel has it.
struct Raw {
    client: Client,
    closed: Arc<AtomicBool>,
    patience: Patience,
}

impl Connector {
    /// Reads URL and certificates. Within a runtime.
    pub fn new(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let url = DatabaseUrl::parse(&options.url)
            .map_err(|why| ConnectError::Settings(format!("DATABASE_URL {why}")))?;
        let ca_file = options.ca_file.as_ref().or(url.root_certificates.as_ref());
        let named = named_certificates(ca_file.map(PathBuf::as_path))?;
        let mut tls = tls::client_config(rustls_native_certs::load_native_certs().certs, named)
            .map_err(|e| ConnectError::Settings(e.to_string()))?;
        if url.direct_tls {
            tls.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Self {
            home: Handle::current(),
            config: driver_config(&url),
            url,
            tls: MakeRustlsConnect::new(tls),
        })
    }

    /// Opens a connection that a task on this runtime drives.
    pub(super) async fn connect(
        &self,
        runtime: &Handle,
        bounds: &Bounds,
    ) -> Result<Connected, ConnectError> {
        let raw = self.raw(runtime, bounds).await?;
        Ok(Connected {
            connection: Arc::new(diesel(raw.client).await?),
            closed: raw.closed,
        })
    }

    /// A connection for one user at a time. The runtime that made the connector drives it, which
    /// outlives the threads of the server.
    pub async fn open(&self) -> Result<AsyncPgConnection, ConnectError> {
        Ok(self.open_within(&Bounds::REQUEST).await?.0)
    }

    /// The same within other bounds, of which one can be set later.
    pub(super) async fn open_within(
        &self,
        bounds: &Bounds,
    ) -> Result<(AsyncPgConnection, Patience), ConnectError> {
        let raw = self.raw(&self.home, bounds).await?;
        Ok((diesel(raw.client).await?, raw.patience))
    }

    /// Fails where a pooler would lend our session to others.
    pub async fn refuse_pooler(&self) -> Result<(), ConnectError> {
        let one = self.raw(&self.home, &Bounds::REQUEST).await?;
        let other = self.raw(&self.home, &Bounds::REQUEST).await;
        let other = other.map_err(|error| match error {
            ConnectError::Connect(why) => ConnectError::OneAtATime(why),
            error => error,
        })?;
        session::refuse_pooler(&one.client, &other.client).await
    }

    /// The first server that takes us and writes.
    async fn raw(&self, runtime: &Handle, bounds: &Bounds) -> Result<Raw, ConnectError> {
        let mut servers: Vec<&Server> = self.url.servers.iter().collect();
        if self.url.random_order {
            shuffle(&mut servers);
        }
        let (mut failures, mut standby) = (Vec::new(), None);
        for server in servers {
            let name = name_of(server);
            let limit = self.url.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
            let attempt = timeout(limit, self.attempt(runtime, server, bounds));
            let why = match attempt.await {
                Ok(Ok(raw)) => return Ok(raw),
                Ok(Err(Failure::Standby)) => {
                    standby = Some(name);
                    continue;
                }
                Ok(Err(Failure::Other(why))) => why,
                Err(_) => format!("no answer within {} s", limit.as_secs()),
            };
            let named = self.url.servers.len() > 1;
            failures.push(if named { format!("{name}: {why}") } else { why });
        }
        match standby {
            Some(name) if failures.is_empty() => Err(ConnectError::Standby(name)),
            Some(name) => {
                failures.push(format!("{name} is a standby"));
                Err(ConnectError::Connect(failures.join("; ")))
            }
            None => Err(ConnectError::Connect(failures.join("; "))),
        }
    }

    async fn attempt(
        &self,
        runtime: &Handle,
        server: &Server,
        bounds: &Bounds,
    ) -> Result<Raw, Failure> {
        let patience = Patience::new(bounds.silence);
        let (client, driver) = self.sign_in(server, &patience).await?;
        let closed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&closed);
        runtime.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(error = with_sources(&error), "a database connection ended");
            }
            flag.store(true, Ordering::Release);
        });
        if session::set_up(&client, bounds).await? {
            return Err(Failure::Standby);
        }
        Ok(Raw {
            client,
            closed,
            patience,
        })
    }

    async fn sign_in(
        &self,
        server: &Server,
        patience: &Patience,
    ) -> Result<(Client, Driver), Failure> {
        let mut last = Failure::Other("its name has no address".to_owned());
        for socket in self.addresses(server).await? {
            let negotiation = Negotiation {
                tls: self.url.tls,
                is_direct: self.url.direct_tls,
                rustls: self.tls.clone(),
                host: server.host.clone(),
                patience: patience.clone(),
            };
            let socket = match socket {
                Place::Tcp(address) => Socket::tcp(address, &self.url).await,
                Place::Unix(folder) => Socket::unix(folder, server.port).await,
            };
            match socket {
                Ok(socket) => return Ok(self.config.connect_raw(socket, negotiation).await?),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    async fn addresses<'a>(&self, server: &'a Server) -> Result<Vec<Place<'a>>, Failure> {
        match (&server.host, server.address) {
            (_, Some(address)) => Ok(vec![Place::Tcp((address, server.port).into())]),
            (Host::Unix(folder), None) => Ok(vec![Place::Unix(folder)]),
            (Host::Tcp(name), None) => {
                let found = lookup_host((name.as_str(), server.port)).await?;
                Ok(found.map(Place::Tcp).collect())
            }
        }
    }
}

async fn diesel(client: Client) -> Result<AsyncPgConnection, ConnectError> {
    (AsyncPgConnection::try_from(client).await).map_err(|e| ConnectError::Connect(with_sources(&e)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "which server is asked first is no secret, and nothing that a test must fix"
)]
fn shuffle(servers: &mut [&Server]) {
    servers.shuffle(&mut rand::rng());
}

/// Where a socket leads.
enum Place<'a> {
    Tcp(SocketAddr),
    Unix(&'a Path),
}

/// Why one server will not do.
enum Failure {
    Standby,
    Other(String),
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(with_sources(&error))
    }
}

fn name_of(server: &Server) -> String {
    match &server.host {
        Host::Tcp(name) => format!("{name}:{}", server.port),
        Host::Unix(folder) => folder.display().to_string(),
    }
}

/// What the driver has to know; sockets and TLS are ours.
fn driver_config(url: &DatabaseUrl) -> config::Config {
    let mut config = config::Config::new();
    // So that it leaves the negotiation to `Negotiation`, which also watches connections without TLS.
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

/// The certificates of `DATABASE_CA_FILE`, of which one at least can be used.
fn named_certificates(
    ca_file: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    let Some(path) = ca_file else {
        return Ok(Vec::new());
    };
    let bad = |what: String| {
        ConnectError::Settings(format!("DATABASE_CA_FILE ({}): {what}", path.display()))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .map_err(|e| bad(e.to_string()))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| bad(e.to_string()))?;
    let (usable, _) =
        RootCertStore::empty().add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(bad("no certificate in it".into()));
    }
    Ok(certificates)
}

/// The error with its causes, as the outermost words of a database error say little; and what to do about
/// it where TLS is the cause.
fn with_sources(error: &(dyn Error + 'static)) -> String {
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
        // As it comes out of a handshake: within an error of the connection.
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
