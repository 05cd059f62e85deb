//! Cookies, passkeys, proxies, and the mail server.

use std::net::{IpAddr, Ipv4Addr};

use url::Host;

use super::report::Report;
use crate::{
    app::App, config::Config, mail::TlsMode, outbound::sms::Gateway, web::extract::client_address,
};

/// A client of the example (RFC 5737).
const CLIENT: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);

/// Whether cookies are protected as `BASE_URL` allows.
pub(super) fn cookies(config: &Config, report: &mut Report) {
    let on_this_machine = match config.base_url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if config.cookie_secure {
        let what = "Secure, HttpOnly, SameSite=Lax, and named __Host-";
        report.ok("cookies", what);
    } else if on_this_machine {
        let what = "HttpOnly and SameSite=Lax; not Secure, as BASE_URL is http on this machine";
        report.ok("cookies", what);
    } else {
        let what = "BASE_URL is http: cookies and passwords travel in the clear";
        report.warn(
            "cookies",
            what,
            "Serve it over https, and set BASE_URL to that.",
        );
    }
}

/// Whether the site can have passkeys.
pub(super) fn passkeys(config: &Config, report: &mut Report) {
    let Some(party) = &config.relying_party else {
        let what = "none: they belong to a host name, and BASE_URL has an IP address";
        let remedy = "Give the service a host name, if users are to have passkeys.";
        report.warn("passkeys", what, remedy);
        return;
    };
    let origins: Vec<String> = party
        .origins
        .iter()
        .map(|origin| origin.origin().ascii_serialization())
        .collect();
    let what = format!("they belong to {}, at {}", party.id, origins.join(", "));
    report.ok("passkeys", what);
}

/// Which client address a request through a proxy would get.
pub(super) fn proxies(config: &Config, report: &mut Report) {
    let https = config.base_url.scheme() == "https";
    let Some(network) = config.trusted_proxies.first() else {
        if config.tls.is_some() {
            report.ok("proxies", "none: TLS ends here");
        } else if https {
            let what =
                "TLS ends at a proxy, and TRUSTED_PROXIES is empty: all clients count as one";
            report.warn("proxies", what, "Set it to the proxy's addresses.");
        } else {
            report.ok("proxies", "none is trusted, and X-Forwarded-For is ignored");
        }
        return;
    };
    let proxy = network.hosts().next().unwrap_or_else(|| network.addr());
    let header = CLIENT.to_string();
    let seen = client_address(proxy, &[header.as_bytes()], &config.trusted_proxies);
    let what = format!("a request from {proxy} with X-Forwarded-For: {CLIENT} counts as {seen}");
    if seen == IpAddr::V4(CLIENT) {
        report.ok("proxies", what);
    } else {
        report.fail(
            "proxies",
            what,
            "Set TRUSTED_PROXIES to the proxy's addresses.",
        );
    }
}

/// Whether the mail server accepts a connection; no mail is sent.
pub(super) async fn mail(config: &Config, report: &mut Report) {
    let Some(smtp) = &config.smtp else {
        let what = "SMTP_HOST is not set: mails are printed instead of sent";
        report.warn("mail", what, "Set it before anyone else signs up.");
        return;
    };
    let server = format!("{}, port {}", smtp.host, smtp.port);
    let checked = match App::transport(config) {
        Ok(transport) => transport.check().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match checked {
        Ok(()) => {
            let tls = match smtp.tls {
                TlsMode::None => "without TLS",
                TlsMode::Starttls | TlsMode::Tls => "over verified TLS",
            };
            let account = match smtp.username {
                Some(_) => ", and takes the account",
                None => "",
            };
            report.ok("mail", format!("{server} answers {tls}{account}"));
        }
        Err(error) => {
            let remedy = "See SMTP_HOST, SMTP_PORT, SMTP_TLS, SMTP_USERNAME and SMTP_CA_FILE; \
                then `vestibule mail test ADDRESS`.";
            report.fail("mail", format!("{server}: {error}"), remedy);
        }
    }
}

/// Whether the gateway for messages to phones answers; no message is sent.
pub(super) async fn gateway(config: &Config, report: &mut Report) {
    let Some(settings) = &config.sms else {
        return;
    };
    let gateway = Gateway::new(settings);
    let at = gateway.authority();
    match gateway.check().await {
        Ok(()) if settings.countries.is_empty() => report.warn(
            "phones",
            format!("{at} answers, and SMS_COUNTRIES allows every country"),
            "Name the countries of your users: messages to some others are very expensive.",
        ),
        Ok(()) => {
            let countries: Vec<String> =
                settings.countries.iter().map(ToString::to_string).collect();
            let (countries, most) = (countries.join(", "), settings.max_per_hour);
            let what = format!("{at} answers; at most {most} messages an hour, to {countries}");
            report.ok("phones", what);
        }
        Err(error) => {
            let remedy = "See SMS_GATEWAY_URL, and that the gateway runs.";
            report.fail("phones", format!("{at}: {error}"), remedy);
        }
    }
}
