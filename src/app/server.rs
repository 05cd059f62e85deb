//! The HTTP server: the order of the middlewares, and how it stops.

use std::{
    future::ready,
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_http::{HttpService, Protocol};
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::{
    App, HttpResponse,
    body::BoxBody,
    dev::{AppConfig, ServerHandle, ServiceResponse},
    middleware::from_fn,
    web::Data,
};
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{
    bounded_socket::{BoundedSocket, TimeLimits},
    pulse::Pulse,
};
use crate::{
    web::{
        connection::{Connection, Connections},
        middleware::{connection, cors, errors, headers, host, raw_cookies, same_origin, trace},
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

/// How long a connection may take to close.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
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

pub struct Server {
    addr: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
    /// Tells idle connections to close.
    stopping: watch::Sender<bool>,
    connections: Connections,
    pulse: Pulse,
    workers: Workers,
}

impl Server {
    pub(super) fn start(
        state: WebState,
        listener: TcpListener,
        sizes: Sizes,
        workers: Workers,
    ) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let (stopping, stopped) = watch::channel(false);
        let connections = Connections::new(sizes.max_connections);
        let all_connections = connections.clone();
        let (pulse, heart) = Pulse::of(sizes.threads);
        let keep_alive = sizes.keep_alive + KEEP_ALIVE_SLACK;
        let patience = TimeLimits {
            head: REQUEST_TIMEOUT,
            write: WRITE_TIMEOUT,
            idle: keep_alive,
        };
        let data = Data::new(state);
        let server = actix_web::dev::Server::build()
            .workers(sizes.threads)
            // Per thread. Further connections wait in the system's queue.
            .max_concurrent_connections((sizes.max_connections / sizes.threads.max(1)).max(1))
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .disable_signals()
            .listen("http", listener, move || {
                actix_web::rt::spawn(heart.clone().beat());
                let app = app(&data);
                let app = map_config(app, |()| AppConfig::default());
                let (stopped, connections) = (stopped.clone(), connections.clone());
                let http = HttpService::build()
                    .graceful_shutdown_signal(move || stops(stopped.clone()))
                    .keep_alive(keep_alive)
                    .client_request_timeout(REQUEST_TIMEOUT)
                    .client_disconnect_timeout(DISCONNECT_TIMEOUT)
                    // A request leaves the queues as soon as its client disconnects, because no one would
                    // read the answer.
                    .h1_allow_half_closed(false)
                    .local_addr(addr)
                    .on_connect_ext(|io: &BoundedSocket<TcpStream>, data| {
                        data.insert(io.connection().clone());
                    })
                    .finish(app);
                fn_service(move |io: TcpStream| {
                    let peer = io.peer_addr().ok();
                    // Without it, an answer in two writes waits for the client's acknowledgement.
                    let _ = io.set_nodelay(true);
                    let connection = Connection::open(&connections);
                    let io = BoundedSocket::new(io, patience, connection);
                    ready(Ok((io, Protocol::Http1, peer)))
                })
                .and_then(http)
            })?
            .run();
        let handle = server.handle();
        let running = tokio::spawn(server);
        Ok(Self {
            addr,
            handle,
            running,
            stopping,
            connections: all_connections,
            pulse,
            workers,
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
        let ends = Instant::now() + DRAINING;
        // What was accepted a moment ago is counted a moment later.
        sleep(DRAIN_TICK).await;
        while self.connections.open() > 0 && Instant::now() < ends {
            sleep(DRAIN_TICK).await;
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops: no new connections, requests in flight finish, then the background loops.
    pub async fn stop(self) -> io::Result<()> {
        let _ = self.stopping.send(true);
        self.handle.stop(true).await;
        self.workers.stop().await;
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
        .wrap(from_fn(same_origin::run))
        .wrap(from_fn(cors::preflight))
        .wrap(from_fn(host::run))
        // Before anything that reads cookies; its refusals have the same format as all others.
        .wrap(from_fn(raw_cookies::run))
        .wrap(from_fn(errors::run))
        .wrap(from_fn(cors::run))
        .wrap(from_fn(headers::run))
        .wrap(from_fn(trace::run))
        .wrap(from_fn(connection::run))
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response())
}

async fn stops(mut stopped: watch::Receiver<bool>) {
    // An error means that the server is gone.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
