//! Requests of HTTP/2 as actix knows them, and its answers as hyper sends them.

use std::{
    error::Error,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_http::{HttpMessage, Payload, Request};
use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    error::PayloadError,
    http::{
        Method, Uri, Version,
        header::{self, HeaderName, HeaderValue},
    },
    web::Bytes,
};
use hyper::body::{Body, Buf, Frame, Incoming, SizeHint};
use tokio::{runtime::Handle, time::timeout};

use super::streams::Stream;
use crate::web::connection::Connection;

/// Headers of HTTP/1.1 that describe the connection, and that HTTP/2 forbids (RFC 9113, 8.2.2).
const OF_THE_CONNECTION: [&str; 5] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// An answer is passed on in parts of this size, in bytes.
pub(super) const PART_BYTES: usize = 4 * 1024;

/// How long the rest of a body is read that no one needs.
const DISCARDING: Duration = Duration::from_secs(1);

/// Why a request cannot be passed on.
type Unusable = Box<dyn Error + Send + Sync>;

/// The request with the target, the host and the cookies in the places where HTTP/1.1 has them.
pub(super) fn request(
    from: hyper::Request<Incoming>,
    peer: Option<SocketAddr>,
    connection: &Connection,
) -> Result<Request, Unusable> {
    let (parts, body) = from.into_parts();
    let mut request = Request::with_payload(payload(body));
    let head = request.head_mut();
    head.method = Method::from_bytes(parts.method.as_str().as_bytes())?;
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    head.uri = target.parse::<Uri>()?;
    head.version = Version::HTTP_2;
    head.peer_addr = peer;
    let mut cookies = Vec::new();
    for (name, value) in &parts.headers {
        // Browsers send each cookie in a header of its own (RFC 9113, 8.2.3).
        if name == hyper::header::COOKIE {
            cookies.push(value.as_bytes());
            continue;
        }
        let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
        head.headers
            .append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    if !cookies.is_empty() {
        let cookies = HeaderValue::from_bytes(&cookies.join(&b"; "[..]))?;
        head.headers.insert(header::COOKIE, cookies);
    }
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        head.headers.insert(header::HOST, host);
    }
    request.extensions_mut().insert(connection.clone());
    Ok(request)
}

fn payload(body: Incoming) -> Payload {
    if body.is_end_stream() {
        return Payload::None;
    }
    Payload::Stream {
        payload: Box::pin(RequestBody(Some(body))),
    }
}

/// The body of a request. What is left of it at the end is read and dropped, for a while: some clients take an answer
/// for an error if they cannot send the whole request.
struct RequestBody(Option<Incoming>);

impl futures_util::Stream for RequestBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        while let Some(body) = &mut this.0 {
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers have no meaning here.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
                Some(Err(_)) => {
                    this.0 = None;
                    return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
                }
                None => this.0 = None,
            }
        }
        Poll::Ready(None)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let (Some(mut body), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(timeout(DISCARDING, async move {
                while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {}
            }));
        }
    }
}

/// The answer to a request, which is open until its end.
pub(super) fn response(
    from: HttpResponse,
    is_head: bool,
    stream: Stream,
) -> Result<hyper::Response<Answer>, Unusable> {
    let mut builder = hyper::Response::builder().status(from.status().as_u16());
    for (name, value) in from.headers() {
        if !OF_THE_CONNECTION.contains(&name.as_str()) {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
    }
    let body = from.into_body();
    if is_head && let BodySize::Sized(length) = body.size() {
        builder = builder.header(hyper::header::CONTENT_LENGTH, length);
    }
    let body = if is_head { BoxBody::new(()) } else { body };
    if !body.size().is_eof() {
        stream.waits_for_client();
    }
    Ok(builder.body(Answer {
        body,
        rest: Bytes::new(),
        stream: Rc::new(stream),
    })?)
}

/// The body of an answer.
pub(super) struct Answer {
    body: BoxBody,
    /// The rest of its last chunk.
    rest: Bytes,
    stream: Rc<Stream>,
}

/// A part of it. The request is open, with its place and its time limit, until the last part is written: hyper passes on
/// as many bytes as there are, also if the client takes only one.
pub(super) struct Part {
    bytes: Bytes,
    _open: Rc<Stream>,
}

impl Buf for Part {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }
}

impl Body for Answer {
    type Data = Part;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Part>>>> {
        let this = self.get_mut();
        this.stream.waits_for_us();
        while this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_next(cx)) {
                Some(Ok(chunk)) => this.rest = chunk,
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(io::Error::other(error.to_string()))));
                }
                None => return Poll::Ready(None),
            }
        }
        this.stream.waits_for_client();
        let bytes = this.rest.split_to(PART_BYTES.min(this.rest.len()));
        let part = Part {
            bytes,
            _open: Rc::clone(&this.stream),
        };
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.size().is_eof()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size() {
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Sized(length) => SizeHint::with_exact(length),
            BodySize::Stream => SizeHint::new(),
        }
    }
}
