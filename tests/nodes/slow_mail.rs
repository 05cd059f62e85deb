//! A mail server whose filter takes longer than a lease of the outbox lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

/// Longer than a lease (60 s): the worker must renew its lease to keep the mail this long.
const THINKS: Duration = Duration::from_secs(70);

/// Longer than most supervisors give a process by default to end.
const THINKS_AT_THE_END: Duration = Duration::from_secs(14);

/// One SMTP conversation: a message counts as soon as it is complete, and is answered late.
async fn talk(stream: TcpStream, whole: Arc<AtomicUsize>, thinks: Duration) -> std::io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 slow\r\n").await?;
    let mut in_message = false;
    while let Some(line) = lines.next_line().await? {
        let answer = match (in_message, line.as_str()) {
            (true, ".") => {
                in_message = false;
                whole.fetch_add(1, Ordering::SeqCst);
                sleep(thinks).await;
                "250 taken\r\n"
            }
            (true, _) => continue,
            (false, "DATA") => {
                in_message = true;
                "354 go on\r\n"
            }
            (false, "QUIT") => "221 bye\r\n",
            (false, _) => "250 fine\r\n",
        };
        to.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// Starts a mail server. Returns its port, and the number of complete messages that it has received.
async fn server(thinks: Duration) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    let whole = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&whole);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, Arc::clone(&count), thinks));
        }
    });
    (port.to_string(), whole)
}

fn settings(port: &str) -> [(&str, &str); 4] {
    [
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", port),
        ("SMTP_TLS", "none"),
        ("SMTP_FROM", "no-reply@example.org"),
    ]
}

#[tokio::test]
async fn two_nodes_send_a_mail_once_to_a_slow_server() {
    let (port, whole) = server(THINKS).await;
    let settings = settings(&port);
    let cluster = Cluster::start().await;
    let nodes = [
        Node::with(&cluster, &settings).await,
        Node::with(&cluster, &settings).await,
    ];
    let sql = cluster.sql().await;
    Person::register(&nodes[0], "ada").await;
    let began = Instant::now();
    let sent = "SELECT count(*) FROM mails WHERE sent_at IS NOT NULL";
    while sql.count(sent).await == 0 {
        assert!(began.elapsed() < 2 * THINKS, "it is never sent");
        sleep(Duration::from_millis(500)).await;
    }
    assert!(began.elapsed() > THINKS);
    // No node sends it again.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(whole.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stopping_node_finishes_the_mail_it_is_sending() {
    let (port, whole) = server(THINKS_AT_THE_END).await;
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &settings(&port)).await;
    let sql = cluster.sql().await;
    Person::register(&node, "ada").await;
    let began = Instant::now();
    while whole.load(Ordering::SeqCst) == 0 {
        assert!(began.elapsed() < THINKS, "it is never sent");
        sleep(Duration::from_millis(50)).await;
    }
    node.stop(Signal::TERM).await;
    let sent = "SELECT count(*) FROM mails WHERE sent_at IS NOT NULL";
    assert_eq!(sql.count(sent).await, 1);
    assert_eq!(whole.load(Ordering::SeqCst), 1);
}
