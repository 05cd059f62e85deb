//! SIGHUP: the log filter and the certificates are read again. All other settings stay until a restart.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    task::{JoinSet, spawn_blocking},
    time::timeout,
};

use super::systemd;
use crate::{
    app::Reloads,
    cli::setup::source,
    config::{self, DatabaseSource},
    db::DatabaseOptions,
    telemetry,
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::cli::serve";

/// How long it may take. Files of a network that does not answer are waited for without an end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads them again whenever it is asked to, beside everything else that the service does; until it is dropped.
pub(super) struct Reloading {
    asked: Arc<Notify>,
    _task: JoinSet<()>,
}

impl Reloading {
    pub(super) fn start(reloads: &Arc<Reloads>, database: &DatabaseOptions) -> Self {
        let (asked, mut task) = (Arc::new(Notify::new()), JoinSet::new());
        let (asking, reloads, database) =
            (Arc::clone(&asked), Arc::clone(reloads), database.clone());
        task.spawn(async move {
            loop {
                asking.notified().await;
                run(&reloads, &database).await;
            }
        });
        Self { asked, _task: task }
    }

    /// Once more, after the one that may be under way.
    pub(super) fn ask(&self) {
        self.asked.notify_one();
    }
}

/// What is faulty stays as it was, and is logged.
async fn run(reloads: &Arc<Reloads>, database: &DatabaseOptions) {
    systemd::tell_reloading();
    let (reloads, database) = (Arc::clone(reloads), database.clone());
    let reading = spawn_blocking(move || read_again(&reloads, database));
    // A panic is in the log already.
    if timeout(PATIENCE, reading).await.is_err() {
        tracing::error!(target: LOG, "SIGHUP: a file cannot be read within {PATIENCE:?}");
    }
    systemd::tell_reloaded();
}

fn read_again(reloads: &Reloads, mut database: DatabaseOptions) {
    let config = match config::load(&source()) {
        Ok(loaded) => loaded.config,
        Err(faults) => {
            for fault in faults.faults() {
                let (setting, problem) = (&fault.setting, &fault.problem);
                tracing::error!(target: LOG, setting, problem, "SIGHUP: nothing is changed");
            }
            return;
        }
    };
    if let DatabaseSource::Url { ca_file, .. } = &config.database {
        database.ca_file.clone_from(ca_file);
    }
    if let Err(error) = telemetry::set_filter(&config.log_filter) {
        tracing::error!(target: LOG, %error, "SIGHUP");
    }
    for error in reloads.certificates(&config, &database) {
        tracing::error!(target: LOG, %error, "SIGHUP: the earlier certificates stay");
    }
    tracing::info!(target: LOG, log = config.log_filter, "SIGHUP: log filter and certificates are read again");
}
