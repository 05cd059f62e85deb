//! Restarts on a listener that outlives the process, as systemd does them: no request is lost.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::cluster::Cluster;
use crate::node::{Node, command_on, on_listener};

/// Clients that keep their connection, and those that open one for each request.
const KEEPING: usize = 8;
const OPENING: usize = 8;
const RESTARTS: usize = 4;
/// Requests that each client sends between two restarts, at the least.
const BETWEEN: usize = 40;

/// A client that never repeats a request: one whose answer does not come is lost.
struct Client {
    address: String,
    keeps: bool,
    stream: Option<TcpStream>,
}

impl Client {
    /// One request; what came instead of its answer.
    async fn request(&mut self) -> Result<(), String> {
        let mut stream = match self.stream.take() {
            Some(stream) if is_open(&stream) => stream,
            _ => TcpStream::connect(&self.address)
                .await
                .map_err(|e| format!("connect: {e}"))?,
        };
        let connection = if self.keeps { "keep-alive" } else { "close" };
        let request = format!(
            "GET /readyz HTTP/1.1\r\nhost: localhost:8080\r\nconnection: {connection}\r\n\r\n"
        );
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(|e| format!("send: {e}"))?;
        let head = answer(&mut stream).await?;
        if self.keeps && !head.contains("connection: close") {
            self.stream = Some(stream);
        }
        Ok(())
    }
}

/// Whether the server has not closed the connection.
fn is_open(stream: &TcpStream) -> bool {
    let read = stream.try_read(&mut [0]);
    read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Reads the whole answer, which must be 200. Returns its head in lower case.
async fn answer(stream: &mut TcpStream) -> Result<String, String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").and_then(|(_, length)| {
                length
                    .split("\r\n")
                    .next()
                    .and_then(|length| length.parse::<usize>().ok())
            });
            if body.len() >= length.ok_or("no length")? {
                let is_ok = head.starts_with("http/1.1 200 ");
                return if is_ok {
                    Ok(head.to_owned())
                } else {
                    Err(head.to_owned())
                };
            }
        }
        let length = timeout(Duration::from_secs(30), stream.read_buf(&mut read)).await;
        let length = length.map_err(|_| "no answer")?;
        if length.map_err(|e| format!("read: {e}"))? == 0 {
            return Err(format!("closed after {} bytes of the answer", read.len()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_over_a_restart() {
    let cluster = Cluster::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let command = command_on(&cluster, &[("RUST_LOG", "info,vestibule::web=warn")]);
    let start = || Node::spawn(cluster.folder(), on_listener(&command, &listener)).ready();
    let mut node = start().await;

    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = async |keeps: bool| {
        let mut client = Client {
            address: address.clone(),
            keeps,
            stream: None,
        };
        let mut lost = Vec::new();
        while !done.load(Ordering::Relaxed) {
            match client.request().await {
                Ok(()) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                Err(why) => lost.push(why),
            }
            sleep(Duration::from_millis(1)).await;
        }
        lost
    };
    let clients = join_all((0..KEEPING + OPENING).map(|n| load(n < KEEPING)));
    let restarts = async {
        for _ in 0..RESTARTS {
            let before = answered.load(Ordering::Relaxed);
            while answered.load(Ordering::Relaxed) < before + (KEEPING + OPENING) * BETWEEN {
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
