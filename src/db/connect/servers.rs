//! Signing in to one of the servers that the URL names, and the task that drives the connection.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand::seq::SliceRandom;
use tokio::{net::lookup_host, runtime::Handle, time::timeout};
use tokio_postgres::{Client, Connection, config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    error::{ConnectError, Failure, with_sources},
    session::{self, Bounds},
    settings::{DatabaseOptions, driver_config},
    socket::{Negotiated, Negotiation, Socket},
    watched::{Patience, Watched},
};
use crate::domain::network::database_url::{DatabaseUrl, Host, Server};

/// The target of this module's log lines.
const LOG: &str = "vestibule::db::connect";

/// How long opening a connection to one server may take, including TLS and sign-in, unless the URL says
/// otherwise. Shorter than a request waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// The part of a connection that the task drives.
type Driver = Connection<Socket, Watched<Negotiated>>;

/// A connection before it is passed to Diesel.
pub(super) struct Raw {
    pub(super) client: Client,
    pub(super) closed: Arc<AtomicBool>,
    pub(super) patience: Patience,
}

/// Says that a connection is closed, also where its task ends with its runtime.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

pub(super) struct Servers {
    url: DatabaseUrl,
    config: config::Config,
    /// Replaced when the certificates are read again.
    tls: RwLock<MakeRustlsConnect>,
}

impl Servers {
    pub(super) fn of(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let url = options.url()?;
        Ok(Self {
            config: driver_config(&url),
            tls: RwLock::new(MakeRustlsConnect::new(options.tls(&url)?)),
            url,
        })
    }

    /// Reads the certificates again, for connections that are opened from now on.
    pub(super) fn reload_certificates(
        &self,
        options: &DatabaseOptions,
    ) -> Result<(), ConnectError> {
        let fresh = MakeRustlsConnect::new(options.tls(&self.url)?);
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// A connection to the first server that accepts us and is writable.
    pub(super) async fn open(
        &self,
        runtime: &Handle,
        bounds: &Bounds,
    ) -> Result<Raw, ConnectError> {
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
        let ended = Ended(Arc::clone(&closed));
        runtime.spawn(async move {
            let _ended = ended;
            if let Err(error) = driver.await {
                tracing::debug!(target: LOG, error = with_sources(&error), "a database connection ended");
            }
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
                rustls: self
                    .tls
                    .read()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone(),
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

#[expect(
    clippy::disallowed_methods,
    reason = "which server is asked first is no secret, and nothing that a test must fix"
)]
fn shuffle(servers: &mut [&Server]) {
    servers.shuffle(&mut rand::rng());
}

/// The address of a server.
enum Place<'a> {
    Tcp(SocketAddr),
    Unix(&'a Path),
}

fn name_of(server: &Server) -> String {
    match &server.host {
        Host::Tcp(name) => format!("{name}:{}", server.port),
        Host::Unix(folder) => folder.display().to_string(),
    }
}
