//! What happens to a connection that is accepted: TLS if it is configured, then HTTP/1.1 or HTTP/2.

use std::{fmt::Debug, net::SocketAddr, rc::Rc, time::Duration};

use actix_http::{HttpService, Protocol};
use actix_service::{Service, ServiceFactory, fn_factory, fn_service, map_config};
use actix_web::{
    HttpResponse,
    dev::{AppConfig, ServiceResponse},
};
use tokio::{net::TcpStream, sync::watch};

use super::{
    bounded_socket::{BoundedSocket, TimeLimits},
    http2::{self, Places, StreamLimits},
    socket::Socket,
    tls::{Acceptor, Encrypted, speaks_http_2},
};
use crate::web::connection::{Connection, Connections};

/// How long a connection may take to close.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Tells connections to end.
pub(super) struct Endings {
    draining: watch::Sender<bool>,
    stopping: watch::Sender<bool>,
}

/// Tells when a connection has to end.
#[derive(Clone)]
pub(super) struct Ends {
    draining: watch::Receiver<bool>,
    stopping: watch::Receiver<bool>,
}

impl Endings {
    pub(super) fn new() -> (Self, Ends) {
        let ((draining, drains), (stopping, stops)) =
            (watch::channel(false), watch::channel(false));
        let ends = Ends {
            draining: drains,
            stopping: stops,
        };
        (Self { draining, stopping }, ends)
    }

    /// Connections of HTTP/2 end after their requests, which the protocol can say without losing one.
    pub(super) fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// All connections end after their requests.
    pub(super) fn stop(&self) {
        self.draining.send_replace(true);
        self.stopping.send_replace(true);
    }
}

async fn is_told(mut receiver: watch::Receiver<bool>) {
    // An error means that the server is gone.
    let _ = receiver.wait_for(|told| *told).await;
}

/// How connections are served.
#[derive(Clone)]
pub(super) struct Door {
    /// Without it, TLS ends at a proxy.
    pub(super) tls: Option<Acceptor>,
    pub(super) limits: TimeLimits,
    /// Where the server listens.
    pub(super) addr: SocketAddr,
    pub(super) connections: Connections,
    /// Requests over HTTP/2 at the same time.
    pub(super) places: Places,
    pub(super) ends: Ends,
}

impl Door {
    /// The service of one thread. `app` makes the application, for each protocol one.
    pub(super) fn service<F, App>(
        self,
        app: F,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
    where
        F: Fn() -> App + Clone + 'static,
        App: ServiceFactory<
                actix_http::Request,
                Config = AppConfig,
                Response = ServiceResponse,
                Error = HttpResponse,
            > + 'static,
        App::InitError: Debug,
        App::Future: 'static,
        App::Service: 'static,
        <App::Service as Service<actix_http::Request>>::Future: 'static,
    {
        fn_factory(move || {
            let (door, app) = (self.clone(), app.clone());
            async move {
                let http1 = Rc::new(door.http1(app()).new_service(()).await?);
                let http2 = if door.tls.is_some() {
                    let made = app().new_service(AppConfig::default()).await;
                    Some(Rc::new(made.map_err(drop)?))
                } else {
                    None
                };
                Ok(fn_service(move |tcp: TcpStream| {
                    let (door, http1, http2) = (door.clone(), Rc::clone(&http1), http2.clone());
                    async move {
                        let peer = tcp.peer_addr().ok();
                        // A client that hangs up or breaks the protocol is not worth a line in the log.
                        match (door.enter(tcp).await, http2) {
                            (Some(Socket::Encrypted(tls)), Some(app)) if speaks_http_2(&tls) => {
                                // In a box, as each connection would have room for it, also without TLS.
                                Box::pin(door.http2(*tls, peer, app)).await;
                            }
                            (Some(socket), _) => {
                                drop(http1.call((socket, Protocol::Http1, peer)).await);
                            }
                            (None, _) => {}
                        }
                        Ok(())
                    }
                }))
            }
        })
    }

    /// Bounds the connection, and encrypts it if TLS is configured.
    async fn enter(&self, tcp: TcpStream) -> Option<Socket> {
        // Without it, an answer in two writes waits for the client's acknowledgement.
        let _ = tcp.set_nodelay(true);
        let connection = Connection::open(&self.connections);
        let socket = BoundedSocket::new(tcp, self.limits, connection);
        match &self.tls {
            None => Some(Socket::Plain(socket)),
            Some(tls) => Box::pin(tls.accept(socket))
                .await
                .map(Box::new)
                .map(Socket::Encrypted),
        }
    }

    fn http1<App>(
        &self,
        app: App,
    ) -> impl ServiceFactory<
        (Socket, Protocol, Option<SocketAddr>),
        Config = (),
        Response = (),
        Error = actix_http::error::DispatchError,
        InitError = (),
    > + use<App>
    where
        App: ServiceFactory<
                actix_http::Request,
                Config = AppConfig,
                Response = ServiceResponse,
                Error = HttpResponse,
            > + 'static,
        App::InitError: Debug,
        App::Future: 'static,
        <App::Service as Service<actix_http::Request>>::Future: 'static,
    {
        let stopping = self.ends.stopping.clone();
        HttpService::build()
            .graceful_shutdown_signal(move || is_told(stopping.clone()))
            .keep_alive(self.limits.idle)
            .client_request_timeout(self.limits.head)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            // A request leaves the queues as soon as its client disconnects, because no one would read the answer.
            .h1_allow_half_closed(false)
            .local_addr(self.addr)
            .on_connect_ext(|io: &Socket, data| {
                data.insert(io.connection().clone());
            })
            .finish(map_config(app, |()| AppConfig::default()))
    }

    async fn http2<App>(&self, tls: Encrypted, peer: Option<SocketAddr>, app: Rc<App>)
    where
        App: Service<actix_http::Request, Response = ServiceResponse, Error = HttpResponse>
            + 'static,
        App::Future: 'static,
    {
        let limits = StreamLimits {
            first: self.limits.head,
            idle: self.limits.idle,
            write: self.limits.write,
        };
        let ends = is_told(self.ends.draining.clone());
        http2::serve(tls, peer, app, limits, self.places.clone(), ends).await;
    }
}
