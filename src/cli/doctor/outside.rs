//! The running service, checked with requests like those of browsers: whether it can be reached, which
//! headers its answers have, and which client address it sees.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use url::{Position, Url};

use super::{fetch, report::Report};
use crate::{
    app::SystemClock,
    config::Config,
    domain::{
        clock::Clock as _,
        network::self_check::{self, Seen, SelfCheckKey},
    },
    outbound::{Answer, StatusCode},
    web::extract::hop_address,
};

/// An address that a client might forge (RFC 5737).
const CLAIMED: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77));
/// Headers of every answer, and how their values begin.
const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", "default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Asks the service at `url`, by the name of `BASE_URL`.
pub(super) async fn check(config: &Config, url: &Url, report: &mut Report) {
    let authority = &config.base_url[Position::BeforeHost..Position::AfterPort];
    let shown = &url[..Position::BeforePath];
    let ready = match fetch::get(url, authority, "/readyz", &[]).await {
        Ok(answer) => answer,
        Err(error) => {
            let remedy = "See that the service and the proxy run, that the name leads here, and \
                that the certificate is for it and of an authority this machine knows.";
            return report.fail("reachable", format!("{shown}: {error}"), remedy);
        }
    };
    if ready.status == StatusCode::OK {
        let how = match url.scheme() {
            "https" => "over verified TLS",
            _ => "without TLS",
        };
        report.ok("reachable", format!("{shown} is ready, {how}"));
    } else {
        let what = format!("{shown}/readyz answers {}", ready.status);
        let remedy = "Is it this service? The log says why it is not ready.";
        report.fail("reachable", what, remedy);
    }
    match fetch::get(url, authority, "/login", &[]).await {
        Ok(login) => page(config, authority, &login, report),
        Err(error) => report.fail("host", error, "See that the proxy lets it through."),
    }
    let key = SelfCheckKey::derive(config.secrets.cookie.expose());
    let value = key.value(SystemClock.now());
    let claimed = CLAIMED.to_string();
    let headers = [
        (self_check::HEADER, value.as_str()),
        ("x-forwarded-for", claimed.as_str()),
    ];
    match fetch::get(url, authority, "/healthz", &headers).await {
        Ok(answer) => match serde_json::from_slice::<Seen>(&answer.body) {
            Ok(seen) => address(&seen, &config.trusted_proxies, report),
            Err(_) => report.fail(
                "proxy headers",
                "the service does not tell how it sees this request",
                "Run doctor with the same COOKIE_KEY and clock as the service, and the same version.",
            ),
        },
        Err(error) => report.fail("proxy headers", error, "Ask again."),
    }
}

