//! Probes for operators and load balancers. They say nothing that the public must not know.

use actix_web::HttpResponse;

use super::{middleware::errors::Written, state::State};
use crate::flows::health;

/// `GET /healthz`: the process lives.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and its migrations are those of this version.
pub async fn ready(state: State) -> HttpResponse {
    let is_ready = health::is_ready(&state.services)
        .await
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "not ready");
            false
        });
    if is_ready {
        return HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n");
    }
    let mut response = HttpResponse::ServiceUnavailable()
        .content_type("text/plain; charset=utf-8")
        .body("not ready\n");
    response.extensions_mut().insert(Written);
    response
}
