//! What the commands that use the database share: settings, logs, runtime, database.

use std::{
    fmt::Display,
    fs::File,
    future::Future,
    io::{self, Write},
    path::PathBuf,
    sync::OnceLock,
    time::Duration,
};

use tokio::runtime::{Builder, Runtime};

use crate::{
    app::{App, System},
    config::{self, Config, DatabaseSource, Environment, Source},
    db::DatabaseOptions,
    flows::audit::seals::Sealer,
    local_postgres::{Durability, LocalPostgres, LostError, Options},
    telemetry,
};

/// The error of a command: a text for the operator.
pub(super) type Failure = Box<dyn std::error::Error>;

/// How long work of other threads may take at the end.
const LAST_WORK: Duration = Duration::from_secs(2);

/// The file of `--env-file`, where the command line names one.
static ENV_FILE: OnceLock<PathBuf> = OnceLock::new();

/// Reads the settings from this file; it must exist, unlike `.env`.
pub(super) fn use_env_file(path: Option<PathBuf>) -> Result<(), Failure> {
    if let Some(path) = path {
        let shown = path.display();
        File::open(&path).map_err(|error| format!("--env-file {shown} cannot be read: {error}"))?;
        ENV_FILE.get_or_init(|| path);
    }
    Ok(())
}

/// Where the settings come from.
pub(super) fn source() -> Source {
    Source::from_process(ENV_FILE.get().map(PathBuf::as_path))
}

/// Reads the settings, sets up the logs, and runs a command on a runtime.
pub(super) fn block_on<T, F: Future<Output = Result<T, Failure>>>(
    command: impl FnOnce(Config) -> F,
) -> Result<T, Failure> {
    let loaded = config::load(&source())?;
    let format = match loaded.config.environment {
        Environment::Development => telemetry::Format::Pretty,
        Environment::Production => telemetry::Format::Json,
    };
    let _logs = telemetry::init(format, &loaded.config.log_filter)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = runtime()?;
    let done = runtime.block_on(command(loaded.config));
    // A file of a network that does not answer may still be read.
    runtime.shutdown_timeout(LAST_WORK);
    done
}

/// One thread: it drives database connections and background loops, for which handing work to another thread costs
/// more than the work. Requests run on the server's own threads.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
}

/// Runs a command on the wired application, over a migrated database.
pub(super) async fn on_database<T>(
    config: Config,
    command: impl AsyncFnOnce(&App) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open(&config).await?;
    let on_it = async || {
        App::migrate(&database.options).await?;
        let app = App::wire(&config, &database.options, System::default())?;
        let done = command(&app).await?;
        // If no node runs, nothing else seals the events of the command.
        if let Err(error) = Sealer::default().finish(&app.services).await {
            tracing::warn!(%error, "the audit events are not sealed yet");
        }
        Ok(done)
    };
    let done = on_it().await;
    database.close().await?;
    done
}

/// Writes to standard output. A closed pipe is not an error: the reader may be `head`.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints the error of a command to standard error.
pub(super) fn complain(error: &dyn Display) {
    // There is no other place to report that standard error is closed.
    let _ = writeln!(std::io::stderr(), "vestibule: {error}");
}

/// Neither `DATABASE_URL` nor a database of the embedded Postgres is there. Contains how that would be run.
#[derive(Debug, thiserror::Error)]
#[error(
    "DATABASE_URL is not set, and {} has no database yet: start the service, which makes one, or pass DATABASE_URL to \
     this command as well, if the service has it as a credential (docs/deployment.md)",
    .0.data_dir.display()
)]
pub(super) struct NoDatabase(pub(super) Options);

/// The database of this process, and the cluster if it is the embedded one.
pub(super) struct Database {
    pub(super) options: DatabaseOptions,
    cluster: Option<LocalPostgres>,
}

impl Database {
    /// Starts or joins the embedded cluster, unless `DATABASE_URL` names a database.
    ///
    /// In production, only the service makes a cluster: a command that finds none may lack `DATABASE_URL`.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        match embedded(&config.database) {
            Some(cluster)
                if config.environment == Environment::Production
                    && !LocalPostgres::exists(&cluster.data_dir) =>
            {
                Err(NoDatabase(cluster).into())
            }
            _ => Self::open_or_make(config).await,
        }
    }

    /// The same, and makes a cluster if there is none.
    pub(super) async fn open_or_make(config: &Config) -> Result<Self, Failure> {
        let mut options = DatabaseOptions {
            url: String::new(),
            ca_file: None,
            pool_size: config.database_pool_size,
        };
        let mut cluster = None;
        if let DatabaseSource::Url { url, ca_file } = &config.database {
            url.expose().clone_into(&mut options.url);
            options.ca_file.clone_from(ca_file);
        } else if let Some(of) = embedded(&config.database) {
            let started = LocalPostgres::start(&of).await?;
            started.url().clone_into(&mut options.url);
            cluster = Some(started);
        }
        Ok(Self { options, cluster })
    }

    /// Restarts the embedded server whenever it dies, and calls `restarted`. Returns when it cannot be
    /// restarted; never returns if `DATABASE_URL` names a database.
    pub(super) async fn supervise(&self, restarted: impl Fn()) -> LostError {
        match &self.cluster {
            Some(cluster) => cluster.supervise(restarted).await,
            None => std::future::pending().await,
        }
    }

    /// Leaves the cluster; the last to leave stops it.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self.cluster {
            Some(cluster) => Ok(cluster.stop().await?),
            None => Ok(()),
        }
    }
}

/// How the embedded cluster is run; `None` if `DATABASE_URL` names a database.
fn embedded(source: &DatabaseSource) -> Option<Options> {
    match source {
        DatabaseSource::Url { .. } => None,
        DatabaseSource::Embedded {
            data_dir,
            bin_dir,
            search_path,
        } => Some(Options {
            data_dir: data_dir.clone(),
            bin_dir: bin_dir.clone(),
            search_path: search_path.clone(),
            durability: Durability::Durable,
        }),
    }
}
