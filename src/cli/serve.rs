//! `vestibule serve`: the service itself.

use std::net::TcpListener;

use tokio::signal::unix::{SignalKind, signal};

use super::setup::{Database, Failure};
use crate::{
    app::{App, Seams, StartError},
    config::Config,
};

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    // From the first moment on, so that a signal during the start stops what was started.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = listen(&config)?;
    let database = Database::open(&config).await?;
    let served = tokio::select! {
        served = serve(&config, &database, listener) => served,
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
    };
    if let Ok(Some(server)) = &served {
        tracing::info!(url = %config.base_url, listen = %server.addr(), "Vestibule is ready");
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
        }
    }
    let stopped = match served {
        Ok(Some(running)) => running.stop().await.map_err(Failure::from),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    database.close().await?;
    stopped
}

fn listen(config: &Config) -> Result<TcpListener, StartError> {
    let addr = config.listen_addr;
    TcpListener::bind(addr).map_err(|source| StartError::Listen { addr, source })
}

async fn serve(
    config: &Config,
    database: &Database,
    listener: TcpListener,
) -> Result<Option<crate::app::Server>, Failure> {
    for name in App::migrate(&database.options).await? {
        tracing::info!(name, "migration done");
    }
    let app = App::wire(config, &database.options, Seams::default())?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Some(app.serve(listener, threads)?))
}
