//! What can go wrong with the embedded database, each as one line that an operator can act on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The oldest major version that Vestibule works with.
pub(super) const OLDEST: u32 = 14;

/// Why the local cluster could not be brought up. `Display` is one line with the remedy in it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No folder that was searched holds the Postgres programs.
    #[error(
        "found no PostgreSQL programs (looked in PATH, pg_config --bindir and the usual folders): install \
         PostgreSQL {OLDEST} or later (Debian and Ubuntu: `apt install postgresql`, Homebrew: \
         `brew install postgresql@17`), or set PG_BIN_DIR to its bin folder, or DATABASE_URL to a running server"
    )]
    NoPrograms,
    /// `PG_BIN_DIR` names a folder without them.
    #[error("PG_BIN_DIR is {dir}, but `postgres`, `initdb` and `pg_ctl` are not all there and runnable", dir = .0.display())]
    NotInBinDir(PathBuf),
    /// Only Postgres programs that are too old were found.
    #[error(
        "PostgreSQL {major} in {dir} is too old: install {OLDEST} or later, or set PG_BIN_DIR to it",
        dir = .dir.display()
    )]
    TooOld {
        /// The newest major version among those found.
        major: u32,
        /// Where it was found.
        dir: PathBuf,
    },
    /// The cluster was made by another major version than any that was found.
    #[error(
        "the cluster in {cluster} was made by PostgreSQL {made_by}, but only {found} was found: install PostgreSQL \
         {made_by}, or move the data with pg_upgrade",
        cluster = .cluster.display()
    )]
    OtherVersion {
        cluster: PathBuf,
        /// The major version that the cluster needs.
        made_by: u32,
        /// The major version that was found.
        found: u32,
    },
    /// Running as root on a machine without the account that would run the server.
    #[error(
        "PostgreSQL does not run as root, and there is no user `postgres` to run it: create one \
         (`useradd --system postgres`), or start Vestibule as an ordinary user"
    )]
    NoServerAccount,
    /// The account that runs the server may not pass through a folder on the way.
    #[error(
        "the user `postgres`, who runs the database server, cannot cross {dir}: allow it (`chmod o+x {dir}`), or put \
         the data elsewhere (DATA_DIR)",
        dir = .0.display()
    )]
    CannotCross(PathBuf),
    /// As root, on a data directory that another account can change.
    #[error(
        "{path} belongs to the user `{owner}`, who could lead root to other files: run this as that user \
         (`runuser -u {owner} -- vestibule ...`), or choose another DATA_DIR",
        path = .path.display()
    )]
    Foreign {
        path: PathBuf,
        /// The name of its owner.
        owner: String,
    },
    /// As root, on a data directory that other accounts can change.
    #[error(
        "{path} can be written to by other accounts, which could lead root to other files: forbid it \
         (`chmod go-w {path}`), or choose another DATA_DIR",
        path = .0.display()
    )]
    OpenToOthers(PathBuf),
    /// The cluster belongs to another account.
    #[error(
        "{path} belongs to user id {owner}, but the database server would run as user id {runs_as}: start Vestibule \
         as the user who made it, or choose another DATA_DIR",
        path = .path.display()
    )]
    OtherOwner {
        path: PathBuf,
        owner: u32,
        /// Who would run the server.
        runs_as: u32,
    },
    /// Something that is no cluster stands where the cluster would go.
    #[error("{path} exists but is no PostgreSQL cluster: move it away, or choose another DATA_DIR", path = .0.display())]
    NotACluster(PathBuf),
    /// `initdb` failed; its last lines.
    #[error("initdb could not make the cluster: {0}")]
    InitFailed(String),
    /// The server was started and ended, or did not answer in time.
    #[error("PostgreSQL did not come up ({last_lines}); see its log {log}", log = .log.display())]
    DidNotComeUp {
        log: PathBuf,
        /// The last lines of this attempt.
        last_lines: String,
    },
    /// A server runs on the cluster but cannot be reached through its socket.
    #[error("PostgreSQL (process {pid}) runs on {cluster} but does not answer; see its log {log}", cluster = .cluster.display(), log = .log.display())]
    Unresponsive {
        /// The process id of the server.
        pid: i32,
        cluster: PathBuf,
        log: PathBuf,
    },
    /// The server answers but refused to prepare the database.
    #[error("cannot prepare the database in the local cluster: {}", chain(.0))]
    Database(#[from] tokio_postgres::Error),
    /// The locks of the data directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A silent server was in the way and could not be stopped.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// A file or program could not be used.
    #[error(transparent)]
    Io(#[from] IoError),
}

/// Why the local cluster could not be left in order.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The server received a stop signal and still runs.
    #[error("PostgreSQL (process {pid}) was asked to stop and still runs after {}s", .waited.as_secs())]
    StillRunning {
        /// The process id of the server.
        pid: i32,
        /// How long it was given.
        waited: Duration,
    },
    /// The locks of the data directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The server could not be signalled.
    #[error(transparent)]
    Io(#[from] IoError),
}

/// The locks that processes on one data directory share.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has been starting or stopping the cluster for too long.
    #[error("another process has held {path} for {}s: is a start or stop of Vestibule stuck?", .waited.as_secs(), path = .path.display())]
    Held {
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
    /// The lock file could not be opened or locked.
    #[error(transparent)]
    Io(#[from] IoError),
}

/// An operating-system error with what was tried, and on which path.
#[derive(Debug)]
pub struct IoError {
    action: &'static str,
    path: PathBuf,
    cause: io::Error,
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot {} {}: {}",
            self.action,
            self.path.display(),
            self.cause
        )
    }
}

impl std::error::Error for IoError {}

/// Says what was tried when an operating-system call fails: `cannot <action> <path>: ...`.
pub(super) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, IoError>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, IoError> {
        self.map_err(|e| IoError {
            action,
            path: path.to_owned(),
            cause: e.into(),
        })
    }
}

/// `tokio_postgres` says only "db error"; the reason is in the source below it.
fn chain(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
