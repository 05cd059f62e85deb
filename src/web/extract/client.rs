//! The client of a request.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use ipnet::IpNet;

use crate::{
    domain::audit::Client,
    web::{
        error::WebError,
        state::{State, WebSettings},
    },
};

/// The client's address, user agent and device cookie.
#[derive(Debug, Clone)]
pub struct ClientInfo(pub Client);

impl ClientInfo {
    /// Reads them from a request.
    pub fn of(req: &HttpRequest, settings: &WebSettings) -> Self {
        let socket = req
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let forwarded = forwarded(req);
        let user_agent = req
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let address = client_address(socket, &forwarded, &settings.trusted_proxies);
        Self(Client::new(address, user_agent).with_device(settings.device(req)))
    }
}

/// The hops of `X-Forwarded-For` as bytes: text that a client wrote before the hops of our proxies must
/// not hide them.
pub fn forwarded(req: &HttpRequest) -> Vec<&[u8]> {
    req.headers()
        .get_all("x-forwarded-for")
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect()
}

/// The socket's address, unless it is a trusted proxy's: then the header is read from the right to the
/// first hop that is not trusted. A hop that is not an address ends the search.
pub fn client_address(socket: IpAddr, forwarded: &[&[u8]], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut address = socket.to_canonical();
    for hop in forwarded.iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        match hop_address(hop) {
            Some(ip) => address = ip.to_canonical(),
            None => break,
        }
    }
    address
}

/// One hop: an address, which some proxies write with a port or in brackets.
pub fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bare = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let with_port = || hop.parse::<SocketAddr>().ok().map(|addr| addr.ip());
    bare.unwrap_or(hop).parse().ok().or_else(with_port)
}

impl FromRequest for ClientInfo {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().ok_or(WebError::Misconfigured);
        ready(state.map(|state| Self::of(req, &state.settings)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(socket: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        let forwarded: Vec<&[u8]> = forwarded.iter().map(|hop| hop.as_bytes()).collect();
        client_address(socket.parse().unwrap(), &forwarded, &trusted).to_string()
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

    #[test]
    fn hops_are_read_in_the_formats_of_proxies_and_garbage_ends_the_search() {
        let proxies = &["10.0.0.0/8", "2001:db8:ffff::/48"];
        for (hop, read) in [
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("\t198.51.100.7 ", "198.51.100.7"),
        ] {
            assert_eq!(address("10.0.0.1", &[hop], proxies), read, "{hop:?}");
            let both = address("2001:db8:ffff::1", &["1.1.1.1", hop, "10.0.0.2"], proxies);
            assert_eq!(both, read, "{hop:?} behind two hops");
        }
        for garbage in [
            "",
            "unknown",
            "198.51.100.7.1",
            "198.51.100.7:",
            "[::1",
            "0x7f000001",
            "198.51.100.07",
            "fe80::1%eth0",
            "\u{e9}",
        ] {
            assert_eq!(
                address("10.0.0.1", &[garbage], proxies),
                "10.0.0.1",
                "{garbage:?}"
            );
            let before = address("10.0.0.1", &[garbage, "198.51.100.7"], proxies);
            assert_eq!(before, "198.51.100.7", "{garbage:?} of the client");
            let between = address("10.0.0.1", &["1.1.1.1", garbage, "10.0.0.2"], proxies);
            assert_eq!(between, "10.0.0.2", "{garbage:?} between hops");
        }
    }
}
