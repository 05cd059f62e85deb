//! What strangers can do to a listener that serves over TLS, and how long.

use std::convert::Infallible;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hyper::body::{Body, Bytes, Frame};
use hyper::client::conn::http2;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::Signal;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::cluster::Cluster;
use crate::node::{Node, command_on, on_listener};
use crate::tls::Authority;

/// A connection over TLS that speaks this protocol.
async fn connect(authority: &Authority, address: &str, protocol: &str) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_file(authority.ca()).expect("our own file");
    roots.add(ca).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let tcp = TcpStream::connect(address).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    let connected = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    connected.expect("a handshake")
}

type Sender = http2::SendRequest<String>;

/// A client of HTTP/2 on a connection of its own.
async fn http2(authority: &Authority, address: &str) -> Sender {
    http2_with(authority, address, 1024).await
}

/// The same; an answer of more bytes than `window` waits until it is read.
async fn http2_with(authority: &Authority, address: &str, window: u32) -> Sender {
    let stream = TokioIo::new(connect(authority, address, "h2").await);
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.initial_stream_window_size(window);
    let (sender, connection) = client.handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> Request<String> {
    let url = format!("https://localhost:8443{path}");
    Request::get(url).body(String::new()).expect("a request")
}

/// How long the server keeps a connection open, which may answer first; at most 20 s.
async fn closed_after(mut stream: impl AsyncReadExt + Unpin) -> Duration {
    let (began, mut read) = (Instant::now(), [0; 1024]);
    let closing = async { while stream.read(&mut read).await.is_ok_and(|length| length > 0) {} };
    timeout(Duration::from_secs(20), closing).await.ok();
    began.elapsed()
}

fn within(took: Duration, least: u64, most: u64) {
    let range = Duration::from_secs(least)..Duration::from_secs(most);
    assert!(range.contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_handshake_or_a_head_that_does_not_end_is_cut_off() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[]).await;
    let address = node.listens_on();
    let silent = TcpStream::connect(&address).await.expect("a connection");
    let mut half = TcpStream::connect(&address).await.expect("a connection");
    // The beginning of a ClientHello.
    half.write_all(&[22, 3, 1, 2, 0, 1, 0, 1])
        .await
        .expect("sent");
    let mut head = connect(&authority, &address, "http/1.1").await;
    head.write_all(b"GET / HTTP/1.1\r\nhost: lo")
        .await
        .expect("sent");
    let mut later = connect(&authority, &address, "http/1.1").await;
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    later.write_all(request).await.expect("sent");
    let mut answer = [0; 15];
    later.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    later.write_all(b"GET / HT").await.expect("sent");
    let no_preface = connect(&authority, &address, "h2").await;
    let (silent, half, head, later, no_preface) = tokio::join!(
        closed_after(silent),
        closed_after(half),
        closed_after(head),
        closed_after(later),
        closed_after(no_preface),
    );
    println!("{silent:?} {half:?} {head:?} {later:?} {no_preface:?}");
    for took in [silent, half, head, later] {
        within(took, 9, 13);
    }
    within(no_preface, 9, 14);
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn handshakes_take_at_most_half_of_the_places() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[("MAX_CONNECTIONS", "8")]).await;
    let address = node.listens_on();
    let sender = http2(&authority, &address).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        slow.push(TcpStream::connect(&address).await.expect("a connection"));
        sleep(Duration::from_millis(100)).await;
    }
    // The next one takes the place of the oldest, and is served.
    let next = connect(&authority, &address, "http/1.1").await;
    within(closed_after(slow.remove(0)).await, 0, 2);
    drop(next);
    let mut kept = [0];
    for still in &mut slow {
        let read = timeout(Duration::from_millis(100), still.read(&mut kept)).await;
        assert!(read.is_err(), "the others go on");
    }
    let answer = sender
        .clone()
        .send_request(get("/healthz"))
        .await
        .expect("an answer");
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "who is served stays served"
    );
    drop(slow);
    sleep(Duration::from_millis(300)).await;
    drop(http2(&authority, &address).await);
    node.stop(Signal::TERM).await;
}

#[tokio::test]
async fn a_connection_of_http_2_has_bounds() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority
        .node(&cluster, &[("KEEP_ALIVE_SECONDS", "1")])
        .await;
    let address = node.listens_on();

    // More requests than it takes at once wait their turn.
    let sender = http2(&authority, &address).await;
    let many = join_all((0..200).map(|_| sender.clone().send_request(get("/healthz")))).await;
    for answer in many {
        assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    }

    // Without a request, it ends.
    let began = Instant::now();
    while !sender.is_closed() {
        assert!(began.elapsed() < Duration::from_secs(20), "it stays open");
        sleep(Duration::from_millis(100)).await;
    }
    within(began.elapsed(), 5, 10);

    // An answer that no one reads holds it no longer, however little of it is left.
    let unread = join_all(
        [
            (0, "/login"),
            (1, "/login"),
            (1024, "/login"),
            (1, "/healthz"),
        ]
        .map(async |(window, path)| {
            let mut sender = http2_with(&authority, &address, window).await;
            let answer = sender.send_request(get(path)).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
            let began = Instant::now();
            while !sender.is_closed() {
                assert!(began.elapsed() < Duration::from_secs(40), "it stays open");
                sleep(Duration::from_millis(100)).await;
            }
            drop(answer);
            began.elapsed()
        }),
    );
    for took in unread.await {
        within(took, 29, 40);
    }
    node.stop(Signal::TERM).await;
}

