//! The HTTP server: the order of the middlewares, and how it stops.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt};
use actix_web::{
    App, HttpResponse,
    body::BoxBody,
    dev::{AppConfig, ServerHandle, ServiceResponse},
    middleware::from_fn,
    web::Data,
};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use super::{
    bounded_socket::TimeLimits,
    connections::{Door, Endings},
    http2::Places,
    pulse::Pulse,
    tls::Acceptor,
};
use crate::{
    web::{
        connection::Connections,
        middleware::{connection, rules, trace},
        routes,
        state::WebState,
    },
    worker::Workers,
};

/// How long requests in flight may take once the service stops.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long a client may take to send its headers (408 after that).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may go without reading any of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How much longer than the configured time an idle connection stays open, so that the proxy closes it
/// first: only the proxy knows whether it is about to send a request on it.
const KEEP_ALIVE_SLACK: Duration = Duration::from_secs(5);
/// How long clients have, before a stop, to send a request on an open connection, whose answer then says that
/// the connection closes. Without it, a request could arrive while its connection is being closed.
const DRAINING: Duration = Duration::from_secs(1);
/// How often a draining server looks whether its connections are closed.
const DRAIN_TICK: Duration = Duration::from_millis(10);

/// Limits of concurrent work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Threads that serve.
    pub(super) threads: usize,
    /// Connections, over all threads.
    pub(super) max_connections: usize,
    /// How long a connection without a request stays open.
    pub(super) keep_alive: Duration,
}

/// What runs beside the server, and ends with it.
pub(super) struct Background {
    pub(super) workers: Workers,
    /// Looks for another certificate.
    pub(super) following: JoinSet<()>,
}

pub struct Server {
    addr: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
    /// Tells connections to end.
    endings: Endings,
    connections: Connections,
    pulse: Pulse,
    background: Background,
}

impl Server {
    pub(super) fn start(
        state: WebState,
        listener: TcpListener,
        tls: Option<Acceptor>,
        sizes: Sizes,
        background: Background,
    ) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let (endings, ends) = Endings::new();
        let connections = Connections::new(sizes.max_connections);
        let (pulse, heart) = Pulse::of(sizes.threads);
        let keep_alive = sizes.keep_alive + KEEP_ALIVE_SLACK;
        let door = Door {
            tls,
            limits: TimeLimits {
                head: REQUEST_TIMEOUT,
                write: WRITE_TIMEOUT,
                idle: keep_alive,
            },
            addr,
            connections: connections.clone(),
            places: Places::new(sizes.max_connections),
            ends,
        };
        let server = actix_web::dev::Server::build()
            .workers(sizes.threads)
            // Per thread. Further connections wait in the system's queue.
            .max_concurrent_connections((sizes.max_connections / sizes.threads.max(1)).max(1))
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .disable_signals()
            .listen("http", listener, move || {
                actix_web::rt::spawn(heart.clone().beat());
                let data = Data::new(state.clone());
                door.clone().service(move || app(&data))
            })?
            .run();
        let handle = server.handle();
        let running = tokio::spawn(server);
        Ok(Self {
            addr,
            handle,
            running,
            endings,
            connections,
            pulse,
            background,
        })
    }

    /// Whether every thread that serves answers within this time.
    pub async fn is_alive(&self, within: Duration) -> bool {
        self.pulse.answers(within).await
    }

    /// Takes no new connections, and lets the open ones end after their next answer, for at most a second.
    ///
    /// For a listener that another process holds: new connections wait in it for the next process, and no request
    /// is lost between the two.
    pub async fn drain(&self) {
        self.handle.pause().await;
        self.connections.drain();
        self.endings.drain();
        let ends = Instant::now() + DRAINING;
        // What was accepted a moment ago is counted a moment later.
        sleep(DRAIN_TICK).await;
        while self.connections.open() > 0 && Instant::now() < ends {
            sleep(DRAIN_TICK).await;
        }
    }

    /// Begins the background loops.
    pub fn begin_work(&mut self) {
        self.background.workers.begin();
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops: no new connections, requests in flight finish, then the background loops.
    pub async fn stop(mut self) -> io::Result<()> {
        self.endings.stop();
        self.handle.stop(true).await;
        self.background.following.abort_all();
        self.background.workers.stop().await;
        self.running.await.map_err(io::Error::other)?
    }
}

/// The application of one thread.
fn app(
    data: &Data<WebState>,
) -> impl ServiceFactory<
    actix_http::Request,
    Config = AppConfig,
    Response = ServiceResponse<BoxBody>,
    Error = HttpResponse,
    InitError = (),
> + use<> {
    // Read these from the bottom up: the last one wrapped sees a request first.
    App::new()
        .app_data(data.clone())
        .configure(|app| routes::table(&data.settings, app))
        .wrap(from_fn(rules::run))
        .wrap(from_fn(trace::run))
        .wrap(from_fn(connection::run))
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response())
}
