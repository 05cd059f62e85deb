//! The embedded default database: a private Postgres cluster in the data directory, started when
//! the first process needs it and stopped when the last one leaves. Nothing in here knows the
//! schema; migrations, pools and TLS to remote servers live in `db`.
//!
//! What stands in the data directory:
//!
//! ```text
//! postgres/              the cluster (owned by the account that runs the server, mode 0700)
//! postgres-run/          the socket folder, or a link to one below /tmp if the path is too long
//! postgres.conf          settings, written at every start; postgres.local.conf is the operator's
//! postgres.log (.old)    what the server has to say, bounded
//! postgres.gate          exclusive lock: one process at a time inits, starts, attaches or stops
//! postgres.members       shared lock: held by every process that uses the cluster
//! ```

mod access;
mod account;
mod cluster;
mod error;
mod files;
mod layout;
mod locks;
mod log;
mod orphans;
mod postmaster;
mod programs;
mod server;
mod socket;
mod supervisor;
mod watch;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::{debug, info};

use account::Account;
use layout::Layout;
use locks::{Gate, Membership};
use postmaster::Postmaster;
use programs::Programs;
use server::{Server, State};
use socket::SocketFolder;

pub use error::{StartError, StopError};
pub use supervisor::LostError;

/// The name of the superuser and of the database that [`LocalPostgres::start`] makes.
const NAME: &str = "vestibule";

/// Where the cluster lives and how it is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Vestibule's data directory; made if absent. The cluster goes into `data_dir/postgres`.
    pub data_dir: PathBuf,
    /// The folder of the Postgres programs (`PG_BIN_DIR`). When set, no other folder is tried.
    pub bin_dir: Option<PathBuf>,
    /// The `PATH` of the process: searched for the Postgres programs and for `id`.
    pub search_path: OsString,
    /// Whether the data must outlive a power cut.
    pub durability: Durability,
}

/// How much the cluster promises about what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on the disk before it is answered. The product uses this.
    Durable,
    /// Nothing is ever flushed: fast, and lost or broken after a power cut. For tests only.
    Throwaway,
}

/// One process's hold on the running cluster.
///
/// Dropped without [`stop`](Self::stop), the process lets go of the cluster but leaves it
/// running; the next process that starts on the data directory takes it over.
#[derive(Debug)]
pub struct LocalPostgres {
    options: Options,
    account: Account,
    layout: Layout,
    server: Server,
    membership: Membership,
    url: String,
    /// Whether the server runs where this process sees it.
    was_seen: bool,
    log_keeper: JoinHandle<()>,
}

impl LocalPostgres {
    /// Makes the cluster if there is none, starts it if it is down, attaches if it is up.
    ///
    /// When this returns, the database `vestibule` exists and takes connections. Must be called
    /// within a Tokio runtime. Several processes may call it at once on one data directory.
    pub async fn start(options: &Options) -> Result<Self, StartError> {
        let account = Account::find(&options.search_path).await?;
        files::refuse_foreign(&options.data_dir, &account).await?;
        let layout = Layout::prepare(&options.data_dir, &account)?;
        account.check_crossing(&layout.data_dir).await?;
        let gate = Gate::enter(&layout.gate).await?;
        cluster::refuse_foreign(&layout, &account)?;
        let (membership, alone) = Membership::join(&layout.members, &gate).await?;
        let folder = SocketFolder::prepare(&layout, &account)?;
        let server = Server::new(&layout, &account, folder);
        let was_seen = match server.settle(alone, Instant::now()).await? {
            State::Up => {
                // Also where the file is in order: who mended it may have died before the server read it.
                if access::refuse_tcp(&layout, &account)? || alone {
                    server.reload_access().await?;
                }
                debug!(data_dir = %layout.data_dir.display(), "attached to the local Postgres");
                matches!(server.process().await?, Postmaster::Runs(_))
            }
            State::Down => {
                let programs = cluster::ensure(options, &layout, &account, &gate).await?;
                access::refuse_tcp(&layout, &account)?;
                server.launch(&programs, options.durability, &gate).await?;
                info!(
                    data_dir = %layout.data_dir.display(),
                    version = programs.major,
                    "started the local Postgres"
                );
                true
            }
        };
        server.ensure_database().await?;
        server.warn_of_tcp().await?;
        gate.leave();
        Ok(Self {
            url: server.folder.url(NAME),
            was_seen,
            log_keeper: tokio::spawn(log::keep_bounded(layout.log.clone())),
            options: options.clone(),
            account,
            layout,
            server,
            membership,
        })
    }

    /// Whether there is a cluster in that data directory, if only one of another account.
    pub fn exists(data_dir: &Path) -> bool {
        cluster::exists(&data_dir.join(layout::CLUSTER))
    }

    /// Checks, without making anything, that a cluster could be made; returns the version of Postgres that would run it.
    pub async fn check(options: &Options) -> Result<u32, StartError> {
        let account = Account::find(&options.search_path).await?;
        files::refuse_foreign(&options.data_dir, &account).await?;
        Ok(Programs::find(options, &account, None).await?.major)
    }

    /// The connection URL of the database `vestibule`, as libpq and `tokio_postgres` read it: the
    /// socket folder is the percent-encoded host.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same URL for another database of the cluster, which need not exist yet.
    pub fn url_for(&self, database: &str) -> String {
        self.server.folder.url(database)
    }

    /// Leaves the cluster. The last process to leave stops it (a "fast" shutdown: open
    /// transactions are rolled back, everything committed is written out); the others only go.
    pub async fn stop(self) -> Result<(), StopError> {
        let gate = Gate::enter(&self.layout.gate).await?;
        if self.membership.is_last(&gate)? {
            self.server.halt().await?;
            info!("stopped the local Postgres");
        }
        self.membership.leave(&gate);
        gate.leave();
        Ok(())
    }
}

impl Drop for LocalPostgres {
    fn drop(&mut self) {
        self.log_keeper.abort();
    }
}
