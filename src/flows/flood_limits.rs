//! The flood limits of this node, as the flows ask them.

use super::Services;
use crate::{
    domain::{audit::Client, sign_in::attempts::Pause},
    throttle::Route,
};

/// The target of this module's log lines.
const LOG: &str = "vestibule::flows::services";

/// Too many attempts, and what ends that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled(pub Pause);

/// Counts an attempt. The first refusal of a flood is the caller's to log: it is cheap, and a
/// flood must not become a flood of rows.
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
