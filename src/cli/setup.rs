//! What the commands that touch the database have in common: settings, logs, runtime, database.

use std::{fmt::Display, future::Future, io::Write};

use crate::{
    config::{self, Config, DatabaseSource, Environment, Source},
    db::DatabaseOptions,
    local_postgres::{Durability, LocalPostgres, Options},
    telemetry,
};

/// What a command fails with: words for the operator.
pub(super) type Failure = Box<dyn std::error::Error>;

/// Reads the settings, sets up the logs, and runs a command on a runtime.
///
/// One thread: it drives connections and background loops, and would spend more on handing them to
/// another than on the work. Requests run on the server's own.
pub(super) fn block_on<T, F: Future<Output = Result<T, Failure>>>(
    command: impl FnOnce(Config) -> F,
) -> Result<T, Failure> {
    let loaded = config::load(&Source::from_process())?;
    let format = match loaded.config.environment {
        Environment::Development => telemetry::Format::Pretty,
        Environment::Production => telemetry::Format::Json,
    };
    let _logs = telemetry::init(format, &loaded.config.log_filter)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(command(loaded.config))
}

/// Says on standard error why the command failed.
pub(super) fn complain(error: &dyn Display) {
    // With standard error closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "vestibule: {error}");
}

/// The database of this process, and the cluster behind it where it is ours.
pub(super) struct Database {
    pub(super) options: DatabaseOptions,
    cluster: Option<LocalPostgres>,
}

impl Database {
    /// Starts or joins the embedded cluster, unless `DATABASE_URL` names another.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let pool_size = config.database_pool_size;
        match &config.database {
            DatabaseSource::Url { url, ca_file } => {
                let options = DatabaseOptions {
                    url: url.expose().clone(),
                    ca_file: ca_file.clone(),
                    pool_size,
                };
                Ok(Self {
                    options,
                    cluster: None,
                })
            }
            DatabaseSource::Embedded {
                data_dir,
                bin_dir,
                search_path,
            } => {
                let cluster = LocalPostgres::start(&Options {
                    data_dir: data_dir.clone(),
                    bin_dir: bin_dir.clone(),
                    search_path: search_path.clone(),
                    durability: Durability::Durable,
                })
                .await?;
                let options = DatabaseOptions {
                    url: cluster.url().to_owned(),
                    ca_file: None,
                    pool_size,
                };
                Ok(Self {
                    options,
                    cluster: Some(cluster),
                })
            }
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
