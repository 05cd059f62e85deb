//! The rules of every request and every answer, in their order. They are functions of one middleware, since each
//! middleware of its own costs every request a future and two allocations.

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use super::{Answer, answer_of, cors, errors, headers, host, places, raw_cookies, same_origin};
use crate::web::state::{State, WebState};

/// Looks at a request before its handler does. An answer ends the request.
type Check = fn(&WebState, &mut ServiceRequest) -> Option<HttpResponse>;

const CHECKS: [Check; 5] = [
    places::check,
    // Before anything that reads cookies.
    raw_cookies::check,
    host::check,
    cors::preflight,
    same_origin::check,
];

/// Changes an answer, whether a handler, a check or the router gave it.
type Change = fn(&WebState, &mut ServiceResponse);

const CHANGES: [Change; 3] = [errors::write, cors::allow, headers::add];

/// Checks the request, and changes its answer.
pub async fn run<B: MessageBody + 'static>(
    state: State,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Answer {
    let refused = CHECKS.iter().find_map(|check| check(&state, &mut req));
    let mut response = match refused {
        Some(answer) => req.into_response(answer),
        None => answer_of(req, next).await?,
    };
    for change in CHANGES {
        change(&state, &mut response);
    }
    Ok(response)
}
