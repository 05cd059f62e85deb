//! A gateway for messages to phones: it keeps what it is sent, and can be slow, fail, and lose its answer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// The token that it asks for.
pub const TOKEN: &str = "token-of-the-tests";

/// A message that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub to: String,
    pub text: String,
    /// `Idempotency-Key`.
    pub key: String,
}

impl Posted {
    /// The code on the last line.
    pub fn code(&self) -> String {
        self.text[self.text.len() - 6..].to_owned()
    }
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Status(u16),
    /// Takes the message, waits so long, and answers 202.
    Slow(Duration),
    /// Takes the message, and closes the connection.
    LosesAnswer,
    /// Answers 202 twice.
    AnswersTwice,
}

/// The running gateway; it stops at the end of the test.
pub struct Gateway {
    url: String,
    posted: Arc<Mutex<Vec<Posted>>>,
    moods: Arc<Mutex<Vec<Mood>>>,
}

impl Gateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/messages", listener.local_addr().unwrap());
        let posted = Arc::<Mutex<Vec<Posted>>>::default();
        let moods = Arc::<Mutex<Vec<Mood>>>::default();
        let (kept, waiting) = (Arc::clone(&posted), Arc::clone(&moods));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mood = {
                    let mut waiting = waiting.lock().unwrap();
                    if waiting.is_empty() {
                        Mood::Status(202)
                    } else {
                        waiting.remove(0)
                    }
                };
                tokio::spawn(serve(stream, mood, Arc::clone(&kept)));
            }
        });
        Self { url, posted, moods }
    }

    /// The settings of a service that uses it.
    pub fn settings(&self) -> [(&str, &str); 2] {
        [("SMS_GATEWAY_URL", &self.url), ("SMS_GATEWAY_TOKEN", TOKEN)]
    }

    /// Answers the next requests in these ways, and then all others with 202.
    pub fn answer_with(&self, moods: &[Mood]) {
        *self.moods.lock().unwrap() = moods.to_vec();
    }

    /// Every message that was posted, whatever was answered.
    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    /// Waits until so many messages were posted.
    pub async fn after(&self, count: usize) -> Vec<Posted> {
        for _ in 0..1500 {
            let posted = self.posted();
            if posted.len() >= count {
                return posted;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {count} messages were posted", self.posted().len());
    }
}

async fn serve(mut stream: TcpStream, mood: Mood, kept: Arc<Mutex<Vec<Posted>>>) {
    let Some(posted) = read(&mut stream).await else {
        let _ = stream
            .write_all(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
            .await;
        return;
    };
    kept.lock().unwrap().push(posted);
    let status = match mood {
        Mood::LosesAnswer => return,
        Mood::Status(status) => status,
        Mood::Slow(time) => {
            sleep(time).await;
            202
        }
        Mood::AnswersTwice => 202,
    };
    let answer = format!("HTTP/1.1 {status} As asked\r\nContent-Length: 2\r\n\r\n{{}}");
    let times = if mood == Mood::AnswersTwice { 2 } else { 1 };
    let _ = stream.write_all(answer.repeat(times).as_bytes()).await;
}

/// The message of a request in the documented form; `None` for another one.
async fn read(stream: &mut TcpStream) -> Option<Posted> {
    let mut request = Vec::new();
    let (head, mut body) = loop {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            break (head.to_owned(), body.to_owned());
        }
    };
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let length: usize = header("content-length")?.parse().ok()?;
    while body.len() < length {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        body.push_str(std::str::from_utf8(&part[..read]).ok()?);
    }
    let bearer = format!("Bearer {TOKEN}");
    let is_ours = head.starts_with("POST /messages HTTP/1.1")
        && header("authorization")? == bearer
        && header("content-type")? == "application/json";
    let message: Value = serde_json::from_str(&body).ok()?;
    let text = |field: &str| message[field].as_str().map(str::to_owned);
    is_ours.then_some(Posted {
        to: text("to")?,
        text: text("text")?,
        key: header("idempotency-key")?,
    })
}
