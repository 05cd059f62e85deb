//! Opening connections: the choice of the server, TLS with verification, the settings of the session, and the
//! task that drives each connection.

mod error;
mod frames;
mod servers;
mod session;
mod settings;
mod socket;
mod watched;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use diesel_async::AsyncPgConnection;
use tokio::runtime::Handle;
use tokio_postgres::Client;

pub use error::ConnectError;
use error::with_sources;
use servers::Servers;
pub(super) use session::Bounds;
pub use settings::DatabaseOptions;
pub(super) use watched::Patience;

pub struct Connector {
    home: Handle,
    servers: Servers,
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

impl Connector {
    /// Reads the URL and the certificates. Must be called within a runtime.
    pub fn new(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        Ok(Self {
            home: Handle::current(),
            servers: Servers::of(options)?,
        })
    }

    /// Reads the certificates again; open connections stay as they are. Only the files are taken from `options`.
    pub(super) fn reload_certificates(
        &self,
        options: &DatabaseOptions,
    ) -> Result<(), ConnectError> {
        self.servers.reload_certificates(options)
    }

    /// Opens a connection that a task on this runtime drives.
    pub(super) async fn connect(
        &self,
        runtime: &Handle,
        bounds: &Bounds,
    ) -> Result<Connected, ConnectError> {
        let raw = self.servers.open(runtime, bounds).await?;
        Ok(Connected {
            connection: Arc::new(diesel(raw.client).await?),
            closed: raw.closed,
        })
    }

    /// A connection for one user at a time. It is driven by the runtime that created the connector, which
    /// outlives the threads of the server.
    pub async fn open(&self) -> Result<AsyncPgConnection, ConnectError> {
        Ok(self.open_within(&Bounds::REQUEST).await?.0)
    }

    /// The same with other time limits, one of which can be set later.
    pub(super) async fn open_within(
        &self,
        bounds: &Bounds,
    ) -> Result<(AsyncPgConnection, Patience), ConnectError> {
        let raw = self.servers.open(&self.home, bounds).await?;
        Ok((diesel(raw.client).await?, raw.patience))
    }

    /// Two sessions. Fails if a pooler would let others use them.
    pub(super) async fn two_sessions(
        &self,
    ) -> Result<[(AsyncPgConnection, Patience); 2], ConnectError> {
        let open = || self.servers.open(&self.home, &Bounds::REQUEST);
        let (one, other) = match tokio::join!(open(), open()) {
            (Ok(one), Ok(other)) => (one, other),
            (Ok(_), Err(ConnectError::Connect(why))) | (Err(ConnectError::Connect(why)), Ok(_)) => {
                return Err(ConnectError::OneAtATime(why));
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        if session::refuse_pooler(&one.client, &other.client).await? {
            let one = (diesel(one.client).await?, one.patience);
            return Ok([one, (diesel(other.client).await?, other.patience)]);
        }
        drop((one, other));
        let one = self.open_within(&Bounds::REQUEST).await?;
        match self.open_within(&Bounds::REQUEST).await {
            Err(ConnectError::Connect(why)) => Err(ConnectError::OneAtATime(why)),
            other => Ok([one, other?]),
        }
    }

    /// Fails if a pooler would let others use our sessions.
    pub async fn refuse_pooler(&self) -> Result<(), ConnectError> {
        self.two_sessions().await.map(drop)
    }
}

async fn diesel(client: Client) -> Result<AsyncPgConnection, ConnectError> {
    (AsyncPgConnection::try_from(client).await).map_err(|e| ConnectError::Connect(with_sources(&e)))
}
