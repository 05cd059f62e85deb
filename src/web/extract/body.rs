//! Reading a complete body, with a time limit.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::web::{error::WebError, problem::codes};

/// The most bytes of a body.
const MAX_BODY: usize = 16 * 1024;
/// The longest that a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a complete body within the time limit.
pub(super) async fn read(req: &HttpRequest, payload: Payload) -> Result<Bytes, WebError> {
    let too_slow = |_| {
        let detail = "The body did not arrive in time. Send the request again.";
        WebError::refused(codes::REQUEST_TIMEOUT, detail)
    };
    timeout(BODY_TIMEOUT, read_whole(req, payload))
        .await
        .map_err(too_slow)?
}

async fn read_whole(req: &HttpRequest, mut payload: Payload) -> Result<Bytes, WebError> {
    let too_large = || {
        let detail = "The body is too large. It may have at most 16 KiB.";
        WebError::refused(codes::PAYLOAD_TOO_LARGE, detail)
    };
    let announced = req
        .headers()
        .get("content-length")
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let cut = |_| WebError::refused(codes::BAD_REQUEST, "The body did not arrive whole.");
        let chunk = chunk.map_err(cut)?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
