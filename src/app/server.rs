//! The HTTP server: the middlewares in their order, and the way down.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, web::Data};
use tokio::task::JoinHandle;

use crate::{
    web::{
        middleware::{cors, errors, headers, host, raw_cookies, same_origin, trace},
        routes,
        state::WebState,
    },
    worker::Workers,
};

/// How long requests in flight may take once the service is told to stop.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long a client may take to send its headers (408 after that).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How much at the same time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Threads that serve.
    pub(super) threads: usize,
    /// Connections, over all threads.
    pub(super) max_connections: usize,
}

/// A server that runs.
pub struct Server {
    addr: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
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
        let data = Data::new(state);
        let server = HttpServer::new(move || {
            // Read from the bottom up: the last one wrapped is the first to see a request.
            App::new()
                .app_data(data.clone())
                .configure(|app| routes::table(&data.settings, app))
                .wrap(from_fn(same_origin::run))
                .wrap(from_fn(cors::preflight))
                .wrap(from_fn(host::run))
                // Before anything that reads cookies, yet its refusals look like every other.
                .wrap(from_fn(raw_cookies::run))
                .wrap(from_fn(errors::run))
                .wrap(from_fn(cors::run))
                .wrap(from_fn(headers::run))
                .wrap(from_fn(trace::run))
        })
        .workers(sizes.threads)
        // By thread. Past it none is accepted: they wait in the system's queue.
        .max_connections((sizes.max_connections / sizes.threads.max(1)).max(1))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .client_request_timeout(REQUEST_TIMEOUT)
        // A client that hangs up leaves the queues at once: nobody waits for its answer.
        .h1_allow_half_closed(false)
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        let running = tokio::spawn(server);
        Ok(Self {
            addr,
            handle,
            running,
            workers,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops: no new connections, requests in flight finish, then the background loops.
    pub async fn stop(self) -> io::Result<()> {
        self.handle.stop(true).await;
        self.workers.stop().await;
        self.running.await.map_err(io::Error::other)?
    }
}
