//! Clients that are slow, send too much, or do not speak HTTP, byte by byte.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use vestibule::internals::web::routes;

use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::{http, urlencoded},
    settings::{HOST, ORIGIN},
};

/// Longer than any timeout of the service.
const PATIENCE: Duration = Duration::from_secs(25);

/// Sends bytes on a new connection, and reads until it is closed.
async fn said_to(app: &TestApp, bytes: &[u8]) -> String {
    let addr = app.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    // The service may refuse before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection is held open");
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_else(|_| panic!("{answer:?}"))
}

/// ASVS 15.2.2: a client that sends slowly can hold a connection for seconds only.
#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_disconnected() {
    let app = TestApp::start().await;
    let head = |path: &str, kind: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: {kind}\r\nconnection: close\r\n\
             content-length: 100\r\n\r\n{{"
        )
    };
    let form = head("/login", "application/x-www-form-urlencoded");
    let call = head("/api/auth/login", "application/json");
    let headers = format!("GET /login HTTP/1.1\r\nhost: {HOST}\r\nx-slow: ");
    let began = Instant::now();
    let (form, call, headers) = tokio::join!(
        said_to(&app, form.as_bytes()),
        said_to(&app, call.as_bytes()),
        said_to(&app, headers.as_bytes()),
    );
    assert!(began.elapsed() < Duration::from_secs(20));
    for answer in [&form, &call, &headers] {
        assert_eq!(status(answer), 408, "{answer}");
    }
    assert!(form.contains("<h1>"), "{form}");
    assert!(call.contains("\"request_timeout\""), "{call}");
    // The server library answers this one itself, before our code sees a request.
    assert!(headers.contains("content-length: 0"), "{headers}");
}

/// ASVS 15.2.2: a client that reads none of its answers is disconnected after half a minute. In the
/// meantime no more of its requests are read, so that little is buffered for it.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_read_no_answers_are_disconnected() {
    let app = TestApp::start().await;
    let addr = app.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!("GET /login HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
    let asked = request.repeat(1000);
    let began = Instant::now();
    let mut asked_for = 0;
    let ended = loop {
        let wrote = timeout(Duration::from_secs(45), stream.write(asked.as_bytes()));
        match wrote.await.expect("the connection is not held open") {
            Ok(taken) => asked_for += taken / request.len(),
            Err(_) => break began.elapsed(),
        }
        assert!(asked_for < 200_000, "it reads on and on");
    };
    assert!(ended >= Duration::from_secs(29), "{ended:?}");
    assert_eq!(app.browser().visit("/login").await.status(), 200);
}

/// ASVS 4.2.1 and 15.2.2: headers have a size limit, and malformed requests are refused. The server
/// library answers by itself, without a body, and closes the connection.
#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_refused_without_a_body() {
    let app = TestApp::start().await;
    let large = format!(
        "GET /login HTTP/1.1\r\nhost: {HOST}\r\nx-large: {}\r\n\r\n",
        "x".repeat(200_000)
    );
    let many = format!(
        "GET /login HTTP/1.1\r\nhost: {HOST}\r\n{}\r\n",
        "x-many: 1\r\n".repeat(200)
    );
    let smuggled = format!(
        "POST /login HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: 5\r\n\
         transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /account HTTP/1.1\r\n\r\n"
    );
    let lengths = format!(
        "POST /login HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello"
    );
    for (bytes, expected) in [
        (large.as_str(), 431),
        (&many, 431),
        ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
        ("GET /login HTTP/9.9\r\n\r\n", 400),
        ("GET /lo gin HTTP/1.1\r\n\r\n", 400),
        ("GET /login HTTP/1.1\r\nhost auth\r\n\r\n", 400),
        (&lengths, 400),
        (&smuggled, 400),
    ] {
        let answer = said_to(&app, bytes.as_bytes()).await;
        let start: String = bytes.chars().take(100).collect();
        assert_eq!(status(&answer), expected, "{start:?}: {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{start:?}: {answer}"
        );
        assert!(!answer.contains("<html"), "{answer}");
    }
    // Other clients are not affected.
    assert_eq!(app.browser().visit("/login").await.status(), 200);
}

