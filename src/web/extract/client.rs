//! From where a request comes.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use ipnet::IpNet;

use crate::{
    domain::{audit::Client, device::DeviceCookie},
    web::{error::WebError, state::State},
};

/// The client's address and user agent.
#[derive(Debug, Clone)]
pub struct ClientInfo(pub Client);

impl ClientInfo {
    /// Reads them from a request.
    pub fn of(req: &HttpRequest, trusted: &[IpNet]) -> Self {
        let socket = req
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let forwarded: Vec<&str> = req
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let user_agent = req
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Self(Client::new(
            client_address(socket, &forwarded, trusted),
            user_agent,
        ))
    }
}

/// The socket's address, unless it is a trusted proxy's: then the header is read from the right to
/// the first hop that is not trusted. A hop that is no address ends the walk.
fn client_address(socket: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut address = socket.to_canonical();
    for hop in forwarded.iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(ip) => address = ip.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

impl FromRequest for ClientInfo {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().ok_or(WebError::Misconfigured);
        ready(state.map(|state| Self::of(req, &state.settings.trusted_proxies)))
    }
}

/// What the browser is known by; empty where it is not.
#[derive(Debug, Clone)]
pub struct DeviceInfo(pub DeviceCookie);

impl FromRequest for DeviceInfo {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().ok_or(WebError::Misconfigured);
        ready(state.map(|state| Self(state.settings.device(req))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(socket: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        client_address(socket.parse().unwrap(), forwarded, &trusted).to_string()
    }

    #[test]
    fn the_header_counts_only_behind_trusted_hops() {
        let proxies = &["10.0.0.0/8"];
        assert_eq!(
            address("192.0.2.1", &["198.51.100.7"], proxies),
            "192.0.2.1"
        );
        assert_eq!(
            address("10.0.0.1", &["198.51.100.7"], proxies),
            "198.51.100.7"
        );
        assert_eq!(
            address(
                "10.0.0.1",
                &["1.1.1.1", " 198.51.100.7", "10.0.0.2"],
                proxies
            ),
            "198.51.100.7"
        );
        assert_eq!(address("10.0.0.1", &["198.51.100.7"], &[]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &["junk"], proxies), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[], proxies), "10.0.0.1");
    }
}
