//! `vestibule serve`: the service itself.

mod reload;
mod signals;
mod systemd;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::sleep;

use super::{
    doctor,
    setup::{self, Database, Failure},
};
use crate::{
    app::{App, MetricsServer, Reloads, Server, StartError, System},
    config::Config,
    flows::{Services, audit::log, upkeep::health},
    local_postgres::LostError,
};
use reload::Reloading;
use signals::{Asked, Signals};

/// Open files that are not connections of clients: database, mails, logs, runtimes.
const OTHER_FILES: usize = 100;
/// How long a serving thread may take to answer, before it is asked again.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a node that has started looks whether it can answer.
const READY_TICK: Duration = Duration::from_millis(50);

pub(super) fn run() -> Result<(), Failure> {
    // Before other threads run, since it changes the environment.
    let inherited = systemd::listener()?;
    setup::block_on(|config| run_with(config, inherited))
}

async fn run_with(config: Config, inherited: Option<TcpListener>) -> Result<(), Failure> {
    // Registered first, so that a signal during the start stops what was started.
    let mut signals = Signals::register()?;
    let is_inherited = inherited.is_some();
    let listener = inherited.map_or_else(|| listen(config.listen_addr), Ok)?;
    let for_metrics = config.metrics_addr.map(listen).transpose()?;
    raise_open_files(config.max_connections);
    let database = Database::open_or_make(&config).await?;
    let served = tokio::select! {
        served = serve(&config, &database, listener, for_metrics) => served.map(Some),
        () = signals.stop() => Ok(None),
    };
    let mut lost = None;
    if let Ok(Some(running)) = &served {
        let listen = running.server.addr();
        tracing::info!(url = %config.base_url, %listen, "Vestibule is ready");
        systemd::tell_ready(listen);
        lost = until_stopped(running, &database, &mut signals).await.err();
    }
    systemd::tell_stopping();
    let stopped = match served {
        Ok(Some(running)) => {
            if is_inherited {
                running.server.drain().await;
            }
            running.server.stop().await.map_err(Failure::from)
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    let stopped = lost.map_or(stopped, |error| Err(error.into()));
    let closed = database.close().await;
    stopped.and(closed)
}

/// Serves until a signal asks to stop. An error means that the embedded database is lost.
async fn until_stopped(
    running: &Running,
    database: &Database,
    signals: &mut Signals,
) -> Result<(), LostError> {
    let restarts = &running.services.metrics.local_postgres_restarts;
    let mut supervised = std::pin::pin!(database.supervise(|| restarts.add()));
    let mut watchdog = std::pin::pin!(systemd::watchdog(&running.server));
    let reloading = Reloading::start(&running.reloads, &database.options);
    loop {
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::Stop(signal) => {
                    tracing::info!("{signal}: stopping");
                    return Ok(());
                }
                Asked::Reload => reloading.ask(),
            },
            error = &mut supervised => {
                tracing::error!(%error, "stopping");
                return Err(error);
            }
            never = &mut watchdog => match never {},
        }
    }
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
    reloads: Arc<Reloads>,
    _metrics: Option<MetricsServer>,
}

async fn serve(
    config: &Config,
    database: &Database,
    listener: TcpListener,
    for_metrics: Option<TcpListener>,
) -> Result<Running, Failure> {
    for name in App::migrate(&database.options).await? {
        tracing::info!(name, "migration done");
    }
    let app = App::wire(config, &database.options, System::default())?;
    for fault in doctor::faults_of_tls(config) {
        tracing::warn!("{fault}");
    }
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
    let mut running = Running {
        services: Arc::clone(&app.services),
        reloads: Arc::new(app.reloads()),
        server: app.serve(listener, threads)?,
        _metrics: metrics,
    };
    until_ready(&running).await;
    // Not earlier, as they would delay the first answer.
    running.server.begin_work();
    Ok(running)
}

/// Waits until requests are answered, and `/readyz` says so.
async fn until_ready(running: &Running) {
    loop {
        let alive = running.server.is_alive(PATIENCE);
        let ready = health::is_ready(&running.services);
        if let (true, Ok(true)) = tokio::join!(alive, ready) {
            return;
        }
        sleep(READY_TICK).await;
    }
}
