//! Slow and incomplete uploads: they delay no other upload, and leave nothing.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use vestibule::internals::flows::upkeep::purge;

use super::imports::{IMPORTS, count, host, kept, multipart, rows};
use crate::harness::{
    Browser, TestApp,
    settings::{HOST, ORIGIN},
};

/// Longer than an upload may go without receiving bytes.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest time until an upload that waits for no other is answered, on a busy machine.
const PROMPT: Duration = Duration::from_secs(7);

const ARRIVING: &str = "SELECT count(*) FROM user_imports WHERE arriving";

/// Begins an upload with these bytes and announces more than it sends.
async fn begun(app: &TestApp, browser: &mut Browser, first: &[u8]) -> TcpStream {
    let token = browser.csrf_token().await;
    let mut body = multipart(Some(&token), "slow.csv", first);
    body.truncate(body.len() - "\r\n--edge--\r\n".len());
    let cookies = browser.request(Method::GET, "/").build().unwrap();
    let cookies = cookies.headers()["cookie"].to_str().unwrap();
    let agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
    let head = format!(
        "POST {IMPORTS} HTTP/1.1\r\nhost: {HOST}\r\nuser-agent: {agent}\r\ncookie: {cookies}\r\norigin: {ORIGIN}\r\n\
         sec-fetch-site: same-origin\r\ncontent-type: multipart/form-data; boundary=edge\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len() + 1_000_000
    );
    let addr = app.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    stream
}

/// Sends one byte from time to time until the upload is answered. Returns the answer.
fn dripping(stream: TcpStream) -> JoinHandle<String> {
    let (mut reading, mut writing) = stream.into_split();
    tokio::spawn(async move {
        let mut answer = Vec::new();
        let drip = async {
            loop {
                sleep(Duration::from_millis(200)).await;
                if writing.write_all(b"x").await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            _ = timeout(PATIENCE, reading.read_to_end(&mut answer)) => {}
            () = drip => {}
        }
        String::from_utf8_lossy(&answer).into_owned()
    })
}

async fn until(app: &TestApp, sql: &str, expected: i64) {
    let began = Instant::now();
    while count(app, sql).await != expected {
        assert!(began.elapsed() < PATIENCE, "{sql} is not {expected}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_uploads_delay_no_other_and_time_out() {
    let app = TestApp::start().await;
    let (mut one, mut other) = (host(&app).await, host(&app).await);
    let mut third = host(&app).await;
    let mut drips = Vec::new();
    for browser in [&mut one, &mut other] {
        for _ in 0..2 {
            let stream = begun(&app, browser, b"email\n").await;
            drips.push(dripping(stream));
        }
    }
    until(&app, ARRIVING, 4).await;
    let began = Instant::now();
    let path = kept(&mut third, &rows("example.org", 20_000)).await;
    let took = began.elapsed();
    assert!(took < PROMPT, "it waited for {took:?}");
    assert!(
        drips.iter().all(|drip| !drip.is_finished()),
        "no one waited"
    );

    // An incomplete upload is not listed as a file.
    let listed = third.visit(IMPORTS).await;
    assert_eq!(listed.texts(".people li").len(), 1);
    let arriving = app
        .sql("SELECT id::text FROM user_imports WHERE arriving", &[])
        .await;
    let id: String = arriving[0].get(0);
    assert_eq!(third.visit(&format!("{IMPORTS}/{id}")).await.status(), 404);

    for drip in drips {
        let answer = drip.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?}");
    }
    until(&app, ARRIVING, 0).await;
    assert_eq!(third.visit(&path).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_next_upload_replaces_the_oldest() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let whole = vec![b'x'; 100 * 1024];
    let mut slow = Vec::new();
    for pieces in 1..=2 {
        slow.push(begun(&app, &mut browser, &whole).await);
        until(&app, "SELECT count(*) FROM user_import_parts", pieces).await;
        app.wait(TimeDelta::seconds(1));
    }
    let began = Instant::now();
    kept(&mut browser, &rows("example.org", 2)).await;
    assert!(began.elapsed() < PROMPT);
    assert_eq!(count(&app, ARRIVING).await, 1);

    // The oldest upload is refused when its next piece arrives.
    let mut oldest = slow.remove(0);
    oldest.write_all(&whole).await.unwrap();
    oldest.shutdown().await.ok();
    let mut answer = Vec::new();
    timeout(PATIENCE, oldest.read_to_end(&mut answer))
        .await
        .expect("an answer")
        .ok();
    drop(slow);
    until(&app, ARRIVING, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_upload_leaves_nothing() {
    let app = TestApp::start().await;
    let mut browser = host(&app).await;
    let pieces = "SELECT count(*) FROM user_import_parts";
    let stream = begun(&app, &mut browser, &vec![b'x'; 200 * 1024]).await;
    until(&app, pieces, 3).await;
    drop(stream);
    until(&app, ARRIVING, 0).await;
    assert_eq!(count(&app, pieces).await, 0);

    // A node that is killed leaves a partial file, which another node deletes.
    let left = "INSERT INTO user_imports (id, created_at, file_name, state, row_count, accounts_new,
        accounts_known, rows_bad, seen_at, arriving)
        SELECT gen_random_uuid(), created_at, 'file', 'uploaded', 0, 0, 0, 1, created_at, true FROM users";
    app.sql(left, &[]).await;
    app.wait(TimeDelta::minutes(9));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count(&app, ARRIVING).await, 1);
    app.wait(TimeDelta::minutes(2));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(count(&app, ARRIVING).await, 0);
}
