//! SIGHUP: the log filter and the certificates are read again. All other settings stay until a restart.

use std::sync::Arc;

use tokio::task::spawn_blocking;

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

/// Reads them again. What is faulty stays as it was, and is logged.
pub(super) async fn run(reloads: &Arc<Reloads>, database: &DatabaseOptions) {
    systemd::tell_reloading();
    let (reloads, database) = (Arc::clone(reloads), database.clone());
    // A panic is in the log already.
    let _ = spawn_blocking(move || read_again(&reloads, database)).await;
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
