//! `vestibule healthcheck`: asks the service on this machine whether it is ready, for containers without a shell.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use url::Url;

use super::setup::{Failure, print, runtime, source};
use crate::{
    config,
    outbound::{Bounds, Outbound, StatusCode},
};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(5),
    bytes: 1024,
    at_once: 1,
};

/// Asks for `/readyz` at `LISTEN_ADDR`. Judges the running service, and not the settings and files of its next start.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let listener = config::listener(&source())?;
    if listener.addr.port() == 0 {
        return Err("LISTEN_ADDR has port 0, so the service's port is not known here.".into());
    }
    let (scheme, outbound) = if listener.tls {
        ("https", Outbound::unverified(BOUNDS)?)
    } else {
        ("http", Outbound::new(BOUNDS))
    };
    let url = Url::parse(&format!("{scheme}://{}/readyz", reachable(listener.addr)))?;
    let headers = [("user-agent", "vestibule healthcheck")];
    let asked = runtime()?.block_on(outbound.get(&url, &headers));
    let status = asked.map_err(|error| format!("{url}: {error}"))?.status;
    if status != StatusCode::OK {
        return Err(format!("{url} answers {status}").into());
    }
    print("ready\n")?;
    Ok(ExitCode::SUCCESS)
}

/// An address at which a service that listens on `listen` can be asked from this machine.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_is_asked_on_the_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:8080", "192.0.2.7:8080"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        }
    }
}
