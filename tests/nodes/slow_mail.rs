//! A mail server whose filter thinks for longer than a lease of the outbox lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::node::Node;
use crate::person::Person;

/// Longer than a lease, which is 60 s: only a worker that holds its mail again keeps it for so long.
const THINKS: Duration = Duration::from_secs(70);

/// One conversation: each message counts as soon as it is whole, and is answered late.
async fn talk(stream: TcpStream, whole: Arc<AtomicUsize>) -> std::io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 slow\r\n").await?;
    let mut in_message = false;
    while let Some(line) = lines.next_line().await? {
        let answer = match (in_message, line.as_str()) {
            (true, ".") => {
                in_message = false;
                whole.fetch_add(1, Ordering::SeqCst);
                sleep(THINKS).await;
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

#[tokio::test]
async fn a_mail_that_is_taken_slowly_is_sent_once_by_two_nodes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener
        .local_addr()
        .expect("its number")
        .port()
        .to_string();
    let whole = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&whole);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, Arc::clone(&count)));
        }
    });
    let settings = [
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("SMTP_FROM", "no-reply@example.org"),
    ];
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
    // Neither node begins it again now.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(whole.load(Ordering::SeqCst), 1);
}
