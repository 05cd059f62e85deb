//! The flood limits of this node, for the flows.

use std::time::Duration;

use super::Services;
use crate::{
    domain::{audit::Client, sign_in::attempts::Pause},
    throttle::Route,
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::services";

/// Too many attempts, and when that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled(pub Pause);

/// Counts an attempt.
pub fn count_request(
    s: &Services,
    route: Route,
    client: &Client,
    email: Option<&str>,
) -> Option<Throttled> {
    let refused = s.throttle.count(route, client.ip, email).err()?;
    Some(note_refusal(s, route, refused))
}

/// Counts a refusal. The log says no more than that there are any: who was refused is in the audit log, where an account
/// is concerned.
pub fn note_refusal(s: &Services, route: Route, wait: Duration) -> Throttled {
    let name = route.as_str();
    s.metrics.throttled.add(name);
    if s.throttle.line_of(route).is_due(s.clock.as_ref()) {
        tracing::warn!(target: LOG, route = name, "throttled; further refusals are only counted, for a minute");
    }
    Throttled(Pause::For(wait))
}