/// Checks host, headers and cookies of the sign-in page.
fn page(config: &Config, authority: &str, login: &Answer, report: &mut Report) {
    match login.status {
        StatusCode::OK => report.ok("host", format!("{authority} is served")),
        StatusCode::MISDIRECTED_REQUEST => {
            let remedy = "Have the proxy forward the Host header as it came.";
            let what = format!("asked for {authority}, the service is asked for another name");
            return report.fail("host", what, remedy);
        }
        status => {
            let remedy = "See that BASE_URL leads to this service, and nothing stands before it.";
            return report.fail("host", format!("/login answers {status}"), remedy);
        }
    }
    let value = |name: &str| {
        login
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let mut missing: Vec<&str> = HEADERS
        .iter()
        .filter(|(name, begins)| !value(name).is_some_and(|value| value.starts_with(begins)))
        .map(|(name, _)| *name)
        .collect();
    let https = config.base_url.scheme() == "https";
    if https && !value("strict-transport-security").is_some_and(|value| value.contains("max-age")) {
        missing.push("strict-transport-security");
    }
    if missing.is_empty() {
        let hsts = if https { ", with HSTS" } else { "" };
        report.ok("headers", format!("as the service sends them{hsts}"));
    } else {
        let what = format!("changed or missing: {}", missing.join(", "));
        report.fail(
            "headers",
            what,
            "Have the proxy leave the answer's headers alone.",
        );
    }
    let cookies = login.headers.get_all("set-cookie");
    let bad = cookies
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .find(|cookie| !is_protected(cookie, config.cookie_secure));
    match bad.and_then(|cookie| cookie.split('=').next()) {
        Some(name) => report.fail(
            "cookies as sent",
            format!("{name} is not protected as BASE_URL demands"),
            "Have the proxy leave Set-Cookie alone, and run the service with this BASE_URL.",
        ),
        None => report.ok("cookies as sent", "protected as BASE_URL demands"),
    }
}

/// Whether a `Set-Cookie` has the flags that it must have.
fn is_protected(cookie: &str, secure: bool) -> bool {
    let flags: Vec<String> = cookie
        .split(';')
        .skip(1)
        .map(|flag| flag.trim().to_ascii_lowercase())
        .collect();
    let has = |flag: &str| flags.iter().any(|one| one == flag);
    let is_bound = has("secure") && cookie.starts_with("__Host-");
    has("httponly") && has("samesite=lax") && has("path=/") && (is_bound || !secure)
}

/// Checks the client address that the service saw, where the request claimed to be [`CLAIMED`].
fn address(seen: &Seen, trusted: &[IpNet], report: &mut Report) {
    let client = seen.client;
    let peer = seen
        .peer
        .map_or_else(|| "?".to_owned(), |peer| peer.to_string());
    let claimed = CLAIMED.to_string();
    let of_a_proxy = seen.forwarded.iter().any(|hop| hop.trim() != claimed);
    if let Some(here) = own_trusted_address(seen, trusted) {
        let what = format!(
            "{peer} passes this request on with its address, {here}; since that is in TRUSTED_PROXIES, \
             as the proxy's own host may be, an address that it claims is believed. Ask from another \
             machine to see what others get"
        );
        report.ok("proxy headers", what);
    } else if client == CLAIMED {
        report.fail(
            "proxy headers",
            format!("X-Forwarded-For is believed as it was sent to {peer}: anyone can choose their address"),
            "Have the proxy replace the header, or append to it; ask through the proxy, not beside it.",
        );
    } else if seen.forwarded.is_empty() {
        report.warn(
            "proxy headers",
            format!("X-Forwarded-For was taken away before {peer} passed this request on: all its clients count as one"),
            "Have the proxy append the client's address to it, and list the proxy in TRUSTED_PROXIES.",
        );
    } else if Some(client) == seen.peer && of_a_proxy {
        report.warn(
            "proxy headers",
            format!("{peer} passes requests on and is not in TRUSTED_PROXIES: all its clients count as one"),
            "Add it to TRUSTED_PROXIES.",
        );
    } else if Some(client) == seen.peer {
        let what =
            format!("this request comes from {client}, and an address it claims is not believed");
        report.ok("proxy headers", what);
    } else {
        let what = format!(
            "this request comes from {client} by way of {peer}, and an address it claims is not believed"
        );
        report.ok("proxy headers", what);
    }
}

/// Our address as the proxy appended it to the header, if the proxy and every later hop are trusted: then
/// the proxy works correctly, and accepting the forged address is right. If the proxy appended nothing,
/// the last address is the forged one, or there is none.
fn own_trusted_address(seen: &Seen, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    seen.peer.filter(is_trusted)?;
    let hops = seen
        .forwarded
        .iter()
        .rev()
        .map(|hop| hop_address(hop.as_bytes()).map(|ip| ip.to_canonical()));
    let written = hops.take_while(|hop| *hop != Some(CLAIMED));
    let written: Vec<Option<IpAddr>> = written.collect();
    let all_trusted = written
        .iter()
        .all(|hop| hop.as_ref().is_some_and(is_trusted));
    written.last().copied().flatten().filter(|_| all_trusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is reported on a request that seems to come from `client`.
    fn said(client: &str, peer: &str, forwarded: &str) -> String {
        let mut report = Report::default();
        let seen = Seen {
            client: client.parse().unwrap(),
            peer: peer.parse().ok(),
            forwarded: forwarded.split_terminator(',').map(str::to_owned).collect(),
        };
        address(&seen, &["10.0.0.0/8".parse().unwrap()], &mut report);
        report.in_words()
    }

    #[test]
    #[rustfmt::skip] // A table is read by its lines.
    fn the_address_behind_a_proxy_is_reported() {
        for (client, peer, forwarded, expected) in [
            ("192.0.2.1", "192.0.2.1", "203.0.113.77", "ok    proxy headers: this request comes from 192.0.2.1, "),
            ("192.0.2.1", "10.0.0.1", "203.0.113.77,192.0.2.1", "ok    proxy headers: this request comes from 192.0.2.1 by way of 10.0.0.1"),
            ("192.0.2.1", "10.0.0.1", "192.0.2.1", "ok    "),
            ("10.0.0.1", "10.0.0.1", "", "warn  proxy headers: X-Forwarded-For was taken away before 10.0.0.1"),
            ("172.16.0.1", "172.16.0.1", "203.0.113.77,192.0.2.1", "warn  proxy headers: 172.16.0.1 passes requests on"),
            ("203.0.113.77", "10.0.0.1", "203.0.113.77", "fail  proxy headers: X-Forwarded-For is believed"),
            // On the proxy's own host, the proxy appends to the header or replaces it.
            ("203.0.113.77", "10.0.0.1", "203.0.113.77, 10.0.0.1", "ok    proxy headers: 10.0.0.1 passes this request on with its address, 10.0.0.1;"),
            ("203.0.113.77", "10.0.0.2", "203.0.113.77, 10.0.0.9:4711, 10.0.0.1", "ok    proxy headers: 10.0.0.2 passes this request on with its address, 10.0.0.9;"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.1", "ok    proxy headers: 10.0.0.1 passes"),
            // A proxy that appends an impossible address and passes on the rest.
            ("203.0.113.77", "10.0.0.1", "203.0.113.77,unknown", "fail  proxy headers: X-Forwarded-For is believed"),
        ] {
            let words = said(client, peer, forwarded);
            assert!(words.starts_with(expected), "{words}");
        }
    }

    #[test]
    fn a_cookie_needs_its_flags() {
        let good = "__Host-session=x; HttpOnly; SameSite=Lax; Secure; Path=/";
        assert!(is_protected(good, true));
        for flag in [
            "HttpOnly; ",
            "SameSite=Lax; ",
            "Secure; ",
            "; Path=/",
            "__Host-",
        ] {
            assert!(!is_protected(&good.replace(flag, ""), true), "{flag}");
        }
        assert!(is_protected(
            "session=x; HttpOnly; SameSite=Lax; Path=/",
            false
        ));
    }
}
