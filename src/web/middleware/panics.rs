//! A panic in a handler is answered with a 500 like any other fault, and the process continues.
//!
//! This middleware is around each resource, inside all the others, so that they change this answer as any
//! other: a pair that was rotated before the panic still reaches the browser.

use std::panic::AssertUnwindSafe;

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use futures_util::FutureExt;

use super::{Answer, answer_of};

/// Catches a panic. Its cause was logged where it happened (`telemetry::panics`), with the id of the
/// request, and is not sent to the client.
pub async fn run<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    let request = req.request().clone();
    // The handler's values are dropped, and shared ones recover from a panic: pooled connections are
    // closed, and locks ignore poisoning.
    let caught = AssertUnwindSafe(answer_of(req, next)).catch_unwind().await;
    caught.unwrap_or_else(|_| {
        let fault = HttpResponse::InternalServerError().finish();
        Ok(ServiceResponse::new(request, fault))
    })
}
