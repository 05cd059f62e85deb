//! The only modules that use Diesel: row structs with async functions over a connection, in the same
//! folders as the flows.
//!
//! Rules are in `domain`. A decision that depends on stored state is made here by a single statement, and
//! its row count is the result.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod authenticators;
mod connect;
mod error;
pub mod imports;
pub mod mail;
pub mod migrate;
mod prepared;
pub mod schema;
pub mod sessions;
pub mod sign_in;
mod transaction;
pub mod upkeep;

use std::{cell::RefCell, sync::Arc, time::Duration};

use diesel_async::{
    AsyncPgConnection, RunQueryDsl,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use thread_local::ThreadLocal;
use tokio::{runtime::Handle, time::timeout};

use connect::{Bounds, Connected};
pub use connect::{ConnectError, Connector, DatabaseOptions};
pub use error::DbError;
use sessions::batch::Batcher;

pub use diesel::result::Error as QueryError;
/// A connection, for single statements outside a transaction.
pub use diesel_async::AsyncPgConnection as Connection;
pub use transaction::{Transaction, transaction};

/// A connection from the pool.
pub type PooledConnection = Object<AsyncPgConnection>;

/// How long a request waits for a free connection.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// Connections for background work, in addition to those for requests.
const BACKGROUND_POOL: usize = 4;

/// The database: a pool for transactions, another one for long transactions, and two shared connections
/// for each thread, one for single reads and one for rotations.
///
/// Postgres answers pipelined queries of one connection in order, without a round trip between them. So
/// the frequent reads of many requests share a connection and need none from the pool. Each thread of the
/// server has its own, so that a read wakes no other thread. Rotations have a separate one, so that no
/// read waits for their commit.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    background: Pool<AsyncPgConnection>,
    connector: Arc<Connector>,
    shared: Arc<PerThread<Connected>>,
    /// Held while a thread opens one of its connections.
    opening: Arc<PerThread<Arc<tokio::sync::Mutex<()>>>>,
    token_statuses: Arc<PerThread<Batcher<sessions::token_status::Ids>>>,
    rotating: Arc<PerThread<Connected>>,
    rotations: Arc<PerThread<Batcher<sessions::rotation::Rotation>>>,
}

