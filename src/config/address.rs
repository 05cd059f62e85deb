//! Rules around the public address: what it may be, and how cookies follow from it.

use std::net::{Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::Environment;
use super::faults::Refusal;
use super::reader::{Read, Reader, Reported};
use super::value::{self, Parsed, word};

/// The public address. Development derives it from where it listens, so that a changed port
/// needs one setting and not two.
pub(super) fn base_url(
    reader: &mut Reader<'_>,
    environment: Read<Environment>,
    listen: Read<SocketAddr>,
) -> Read<Url> {
    let remedy =
        "Set it to the https address that browsers use, such as https://sign-in.example.org.";
    let written = reader.optional("BASE_URL", value::base_url)?;
    match (written, environment?) {
        (Some(url), Environment::Production) if url.scheme() != "https" => Err(reader.refuse(
            "BASE_URL",
            Refusal::new("is not https, and ENVIRONMENT is production", remedy),
        )),
        (Some(url), _) => Ok(url),
        (None, Environment::Production) => Err(reader.refuse(
            "BASE_URL",
            Refusal::new("is not set, and ENVIRONMENT is production", remedy),
        )),
        (None, Environment::Development) => {
            let mut address = listen?;
            if address.ip().is_unspecified() {
                address.set_ip(Ipv4Addr::LOCALHOST.into());
            }
            if address.port() == 0 {
                address.set_port(8080);
            }
            value::base_url(&format!("http://{address}"))
                .map_err(|refusal| reader.refuse("BASE_URL", refusal))
        }
    }
}

/// Follows the scheme of `BASE_URL`. Secure cookies under http reach nobody, except on a loopback
/// host, which browsers hold trustworthy; plain ones under https would be a hole.
pub(super) fn cookie_secure(reader: &mut Reader<'_>, base_url: Option<&Url>) -> Read<bool> {
    let told = reader.optional("COOKIE_SECURE", |text| {
        word(text, &[("true", true), ("false", false)])
    })?;
    let Some(base_url) = base_url else {
        return Err(Reported);
    };
    let https = base_url.scheme() == "https";
    let remedy = "Remove the line: the setting follows BASE_URL.";
    match told {
        Some(false) if https => Err(reader.refuse(
            "COOKIE_SECURE",
            Refusal::new(
                "is false, and BASE_URL is https: cookies would also travel in the clear",
                remedy,
            ),
        )),
        Some(true) if !https && !is_loopback(base_url.host()) => Err(reader.refuse(
            "COOKIE_SECURE",
            Refusal::new(
                "is true, and BASE_URL is http: browsers would drop every cookie",
                remedy,
            ),
        )),
        told => Ok(told.unwrap_or(https)),
    }
}

/// The address of a service that we call: https, or http on this machine. It may have a path.
pub(super) fn service_url(value: &str) -> Parsed<Url> {
    let remedy = "Use https, a host and perhaps a path, such as https://hibp.example.org/mirror.";
    let refuse = |problem: &str| Err(Refusal::new(problem, remedy));
    let Ok(url) = Url::parse(value) else {
        return refuse("is not a URL");
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url.host()) => {}
        _ => return refuse("is not https, and its host is not this machine"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not have a query or a fragment");
    }
    Ok(url)
}

/// Whether a host is this machine, by name or by address.
pub(super) fn is_loopback<S: AsRef<str>>(host: Option<Host<S>>) -> bool {
    match host {
        Some(Host::Domain(name)) => {
            let name = name.as_ref().trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
