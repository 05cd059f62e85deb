//! A request id, a span around the request, and one log line when it is answered.

use std::time::Instant;

use actix_web::{
    HttpMessage,
    body::MessageBody,
    dev::ServiceRequest,
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};
use tracing::Instrument;

use super::{Answer, RequestId, answer_of};
use crate::{
    domain::secrets::random,
    web::{extract::Identity, state::State},
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Assigns the id. Ids from clients are ignored, because they would be written to our logs.
pub async fn run<B: MessageBody + 'static>(
    state: State,
    req: ServiceRequest,
    next: Next<B>,
) -> Answer {
    let services = &state.services;
    let id = random::id(services.random.as_ref()).simple().to_string();
    req.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id = %id, method = %req.method(), path = req.path());
    let (started, method) = (services.clock.now(), req.method().clone());
    let began = Instant::now();
    let mut response = answer_of(req, next).instrument(span.clone()).await?;
    let route = response.request().match_pattern().map(named);
    let status = response.status().as_u16();
    let requests = &services.metrics.requests;
    requests.count(route.as_deref(), method.as_str(), status, began.elapsed());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    span.in_scope(|| {
        let ms = (services.clock.now() - started).num_milliseconds();
        if let Some(Identity(who)) = response.request().extensions().get::<Identity>() {
            let (user, jti) = (who.user().id, &who.claims.token_id);
            tracing::info!(status, ms, %user, sid = who.session_id.map(tracing::field::display), jti, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
    });
    Ok(response)
}

/// The pattern of a route as metrics name it: `{act:disable}` matches one word only.
fn named(pattern: String) -> String {
    match pattern.split_once("{act:") {
        Some((parent, word)) => format!("{parent}{}", word.trim_end_matches('}')),
        None => pattern,
    }
}
