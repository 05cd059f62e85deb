//! The web app of another origin, which calls the API from the browser.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::browser::Browser;

const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><title>Another app</title><link rel=\"icon\" href=\"data:,\"><h1>Another app</h1>";

/// Calls the API with the browser's cookies. Returns the status, the body, and the headers that can be
/// read.
const CALL: &str = "
    const [url, method, type, done] = arguments;
    const headers = type ? { 'Content-Type': type } : {};
    const body = type ? '{}' : undefined;
    fetch(url, { method, headers, body, credentials: 'include' })
        .then(async (answer) => done({
            status: answer.status,
            body: await answer.text(),
            id: answer.headers.get('X-Request-Id'),
            hidden: answer.headers.get('Referrer-Policy'),
        }))
        .catch((error) => done({ error: error.name }));";

/// The origin of a page that is served for as long as the test runs.
pub(crate) fn origin() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A browser may open a connection without sending a request.
            std::thread::spawn(move || serve(&stream));
        }
    });
    format!("http://{address}")
}

fn serve(mut stream: &TcpStream) {
    let lines = BufReader::new(stream).lines();
    let asked = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty());
    if asked.count() > 0 {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PAGE}",
            PAGE.len()
        )
        .ok();
    }
}

/// One call by the open page. With a `media_type` it sends an empty object as the body.
pub(crate) async fn call(browser: &Browser, method: &str, url: &str, media_type: &str) -> Value {
    let arguments = vec![url.into(), method.into(), media_type.into()];
    browser.run(CALL, arguments).await
}
