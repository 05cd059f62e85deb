//! Requests to the running service as browsers send them.

use std::time::Duration;

use url::Url;

use crate::{
    domain::network::tls,
    outbound::{Answer, Bounds, Outbound},
};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(10),
    bytes: 64 * 1024,
    at_once: 1,
};

/// The options to name after a TLS failure.
const TLS_SETTINGS: tls::Settings = tls::Settings {
    server: "--url",
    mode: "the scheme and the port of --url",
    ca_file: None,
};

/// Requests a path from the server of `url`, with `authority` as the host name and with further headers.
/// An error is a text for the operator.
pub(super) async fn get(
    url: &Url,
    authority: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Answer, String> {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    let headers = [
        &[("host", authority), ("user-agent", "vestibule doctor")],
        headers,
    ]
    .concat();
    let asked = Outbound::new(BOUNDS).get(&url, &headers).await;
    asked.map_err(|failure| match tls::advice(&failure, TLS_SETTINGS) {
        Some(advice) => format!("{failure}: {advice}"),
        None => failure.to_string(),
    })
}
