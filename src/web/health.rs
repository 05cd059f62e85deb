//! Probes for operators and load balancers. They reveal nothing that must not be public.

use actix_web::{HttpRequest, HttpResponse, http::header};

use super::{
    error::BUSY,
    extract::{ClientInfo, forwarded},
    middleware::errors::Written,
    state::State,
};
use crate::{
    domain::{
        clock::whole_seconds,
        network::self_check::{self, Seen},
    },
    flows::upkeep::health,
};

/// `GET /healthz`: the process is alive. An operator who sends a probe made with the same `COOKIE_KEY`
/// gets the request as the service sees it, in JSON.
pub async fn live(req: HttpRequest, state: State) -> HttpResponse {
    if let Some(probe) = req.headers().get(self_check::HEADER)
        && (state.settings.self_check_key).accepts(probe.as_bytes(), state.services.now())
    {
        let text = |hop: &[u8]| String::from_utf8_lossy(hop).into_owned();
        return HttpResponse::Ok().json(Seen {
            client: ClientInfo::of(&req, &state.settings).0.ip,
            peer: req.peer_addr().map(|peer| peer.ip().to_canonical()),
            forwarded: forwarded(&req).into_iter().map(text).collect(),
        });
    }
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and accepts writes, and its migrations are those of this version.
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
        .insert_header((header::RETRY_AFTER, whole_seconds(BUSY)))
        .content_type("text/plain; charset=utf-8")
        .body("not ready\n");
    response.extensions_mut().insert(Written);
    response
}
