//! A local Have I Been Pwned server: it knows the passwords that the test gives it, and can be down.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sha1::{Digest, Sha1};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The running server; it stops at the end of the test.
pub(crate) struct BreachServer {
    pub(crate) url: String,
    up: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl BreachServer {
    /// Starts it with these breached passwords.
    pub(crate) async fn knowing(passwords: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let up = Arc::new(AtomicBool::new(true));
        let asked = Arc::new(AtomicUsize::new(0));
        let (is_up, count) = (Arc::clone(&up), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                if is_up.load(Ordering::SeqCst) {
                    answer(stream, passwords).await;
                }
            }
        });
        Self { url, up, asked }
    }

    /// The settings of an app that uses it.
    pub(crate) fn settings(&self) -> [(&str, &str); 2] {
        [("HIBP_ENABLED", "true"), ("HIBP_API_URL", &self.url)]
    }

    /// Makes it close every connection, or serve them again.
    pub(crate) fn go_down(&self, down: bool) {
        self.up.store(!down, Ordering::SeqCst);
    }

    /// The number of requests so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: TcpStream, passwords: &[&str]) {
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let prefix = request
        .strip_prefix("GET /range/")
        .map_or("", |rest| &rest[..5]);
    // A real range is never empty.
    let mut list = format!("{}:1\r\n", "0".repeat(35));
    for password in passwords {
        let digest = data_encoding::HEXUPPER.encode(&Sha1::digest(password));
        if let Some(suffix) = digest.strip_prefix(prefix) {
            write!(list, "{suffix}:42\r\n").unwrap();
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", list.len());
    let _ = stream.write_all((head + &list).as_bytes()).await;
}