/// A body that does not end.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_few_connections_of_http_2_leave_places_to_others() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let node = authority.node(&cluster, &[("MAX_CONNECTIONS", "20")]).await;
    let address = node.listens_on();
    let mut hostile = Vec::new();
    for _ in 0..2 {
        let stream = TokioIo::new(connect(&authority, &address, "h2").await);
        let client = http2::Builder::new(TokioExecutor::new());
        let (mut sender, connection) = client.handshake(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        for _ in 0..60 {
            let request = Request::post("https://localhost:8443/api/auth/logout")
                .header("content-type", "application/json")
                .header("content-length", 10)
                .body(Endless);
            sender.ready().await.expect("a connection");
            hostile.push(tokio::spawn(
                sender.send_request(request.expect("a request")),
            ));
        }
    }
    sleep(Duration::from_millis(500)).await;
    let sender = http2(&authority, &address).await;
    for path in ["/login", "/static/app.css", "/healthz"] {
        let answer = sender
            .clone()
            .send_request(get(path))
            .await
            .expect("an answer");
        assert_ne!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }

    // Those beyond their share are refused like any other request.
    let mut refused = 0;
    for request in hostile {
        let Ok(Ok(Ok(answer))) = timeout(Duration::from_millis(10), request).await else {
            continue;
        };
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        for header in [
            "retry-after",
            "x-request-id",
            "strict-transport-security",
            "content-security-policy",
        ] {
            assert!(
                answer.headers().contains_key(header),
                "{header}: {answer:?}"
            );
        }
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        refused += 1;
    }
    assert!(refused > 80, "{refused}");

    let answer = sender
        .clone()
        .send_request(get("/\u{e9}"))
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    node.stop(Signal::TERM).await;
}

const CLIENTS: usize = 8;
const RESTARTS: usize = 3;

/// A client that sends one request after the other, and connects again when the server says goodbye.
async fn load(
    authority: &Authority,
    address: &str,
    done: &AtomicBool,
    answered: &AtomicUsize,
) -> Vec<String> {
    let (mut lost, mut sender) = (Vec::new(), None);
    while !done.load(Ordering::Relaxed) {
        let mut open: Sender = match sender.take() {
            Some(open) => open,
            None => http2(authority, address).await,
        };
        // Before a request is sent, the client knows whether the connection takes one more.
        if open.ready().await.is_err() {
            continue;
        }
        match open.send_request(get("/readyz")).await {
            Ok(answer) if answer.status() == StatusCode::OK => {
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(answer) => lost.push(answer.status().to_string()),
            // Such a request was not begun, and is sent again (RFC 9113, 6.8).
            Err(error)
                if error.is_canceled()
                    || format!("{error:?}").contains("GoAway(b\"\", NO_ERROR, Remote)") => {}
            Err(error) => lost.push(format!("{error:?}")),
        }
        sender = Some(open);
        sleep(Duration::from_millis(1)).await;
    }
    lost
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_over_http_2_is_lost_over_a_restart() {
    let cluster = Cluster::start().await;
    let authority = Authority::new(&cluster);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let settings = authority.settings(&[("RUST_LOG", "info,vestibule::web=warn")]);
    let command = command_on(&cluster, &settings);
    let start = || Node::spawn(cluster.folder(), on_listener(&command, &listener)).ready_over_tls();
    let mut node = start().await;
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let clients = join_all((0..CLIENTS).map(|_| load(&authority, &address, &done, &answered)));
    let restarts = async {
        for _ in 0..RESTARTS {
            let before = answered.load(Ordering::Relaxed);
            while answered.load(Ordering::Relaxed) < before + CLIENTS * 40 {
                sleep(Duration::from_millis(5)).await;
            }
            node.stop(Signal::TERM).await;
            node = start().await;
        }
        done.store(true, Ordering::Relaxed);
        node
    };
    let (lost, node) = tokio::join!(clients, restarts);
    let lost: Vec<String> = lost.into_iter().flatten().collect();
    println!(
        "{RESTARTS} restarts: {} answered, {} lost",
        answered.load(Ordering::Relaxed),
        lost.len()
    );
    assert!(lost.is_empty(), "{lost:?}");
    node.stop(Signal::TERM).await;
}