/// Lets a transaction wait for locks as long as its statements may take. Long background transactions have
/// that time, since no client waits for them.
pub async fn wait_patiently(tx: &Transaction<'_>) -> Result<(), QueryError> {
    diesel::sql_query("SET LOCAL lock_timeout = 0")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// One value for each thread of the server, so that a thread's requests wake no other thread. The values of threads
/// that have ended may be found by new ones.
struct PerThread<T: Send>(ThreadLocal<RefCell<Option<T>>>);

impl<T: Send> Default for PerThread<T> {
    fn default() -> Self {
        Self(ThreadLocal::new())
    }
}

impl<T: Clone + Send> PerThread<T> {
    /// The value of this thread, if it exists and can still be used.
    fn good(&self, is_good: impl FnOnce(&T) -> bool) -> Option<T> {
        let here = self.0.get()?.borrow();
        here.as_ref().filter(|t| is_good(t)).cloned()
    }

    /// The value of this thread. It is made again if it is missing or can no longer be used.
    fn here(&self, is_good: impl FnOnce(&T) -> bool, make: impl FnOnce() -> T) -> T {
        self.good(is_good).unwrap_or_else(|| {
            let fresh = make();
            self.0.get_or_default().replace(Some(fresh.clone()));
            fresh
        })
    }
}

/// The use of the pool at one moment.
#[derive(Debug, Clone, Copy)]
pub struct PoolUse {
    pub in_use: usize,
    pub idle: usize,
    /// Connections that it may open.
    pub max: usize,
    /// The number of requests that wait for a connection.
    pub waiting: usize,
}

impl Db {
    /// How much of the pool is in use.
    pub fn pool_use(&self) -> PoolUse {
        let status = self.pool.status();
        PoolUse {
            in_use: status.size.saturating_sub(status.available),
            idle: status.available,
            max: status.max_size,
            waiting: status.waiting,
        }
    }

    /// Prepares the pool; connections are opened when they are needed.
    pub fn new(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let connector = Arc::new(Connector::new(options)?);
        Ok(Self {
            pool: pool(&connector, Bounds::REQUEST, options.pool_size)?,
            background: pool(&connector, Bounds::BACKGROUND, BACKGROUND_POOL)?,
            connector,
            shared: Arc::default(),
            opening: Arc::default(),
            token_statuses: Arc::default(),
            rotating: Arc::default(),
            rotations: Arc::default(),
        })
    }

    /// Reads the certificates to trust again (`DATABASE_CA_FILE`, the system's), for connections that are
    /// opened from now on.
    pub fn reload_certificates(&self, options: &DatabaseOptions) -> Result<(), ConnectError> {
        self.connector.reload_certificates(options)
    }

    /// A connection from the pool.
    pub async fn connection(&self) -> Result<PooledConnection, DbError> {
        lent(&self.pool).await
    }

    /// Runs a transaction on a connection of the pool.
    pub async fn transaction<T, E>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<QueryError> + From<DbError>,
    {
        transaction(&mut *self.connection().await?, work).await
    }

    /// A connection whose statements may take minutes, for work that no client waits for.
    pub async fn background(&self) -> Result<PooledConnection, DbError> {
        lent(&self.background).await
    }

    /// Like [`background`](Self::background), but closed when dropped: if a long transaction is dropped,
    /// its locks are released at once. A pool would keep the connection with the open transaction until
    /// its next use.
    pub async fn background_once(&self) -> Result<AsyncPgConnection, DbError> {
        lent(&self.background).await.map(Object::take)
    }

    /// The shared connection of this thread, for single reading statements.
    pub async fn shared(&self) -> Result<Arc<AsyncPgConnection>, DbError> {
        self.of_this_thread(&self.shared).await
    }

    /// The connection of this thread for rotations, for one statement at a time.
    async fn rotating(&self) -> Result<Arc<AsyncPgConnection>, DbError> {
        self.of_this_thread(&self.rotating).await
    }

    async fn of_this_thread(
        &self,
        connections: &PerThread<Connected>,
    ) -> Result<Arc<AsyncPgConnection>, DbError> {
        if let Some(living) = connections.good(Connected::is_open) {
            return Ok(living.connection);
        }
        // One request of a thread at a time: a flood on a new thread must not open a connection for each request.
        // Requests that wait for a database that does not answer get an error, as with the pool.
        let opening = self.opening.here(|_| true, Arc::default);
        let waiting = timeout(POOL_WAIT, opening.lock()).await;
        let _turn = waiting.map_err(|e| DbError::Unavailable(e.to_string()))?;
        if let Some(living) = connections.good(Connected::is_open) {
            return Ok(living.connection);
        }
        let fresh = self
            .connector
            .connect(&Handle::current(), &Bounds::REQUEST)
            .await
            .map_err(|e| DbError::Unavailable(e.to_string()))?;
        // These statements look rows up by key. Without this, a plan made while a table is small would
        // still scan the table when it has grown.
        diesel::sql_query("SELECT set_config(name, 'off', false) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name")
            .execute(&mut &*fresh.connection)
            .await?;
        Ok(connections.here(Connected::is_open, || fresh).connection)
    }
}

fn pool(
    connector: &Arc<Connector>,
    bounds: Bounds,
    size: usize,
) -> Result<Pool<AsyncPgConnection>, ConnectError> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let connector = Arc::clone(connector);
    config.custom_setup = Box::new(move |_url| {
        let connector = Arc::clone(&connector);
        Box::pin(async move {
            let opened = connector.open_within(&bounds).await;
            opened
                .map(|(connection, _)| connection)
                .map_err(|e| diesel::ConnectionError::BadConnection(e.to_string()))
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config("", config))
        .max_size(size)
        .wait_timeout(Some(POOL_WAIT))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|e| ConnectError::Settings(e.to_string()))
}

async fn lent(pool: &Pool<AsyncPgConnection>) -> Result<PooledConnection, DbError> {
    (pool.get().await).map_err(|e| DbError::Unavailable(e.to_string()))
}
