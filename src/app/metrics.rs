//! `/metrics` on its own listener (`METRICS_ADDR`): the counters of this process, and gauges read at the
//! time of the request. It supports as much HTTP/1.1 as a scraper needs, and shares nothing with the site.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener as Listener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::Identity;
use crate::{
    flows::{Services, upkeep::health},
    metrics::Text,
};

/// Connections at the same time; others wait.
const CONNECTIONS: usize = 64;
/// Scrapers that are answered at the same time. A client that has not sent its request does not count.
const ANSWERED: usize = 4;
/// The time limit of a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest head of a request.
const MAX_HEAD: usize = 8 * 1024;
/// The pause after a connection that could not be accepted.
const AFTER_FAULT: Duration = Duration::from_millis(200);

/// The running listener; it stops when dropped.
pub struct MetricsServer(JoinHandle<()>);

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl MetricsServer {
    /// Serves on a listener that is already bound. Within a runtime.
    pub(super) fn start(
        listener: TcpListener,
        services: Arc<Services>,
        identity: Option<Arc<Identity>>,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = Listener::from_std(listener)?;
        Ok(Self(tokio::spawn(accept(
            listener,
            Arc::new(Shown { services, identity }),
        ))))
    }
}

/// What is shown.
struct Shown {
    services: Arc<Services>,
    /// If TLS ends here.
    identity: Option<Arc<Identity>>,
}

async fn accept(listener: Listener, shown: Arc<Shown>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let answered = Arc::new(Semaphore::new(ANSWERED));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(AFTER_FAULT).await;
            continue;
        };
        let (shown, answered) = (Arc::clone(&shown), Arc::clone(&answered));
        tokio::spawn(async move {
            // A scraper that disconnects or is slow is not worth a log line.
            let _ = timeout(PATIENCE, answer(stream, &shown, &answered)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, shown: &Shown, answered: &Semaphore) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= MAX_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let path = target
        .split(|byte| *byte == b'?')
        .next()
        .unwrap_or_default();
    let (status, body) = match (method, path) {
        (b"GET" | b"HEAD", b"/metrics") => {
            let place = answered.acquire().await;
            let body = render(shown).await;
            drop(place);
            ("200 OK", body)
        }
        (b"GET" | b"HEAD", _) => ("404 Not Found", "there is only /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed", "GET it\n".to_owned()),
    };
    let length = body.len();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n\
         cache-control: no-store\r\nallow: GET, HEAD\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    if method != b"HEAD" {
        answer += &body;
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// Counters, and current gauges. Gauges that need the database are left out while it is unavailable.
async fn render(shown: &Shown) -> String {
    let s = shown.services.as_ref();
    let mut text = Text::default();
    let name = "vestibule_build_info";
    text.family(name, "The version that runs.", "gauge");
    text.sample(name, &[("version", env!("CARGO_PKG_VERSION"))], 1);
    s.metrics.write(&mut text);
    let name = "vestibule_certificate_expires_seconds";
    let help = "For how long the certificate of TLS without a proxy is still good.";
    text.family(name, help, "gauge");
    if let Some(identity) = &shown.identity {
        text.sample(name, &[], identity.seconds_left(s.clock.now()));
    }
    queues(s, &mut text);
    pool(s, &mut text);
    backlog(s, &mut text).await;
    text.finish()
}

/// The queues of hashing and of checking new passwords.
fn queues(s: &Services, text: &mut Text) {
    let load = s.hashing.load();
    text.single(
        "vestibule_hashing_in_use",
        "Passwords being checked.",
        "gauge",
        load.in_use,
    );
    text.single(
        "vestibule_hashing_waiting",
        "Passwords waiting to be checked.",
        "gauge",
        load.waiting,
    );
    text.single(
        "vestibule_hashing_refused_total",
        "Passwords sent away because the queue was full.",
        "counter",
        load.refused,
    );
    let load = s.judging.load();
    text.single(
        "vestibule_judging_queued",
        "New passwords being judged or waiting for it.",
        "gauge",
        load.queued,
    );
    text.single(
        "vestibule_judging_refused_total",
        "New passwords sent away because a queue was full.",
        "counter",
        load.refused,
    );
}

fn pool(s: &Services, text: &mut Text) {
    let pool = s.db.pool_use();
    let name = "vestibule_database_connections";
    text.family(name, "Connections of the pool.", "gauge");
    text.sample(name, &[("state", "in_use")], pool.in_use);
    text.sample(name, &[("state", "idle")], pool.idle);
    text.single(
        "vestibule_database_connections_max",
        "Connections that the pool may open.",
        "gauge",
        pool.max,
    );
    text.single(
        "vestibule_database_waiting",
        "Requests waiting for a connection.",
        "gauge",
        pool.waiting,
    );
}

/// Work that waits for the worker of any node.
async fn backlog(s: &Services, text: &mut Text) {
    match health::waiting_mails(s).await {
        Ok((mails, seconds)) => {
            text.single(
                "vestibule_outbox_waiting",
                "Mails of all nodes that are still to be sent.",
                "gauge",
                mails,
            );
            text.single(
                "vestibule_outbox_waiting_seconds",
                "For how long the oldest of them has waited.",
                "gauge",
                seconds,
            );
        }
        Err(error) => tracing::warn!(%error, "the outbox could not be counted"),
    }
    match health::unsealed_events(s).await {
        Ok((events, seconds)) => {
            text.single(
                "vestibule_audit_waiting",
                "Audit events that wait to be sealed, counted up to 20,000.",
                "gauge",
                events,
            );
            text.single(
                "vestibule_audit_waiting_seconds",
                "For how long the oldest of them has waited.",
                "gauge",
                seconds,
            );
        }
        Err(error) => tracing::warn!(%error, "the unsealed audit events could not be counted"),
    }
}
