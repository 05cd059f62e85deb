//! HTTP requests to other servers: limited in time, size and number. Redirects are not followed, proxies
//! of the environment are not used, connections are not kept, and TLS trusts the system's roots.

pub mod sms;

use std::{future::poll_fn, io, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use hyper::{
    Method, Request,
    body::{Body, Incoming},
    client::conn::http1,
    header::{CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT},
};
pub use hyper::{StatusCode, header::HeaderMap};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{OnceCell, Semaphore},
    task::{JoinSet, spawn_blocking},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use crate::domain::network::tls;

/// The largest head of an answer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// The limits of a request.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// In all: waiting for other requests, name resolution, connection, TLS, answer.
    pub time: Duration,
    /// The largest body of an answer, in bytes.
    pub bytes: usize,
    /// Concurrent requests; others wait.
    pub at_once: usize,
}

/// A client with its own limits.
pub struct Outbound {
    bounds: Bounds,
    /// The system's roots are read at the first request, so that a start does not wait for them.
    tls: OnceCell<Arc<ClientConfig>>,
    places: Semaphore,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("TLS fails: {0}")]
    Handshake(io::Error),
    #[error("it does not speak HTTP as expected: {0}")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("the URL names no server")]
    NoServer,
    #[error("its answer is over {0} bytes")]
    TooLong(usize),
    #[error("it took longer than {0:?}")]
    TooSlow(Duration),
}

impl Outbound {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            tls: OnceCell::new(),
            places: Semaphore::new(bounds.at_once),
        }
    }

    /// A client for this machine, which takes any certificate.
    pub fn unverified(bounds: Bounds) -> Result<Self, rustls::Error> {
        let tls = Arc::new(tls::unverified_client_config()?);
        Ok(Self {
            tls: OnceCell::new_with(Some(tls)),
            ..Self::new(bounds)
        })
    }

    /// Any status is an answer, including that of a redirect.
    pub async fn get(&self, url: &Url, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        let request = request(Method::GET, url, headers, String::new())?;
        self.send(url, request).await
    }

    /// The same with a body.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, Failure> {
        let request = request(Method::POST, url, headers, body)?;
        self.send(url, request).await
    }

    async fn send(&self, url: &Url, request: Request<String>) -> Result<Answer, Failure> {
        let asked = timeout(self.bounds.time, self.ask(url, request)).await;
        asked.unwrap_or(Err(Failure::TooSlow(self.bounds.time)))
    }

    async fn ask(&self, url: &Url, request: Request<String>) -> Result<Answer, Failure> {
        // The semaphore is never closed, so this only waits.
        let _place = self.places.acquire().await;
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Failure::NoServer);
        };
        let stream = match &host {
            Host::Domain(name) => TcpStream::connect((*name, port)).await?,
            Host::Ipv4(address) => TcpStream::connect((*address, port)).await?,
            Host::Ipv6(address) => TcpStream::connect((*address, port)).await?,
        };
        if url.scheme() != "https" {
            return self.ask_over(stream, request).await;
        }
        let name = match host {
            Host::Domain(name) => {
                ServerName::try_from(name.to_owned()).map_err(io::Error::other)?
            }
            Host::Ipv4(address) => ServerName::from(IpAddr::from(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(address)),
        };
        let tls = self.tls.get_or_try_init(system_tls).await?;
        let connector = TlsConnector::from(Arc::clone(tls));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(Failure::Handshake)?;
        self.ask_over(stream, request).await
    }

    /// Sends one request on its own connection.
    async fn ask_over<S>(&self, stream: S, request: Request<String>) -> Result<Answer, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await?;
        // When this call is dropped, the set ends the connection.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: read(body, self.bounds.bytes).await?,
        })
    }
}

/// `headers` replace ours of the same name.
fn request(
    method: Method,
    url: &Url,
    headers: &[(&str, &str)],
    body: String,
) -> Result<Request<String>, hyper::http::Error> {
    let mut request = Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, "vestibule")
        .header(CONNECTION, "close")
        .body(body)?;
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value)?);
    }
    Ok(request)
}

async fn read(mut body: Incoming, most: usize) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if read.len() + data.len() > most {
            return Err(Failure::TooLong(most));
        }
        read.extend_from_slice(&data);
    }
    Ok(read)
}

/// TLS that trusts the system's roots. Reading them blocks, so it belongs on a blocking thread.
async fn system_tls() -> Result<Arc<ClientConfig>, Failure> {
    let roots = spawn_blocking(|| rustls_native_certs::load_native_certs().certs);
    let roots = roots.await.map_err(io::Error::other)?;
    Ok(Arc::new(tls::client_config(roots, Vec::new())?))
}
