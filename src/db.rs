//! The only home of Diesel: row structs with async functions over a connection, by room.
//!
//! No rule is decided here that `domain` could decide; what is decided here is decided by one
//! statement whose row count tells.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod authenticators;
mod connect;
mod error;
pub mod imports;
pub mod mail;
pub mod migrate;
pub mod schema;
pub mod sessions;
pub mod sign_in;
mod transaction;
pub mod upkeep;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use diesel_async::{
    AsyncPgConnection, RunQueryDsl,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use tokio::{runtime::Handle, time::timeout};

use connect::{Bounds, Connected};
pub use connect::{ConnectError, Connector, DatabaseOptions};
pub use error::DbError;
use sessions::batch::Batcher;

pub use diesel::result::Error as QueryError;
/// A connection, for statements that stand alone.
pub use diesel_async::AsyncPgConnection as Connection;
pub use transaction::{Transaction, transaction};

/// A connection lent by the pool.
pub type PooledConnection = Object<AsyncPgConnection>;

/// How long a request waits for a free connection.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// Connections for work in the background, besides those for requests.
const BACKGROUND_POOL: usize = 4;

/// The database: a pool for transactions, another one for those that take long, and two shared
/// connections a thread, one for single reads and one for rotations.
///
/// Postgres answers pipelined queries of one connection in order, without a round trip between
/// them; the hot reads of many requests share it and need no connection of their own. Each thread
/// of the server has one, so that a read wakes no other thread. Rotations have another, so that no
/// read waits for their commit.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    background: Pool<AsyncPgConnection>,
    connector: Arc<Connector>,
    shared: Arc<PerThread<Connected>>,
    opening: Arc<tokio::sync::Mutex<()>>,
    token_statuses: Arc<PerThread<Batcher<sessions::token_status::Ids>>>,
    rotating: Arc<PerThread<Connected>>,
    rotations: Arc<PerThread<Batcher<sessions::rotation::Rotation>>>,
}

/// Lets a transaction wait for others as long as its statements may take: a long one that works in the
/// background has the time, and no client waits for its answer.
pub async fn wait_patiently(tx: &Transaction<'_>) -> Result<(), QueryError> {
    diesel::sql_query("SET LOCAL lock_timeout = 0")
        .execute(&mut tx.connection())
        .await?;
    Ok(())
}

/// What each thread of the server has of its own, so that its requests wake no other thread.
struct PerThread<T>(Mutex<HashMap<ThreadId, T>>);

impl<T> Default for PerThread<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> PerThread<T> {
    /// This thread's, where it is there and still good.
    fn good(&self, is_good: impl FnOnce(&T) -> bool) -> Option<T> {
        let all = self.all();
        all.get(&thread::current().id())
            .filter(|t| is_good(t))
            .cloned()
    }

    /// This thread's, made again where it is missing or no longer good.
    fn here(&self, is_good: impl FnOnce(&T) -> bool, make: impl FnOnce() -> T) -> T {
        self.good(is_good).unwrap_or_else(|| self.keep(make()))
    }

    fn keep(&self, fresh: T) -> T {
        self.all().insert(thread::current().id(), fresh.clone());
        fresh
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ThreadId, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pool at one moment.
#[derive(Debug, Clone, Copy)]
pub struct PoolUse {
    pub in_use: usize,
    pub idle: usize,
    /// Connections that it may open.
    pub max: usize,
    /// Those who wait for one.
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

    /// A connection of one's own.
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

    /// A connection whose statements may take minutes, for what no client waits for.
    pub async fn background(&self) -> Result<PooledConnection, DbError> {
        lent(&self.background).await
    }

    /// The same, closed when it is dropped: where a long transaction is dropped in the middle, its locks go at
    /// once. A pool would keep the connection with the transaction still open until it is lent again.
    pub async fn background_once(&self) -> Result<AsyncPgConnection, DbError> {
        lent(&self.background).await.map(Object::take)
    }

    /// The shared connection of this thread, for single statements that read.
    pub async fn shared(&self) -> Result<Arc<AsyncPgConnection>, DbError> {
        self.of_this_thread(&self.shared).await
    }

    /// The connection of this thread that rotates, for one statement at a time.
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
        // One at a time: a flood that meets a fresh thread must not open a connection a request. Who
        // waits for a database that does not answer gets an error, as with the pool.
        let waiting = timeout(POOL_WAIT, self.opening.lock()).await;
        let _turn = waiting.map_err(|e| DbError::Unavailable(e.to_string()))?;
        if let Some(living) = connections.good(Connected::is_open) {
            return Ok(living.connection);
        }
        let fresh = self
            .connector
            .connect(&Handle::current(), &Bounds::REQUEST)
            .await
            .map_err(|e| DbError::Unavailable(e.to_string()))?;
        // What these look at is looked up by key. Without this, a plan made for a small table keeps
        // scanning it when it has grown.
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
