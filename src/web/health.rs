//! Probes for operators and load balancers. They say nothing that the public must not know.

use actix_web::HttpResponse;

use super::state::State;
use crate::flows::health;

/// `GET /healthz`: the process lives.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and its migrations are those of this version.
pub async fn ready(state: State) -> HttpResponse {
    match health::is_ready(&state.services).await {
        Ok(true) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n"),
        Ok(false) => HttpResponse::ServiceUnavailable().finish(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}
