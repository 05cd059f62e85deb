//! `vestibule serve`: the service itself.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use super::setup::{Database, Failure};
use crate::{
    app::{App, MetricsServer, Server, StartError, System},
    config::Config,
    flows::{Services, audit::log},
};

/// Open files that are not connections of clients: database, mails, logs, runtimes.
const OTHER_FILES: usize = 100;

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    // Registered first, so that a signal during the start stops what was started.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = listen(config.listen_addr)?;
    let for_metrics = config.metrics_addr.map(listen).transpose()?;
    raise_open_files(config.max_connections);
    let database = Database::open(&config).await?;
    let served = tokio::select! {
        served = serve(&config, &database, listener, for_metrics) => served,
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
    };
    let mut lost = None;
    if let Ok(Some(running)) = &served {
        tracing::info!(url = %config.base_url, listen = %running.server.addr(), "Vestibule is ready");
        let restarts = &running.services.metrics.local_postgres_restarts;
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            error = database.supervise(|| restarts.add()) => {
                tracing::error!(%error, "stopping");
                lost = Some(error);
            }
        }
    }
    let stopped = match served {
        Ok(Some(running)) => running.server.stop().await.map_err(Failure::from),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    let stopped = lost.map_or(stopped, |error| Err(error.into()));
    let closed = database.close().await;
    stopped.and(closed)
}

fn listen(addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr).map_err(|source| StartError::Listen { addr, source })
}

/// Raises this process's limit of open files as far as is allowed. Systems start programs with 1024 and
/// allow far more. Each connection needs one.
fn raise_open_files(max_connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let open = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let open = open.and_then(|files| usize::try_from(files).ok());
    if let Some(open) = open.filter(|open| *open < max_connections.saturating_add(OTHER_FILES)) {
        tracing::warn!(
            open,
            max_connections,
            "fewer open files are allowed than connections"
        );
    }
}

struct Running {
    server: Server,
    services: Arc<Services>,
    _metrics: Option<MetricsServer>,
}

async fn serve(
    config: &Config,
    database: &Database,
    listener: TcpListener,
    for_metrics: Option<TcpListener>,
) -> Result<Option<Running>, Failure> {
    for name in App::migrate(&database.options).await? {
        tracing::info!(name, "migration done");
    }
    let app = App::wire(config, &database.options, System::default())?;
    app.make_first_admin(config).await?;
    log::started(
        &app.services,
        env!("CARGO_PKG_VERSION"),
        config.changed.clone(),
    )
    .await?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut metrics = None;
    if let Some(listener) = for_metrics {
        tracing::info!(metrics = %listener.local_addr()?, "metrics are served");
        metrics = Some(app.serve_metrics(listener)?);
    }
    let services = Arc::clone(&app.services);
    Ok(Some(Running {
        server: app.serve(listener, threads)?,
        services,
        _metrics: metrics,
    }))
}
