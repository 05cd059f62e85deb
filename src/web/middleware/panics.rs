//! A handler that panics answers with a 500 like any other fault of ours, and the process lives.
//!
//! This one stands around each resource, inside all the others, so that what they do to an answer
//! happens to this one too: a pair that was rotated on the way still reaches the browser.

use std::panic::AssertUnwindSafe;

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use futures_util::FutureExt;

use super::{Answer, answer_of};

/// Catches it. The cause was logged where it happened (`telemetry::panics`), under the id of the
/// request, and is of no use to the client.
pub async fn run<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    let request = req.request().clone();
    // What the handler held is dropped with it, and what is shared recovers from a panic: pooled
    // connections by being closed, locks by being taken all the same.
    let caught = AssertUnwindSafe(answer_of(req, next)).catch_unwind().await;
    caught.unwrap_or_else(|_| {
        let fault = HttpResponse::InternalServerError().finish();
        Ok(ServiceResponse::new(request, fault))
    })
}
