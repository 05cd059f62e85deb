//! HTTP/2 towards browsers, with bounds that actix's own has not: how many requests a connection has at once, how long
//! their heads are, how long a connection stays open without a request and with an answer that no one reads.

mod message;
mod places;
mod streams;

use std::{future::Future, net::SocketAddr, pin::pin, rc::Rc, time::Duration};

use actix_http::HttpMessage as _;
use actix_service::Service;
use actix_web::{HttpResponse, dev::ServiceResponse};
use hyper::{body::Incoming, rt::Executor, server::conn::http2, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, sleep_until};

use super::tls::Encrypted;
use crate::web::connection::NoPlace;
pub(super) use places::Places;
pub(super) use streams::StreamLimits;
use streams::Streams;

/// Requests of a connection that are answered at the same time; the client holds back the next ones. Clients assume
/// that it is not less (RFC 9113, 6.5.2).
const REQUESTS_AT_ONCE: u32 = 100;
/// The longest head of a request, in bytes, decompressed.
const MAX_HEAD: u32 = 32 * 1024;
/// How many bytes of bodies a client may send before we read them: for a request, and for all of a connection.
const REQUEST_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;
/// How long a client may take to close a connection without a request, once it is told to.
const GOODBYE: Duration = Duration::from_secs(1);

/// Runs the tasks of a connection on its thread.
#[derive(Clone, Copy)]
struct ThisThread;

impl<F: Future<Output: 'static> + 'static> Executor<F> for ThisThread {
    fn execute(&self, task: F) {
        actix_web::rt::spawn(task);
    }
}

/// Serves a connection until its end. Once `stopped`, it ends after the requests that it has. The application refuses
/// requests for which there is no place.
pub(super) async fn serve<App>(
    io: Encrypted,
    peer: Option<SocketAddr>,
    app: Rc<App>,
    limits: StreamLimits,
    places: Places,
    stopped: impl Future<Output = ()>,
) where
    App: Service<actix_http::Request, Response = ServiceResponse, Error = HttpResponse> + 'static,
    App::Future: 'static,
{
    let connection = io.get_ref().0.connection().clone();
    connection.carries_frames();
    let streams = Streams::new(limits);
    let service = {
        let (connection, streams) = (connection.clone(), streams.clone());
        service_fn(move |request: hyper::Request<Incoming>| {
            let (app, stream) = (Rc::clone(&app), streams.open(&places));
            let is_head = *request.method() == hyper::Method::HEAD;
            let request = message::request(request, peer, &connection);
            async move {
                let answer = match request {
                    Ok(request) => {
                        if !stream.has_place() {
                            request.extensions_mut().insert(NoPlace);
                        }
                        let answered = app.call(request).await;
                        answered.map_or_else(|refusal| refusal, |answer| answer.into_parts().1)
                    }
                    // As over HTTP/1.1, where the library refuses them.
                    Err(_) => HttpResponse::BadRequest().finish(),
                };
                message::response(answer, is_head, stream)
            }
        })
    };
    let served = http2::Builder::new(ThisThread)
        .max_concurrent_streams(REQUESTS_AT_ONCE)
        .max_header_list_size(MAX_HEAD)
        .initial_stream_window_size(REQUEST_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(message::PART_BYTES)
        .serve_connection(TokioIo::new(io), service);
    let (mut served, mut stopped) = (pin!(served), pin!(stopped));
    loop {
        let deadline = Instant::from_std(streams.deadline());
        tokio::select! {
            // An error is one of the client.
            _ = &mut served => return,
            () = &mut stopped => break,
            () = streams.ended() => {
                if connection.closes() {
                    break;
                }
            }
            () = sleep_until(deadline) => match (streams.is_overdue(), streams.is_idle()) {
                (true, true) => break,
                (true, false) => return,
                (false, _) => {}
            }
        }
    }
    served.as_mut().graceful_shutdown();
    loop {
        let deadline = if streams.is_idle() {
            Instant::now() + GOODBYE
        } else {
            Instant::from_std(streams.deadline())
        };
        tokio::select! {
            _ = &mut served => return,
            () = streams.ended() => {}
            () = sleep_until(deadline) => {
                if streams.is_idle() || streams.is_overdue() {
                    return;
                }
            }
        }
    }
}
