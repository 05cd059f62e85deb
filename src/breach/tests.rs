//! The client with servers that behave, and with servers that do not.

use std::time::Instant;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
};

use super::*;
use crate::domain::password::Password;

/// The digits of the password `password` that are sent, and the rest.
const REST: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";
const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65";

fn digest() -> BreachDigest {
    BreachDigest::of(&Password::parse(&"password".into()).unwrap())
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// How a server behaves once it has read a request.
enum Manner {
    Says(String),
    Hangs,
    /// Sends without end.
    Pours,
}

/// A server for one connection. Returns its URL, and the request that it gets.
async fn server(manner: Manner) -> (Url, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mirror/", listener.local_addr().unwrap());
    let (sender, asked) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let _ = sender.send(String::from_utf8_lossy(&request[..length]).into_owned());
        match manner {
            Manner::Says(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Manner::Hangs => tokio::time::sleep(Duration::from_secs(30)).await,
            Manner::Pours => {
                let head = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n";
                let _ = stream.write_all(head.as_bytes()).await;
                let line = format!("{OTHER}:1\r\n").repeat(1000);
                while stream.write_all(line.as_bytes()).await.is_ok() {}
            }
        }
    });
    (Url::parse(&url).unwrap(), asked)
}

async fn finding(manner: Manner) -> Finding {
    let (url, _asked) = server(manner).await;
    Breaches::new(Some(&url)).look_up(&digest()).await
}

#[tokio::test]
async fn only_five_digits_are_sent_and_padding_is_requested() {
    let (url, asked) = server(Manner::Says(ok(&format!("{REST}:7\r\n")))).await;
    assert_eq!(
        Breaches::new(Some(&url)).look_up(&digest()).await,
        Finding::Seen
    );
    let request = asked.await.unwrap().to_lowercase();
    assert!(
        request.starts_with("get /mirror/range/5baa6 http/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nadd-padding: true\r\n"), "{request}");
    assert!(!request.contains(&REST.to_lowercase()), "{request}");
}

#[tokio::test]
async fn a_password_outside_the_range_is_unseen() {
    let unseen = Manner::Says(ok(&format!("{OTHER}:3\r\n{REST}:0\r\n")));
    assert_eq!(finding(unseen).await, Finding::Unseen);
}

#[tokio::test]
async fn malformed_answers_leave_a_password_unknown() {
    let to_itself = "HTTP/1.1 302 Found\r\nLocation: /range/5BAA6\r\nContent-Length: 0\r\n\r\n";
    let huge_head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    for said in [
        to_itself.to_owned(),
        "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ok("<html>Welcome to the hotel</html>"),
        ok(""),
        "SSH-2.0-nothing\r\n".to_owned(),
        // Cut off halfway: the missing part may contain the password.
        format!("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{OTHER}:1\r\n"),
        huge_head,
    ] {
        let short: String = said.chars().take(60).collect();
        assert_eq!(
            finding(Manner::Says(said)).await,
            Finding::Unknown,
            "{short}"
        );
    }
}

#[tokio::test]
async fn size_and_time_of_an_answer_are_limited() {
    let begun = Instant::now();
    assert_eq!(finding(Manner::Pours).await, Finding::Unknown);
    assert_eq!(finding(Manner::Hangs).await, Finding::Unknown);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_server_that_is_down_or_without_tls_leaves_a_password_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let look_up = async |url: &Url| Breaches::new(Some(url)).look_up(&digest()).await;
    assert_eq!(look_up(&Url::parse(&gone).unwrap()).await, Finding::Unknown);
    let (plain, _asked) = server(Manner::Says(ok(&format!("{OTHER}:3\r\n")))).await;
    let tls = plain.as_str().replace("http:", "https:");
    assert_eq!(look_up(&Url::parse(&tls).unwrap()).await, Finding::Unknown);
}

#[tokio::test]
async fn no_server_is_asked_if_the_check_is_off() {
    let off = Breaches::default();
    assert!(!off.are_looked_up());
    assert_eq!(off.look_up(&digest()).await, Finding::Unknown);
}