/// ASVS 4.1.4 and 13.4.4: only methods in use are allowed, and TRACE never echoes a cookie.
#[tokio::test(flavor = "multi_thread")]
async fn unused_methods_are_not_allowed_anywhere() {
    let app = TestApp::start().await;
    let pages = routes::page_paths().map(|(path, _)| path.to_owned());
    for path in pages.chain(routes::api_paths().map(|(path, _)| path)) {
        for method in [
            Method::TRACE,
            Method::PUT,
            Method::CONNECT,
            Method::from_bytes(b"PROPFIND").unwrap(),
        ] {
            if method == Method::CONNECT {
                continue; // The client library would open a tunnel.
            }
            let request = http().request(method.clone(), app.url() + &path);
            let answer = Answer::of(
                request
                    .header("host", HOST)
                    .header("x-canary", "seen-again"),
            )
            .await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let allowed = answer.header("allow").unwrap();
            assert!(
                !allowed.contains(method.as_str()),
                "{method} {path}: {allowed}"
            );
            assert!(!answer.body.contains("seen-again"), "{method} {path}");
        }
    }
}

/// ASVS 15.2.2: every form and call limits the size of a body, with and without a `Content-Length`.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_everywhere() {
    let app = crate::defences::with_every_form().await;
    let large = "x".repeat(17 * 1024);
    for (path, _) in crate::defences::FORMS {
        let request = app.browser().post_request(path);
        let body = urlencoded(&[("email", &large)]);
        let answer = Answer::of(request.header("origin", ORIGIN).body(body)).await;
        // A page for signed-in users redirects first, and reads no body.
        assert!(
            matches!(answer.status, 413 | 303),
            "{path}: {}",
            answer.status
        );
    }
    for (path, _) in crate::bad_input::CALLS {
        let request = app.api().request(Method::POST, path);
        let body = format!("{{\"email\":\"{large}\"}}");
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let reply = Reply::of(request).await;
        assert!(
            matches!(reply.status, 413 | 401),
            "{path}: {}",
            reply.status
        );
    }
    let chunks = format!("4400\r\n{}\r\n0\r\n\r\n", "x".repeat(0x4400));
    for (path, kind) in [
        ("/login", "application/x-www-form-urlencoded"),
        ("/api/auth/login", "application/json"),
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: {kind}\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\n{chunks}"
        );
        assert_eq!(
            status(&said_to(&app, request.as_bytes()).await),
            413,
            "{path}"
        );
    }
}

/// ASVS 15.3.7: of two values for one field, neither may be chosen.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_field_is_refused() {
    let app = crate::defences::with_every_form().await;
    for (path, fields) in crate::defences::FORMS {
        let signed_in = path.starts_with("/account") || path.starts_with("/reauthenticate");
        if signed_in || fields.is_empty() {
            continue;
        }
        for twice in fields.iter().chain(&["csrf_token"]) {
            let mut browser = app.browser();
            let token = browser.csrf_token().await;
            let mut sent = vec![("csrf_token", token.as_str())];
            sent.extend(fields.iter().map(|name| (*name, "a")));
            sent.push((*twice, "b"));
            let request = browser.post_request(path).header("origin", ORIGIN);
            let answer = browser.send(request.body(urlencoded(&sent))).await;
            assert_eq!(answer.status, 400, "{path} {twice}");
        }
    }
    let body = r#"{"email":"a@example.com","email":"b@example.com","password":"x"}"#;
    for call in ["/login", "/forgot-password", "/register"] {
        let request = app.api().request(Method::POST, call);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        assert_eq!(Reply::of(request).await.status, 422, "{call}");
    }
}
