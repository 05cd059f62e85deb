//! One GET at a time, as a stranger from the outside sends it: no redirect is followed, and TLS is
//! verified against the system's roots.

use std::{error::Error, future::poll_fn, io, pin::Pin, sync::Arc, time::Duration};

use hyper::{
    HeaderMap, Request, StatusCode,
    body::Body,
    client::conn::http1,
    header::{CONNECTION, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{breach::system_tls, domain::network::tls};

/// How long an answer may take over all.
const LIMIT: Duration = Duration::from_secs(10);
/// The most bytes of a body that are read.
const MAX_BODY: usize = 64 * 1024;

/// What a failure of TLS is mended by.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "--url",
    mode: "the scheme and the port of --url",
    ca_file: None,
};

type Failure = Box<dyn Error + Send + Sync>;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Asks the server of `url` for a path, by the name `authority`, with headers beside it.
pub(super) async fn get(
    url: &Url,
    authority: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Answer, Failure> {
    let mut request = Request::get(path)
        .header(HOST, authority)
        .header(USER_AGENT, "vestibule doctor")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let asked = timeout(LIMIT, ask(url, request.body(String::new())?)).await;
    asked.unwrap_or_else(|_| Err(format!("no answer within {LIMIT:?}").into()))
}

async fn ask(url: &Url, request: Request<String>) -> Result<Answer, Failure> {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err("the URL names no server".into());
    };
    let stream = match host {
        Host::Domain(name) => TcpStream::connect((name, port)).await?,
        Host::Ipv4(address) => TcpStream::connect((address, port)).await?,
        Host::Ipv6(address) => TcpStream::connect((address, port)).await?,
    };
    if url.scheme() != "https" {
        return ask_over(stream, request).await;
    }
    let name = match host {
        Host::Domain(name) => ServerName::try_from(name.to_owned()).map_err(io::Error::other)?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(address)),
    };
    let roots = tokio::task::spawn_blocking(system_tls).await??;
    let connector = TlsConnector::from(Arc::new(roots));
    let connected = connector.connect(name, stream).await;
    let stream = connected.map_err(|error| match tls::advice(&error, TLS_SETTINGS) {
        Some(advice) => format!("TLS fails: {error}: {advice}"),
        None => format!("TLS fails: {error}"),
    })?;
    ask_over(stream, request).await
}

async fn ask_over<S>(stream: S, request: Request<String>) -> Result<Answer, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Dropped with this call, the set ends the connection with it.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let response = sender.send_request(request).await?;
    let (head, mut body) = response.into_parts();
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame?.into_data() {
            read.extend_from_slice(&data);
        }
        if read.len() > MAX_BODY {
            return Err(format!("an answer over {MAX_BODY} bytes").into());
        }
    }
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: read,
    })
}
