//! The client of Have I Been Pwned's range search. It knows one request, and fails open: whatever
//! does not answer in time, in size and in form is a warning, and the password counts as unknown.

use std::{future::poll_fn, io, pin::Pin, sync::Arc, time::Duration};

use hyper::{
    Request, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header::{CONNECTION, HOST, USER_AGENT},
};
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

use crate::domain::{
    network::tls,
    password::{BreachDigest, NotARange},
};

/// How long a look-up may take over all: name, connection, TLS, answer.
const LIMIT: Duration = Duration::from_secs(1);
/// How many look-ups run at once. Those that wait for a place spend their second waiting.
const AT_ONCE: usize = 16;
/// The most bytes of an answer. A range with its padding has about 60 KB.
const MAX_ANSWER: usize = 512 * 1024;
/// What mends a failure of TLS.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "HIBP_API_URL",
    mode: "HIBP_API_URL",
    ca_file: None,
};
/// The most bytes of the answer's head.
const MAX_HEAD: usize = 64 * 1024;

/// What is known of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It is in a published breach.
    Seen,
    /// It is in none.
    Unseen,
    /// Nobody was asked, or nobody answered.
    Unknown,
}

/// Looks passwords up, or does not, as the operator decided.
#[derive(Default)]
pub struct Breaches(Option<Ranges>);

/// Where the ranges are served.
struct Ranges {
    host: Host<String>,
    port: u16,
    authority: String,
    /// What stands before `/range/`.
    path: String,
    https: bool,
    /// Read from the system with the first look-up: a start need not wait for it.
    tls: OnceCell<Arc<ClientConfig>>,
    places: Semaphore,
}

/// Why there is no finding.
#[derive(Debug, Error)]
enum Failure {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("it does not speak HTTP as expected: {0}")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be made: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("it answers with status {0}")]
    Status(StatusCode),
    #[error("its answer is over {MAX_ANSWER} bytes")]
    TooLong,
    #[error(transparent)]
    Form(#[from] NotARange),
    #[error("it took longer than {LIMIT:?}")]
    TooSlow,
}

impl Breaches {
    /// Asks the server at this URL (`HIBP_API_URL`); without one, nobody.
    pub fn new(url: Option<&Url>) -> Self {
        Self(url.and_then(|url| {
            Some(Ranges {
                host: url.host()?.to_owned(),
                port: url.port_or_known_default()?,
                authority: url[Position::BeforeHost..Position::AfterPort].to_owned(),
                path: url.path().trim_end_matches('/').to_owned(),
                https: url.scheme() == "https",
                tls: OnceCell::new(),
                places: Semaphore::new(AT_ONCE),
            })
        }))
    }

    /// Whether anybody is asked.
    pub fn are_looked_up(&self) -> bool {
        self.0.is_some()
    }

    /// Looks a password up, within a second.
    pub async fn look_up(&self, digest: &BreachDigest) -> Finding {
        let Some(ranges) = &self.0 else {
            return Finding::Unknown;
        };
        let asked = timeout(LIMIT, ranges.ask(digest)).await;
        match asked.unwrap_or(Err(Failure::TooSlow)) {
            Ok(true) => Finding::Seen,
            Ok(false) => Finding::Unseen,
            Err(failure) => {
                let advice = tls::advice(&failure, TLS_SETTINGS);
                tracing::warn!(%failure, advice, server = ranges.authority,
                    "a password could not be looked up among breached ones");
                Finding::Unknown
            }
        }
    }
}

impl Ranges {
    async fn ask(&self, digest: &BreachDigest) -> Result<bool, Failure> {
        // Never closed, so that a place is all that is waited for.
        let _place = self.places.acquire().await;
        let stream = match &self.host {
            Host::Domain(name) => TcpStream::connect((name.as_str(), self.port)).await?,
            Host::Ipv4(address) => TcpStream::connect((*address, self.port)).await?,
            Host::Ipv6(address) => TcpStream::connect((*address, self.port)).await?,
        };
        let answer = if self.https {
            let name = match &self.host {
                Host::Domain(name) => {
                    ServerName::try_from(name.clone()).map_err(io::Error::other)?
                }
                Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(*address)),
                Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(*address)),
            };
            let tls = self.tls.get_or_try_init(shared_tls).await?;
            let connector = TlsConnector::from(Arc::clone(tls));
            let stream = connector.connect(name, stream).await?;
            self.ask_over(stream, digest).await?
        } else {
            self.ask_over(stream, digest).await?
        };
        Ok(digest.is_in(&answer)?)
    }

    /// One request on a connection of its own. A redirect is an answer like any other: refused.
    async fn ask_over<S>(&self, stream: S, digest: &BreachDigest) -> Result<Vec<u8>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await?;
        // Dropped with this call, the set ends the connection with it.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let request = Request::get(format!("{}/range/{}", self.path, digest.prefix()))
            .header(HOST, &self.authority)
            .header(USER_AGENT, "vestibule")
            .header("Add-Padding", "true")
            .header(CONNECTION, "close")
            .body(String::new())?;
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status(response.status()));
        }
        read(response.into_body()).await
    }
}

async fn read(mut body: Incoming) -> Result<Vec<u8>, Failure> {
    let mut answer = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if answer.len() + data.len() > MAX_ANSWER {
            return Err(Failure::TooLong);
        }
        answer.extend_from_slice(&data);
    }
    Ok(answer)
}

async fn shared_tls() -> Result<Arc<ClientConfig>, Failure> {
    let config = spawn_blocking(system_tls).await.map_err(io::Error::other)?;
    Ok(Arc::new(config?))
}

/// TLS that trusts the system's roots. Reading them is work for a blocking thread.
pub fn system_tls() -> Result<ClientConfig, rustls::Error> {
    tls::client_config(rustls_native_certs::load_native_certs().certs, Vec::new())
}

#[cfg(test)]
mod tests;
