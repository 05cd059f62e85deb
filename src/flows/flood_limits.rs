//! The flood limits of this node, for the flows.

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

/// Counts an attempt. Only the first refusal of a flood is logged, so that a flood of requests does not
/// cause a flood of lines.
pub fn count_request(
    s: &Services,
    route: Route,
    client: &Client,
    email: Option<&str>,
) -> Option<Throttled> {
    let refused = s.throttle.count(route, client.ip, email).err()?;
    s.metrics.throttled.add(route.as_str());
    tracing::warn!(target: LOG, route = route.as_str(), ip = %client.ip, "throttled");
    Some(Throttled(Pause::For(refused)))
}
