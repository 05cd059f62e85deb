//! Parsers of URLs, and the test whether a host is this machine.

use url::{Host, Url};

use super::faults::{Refusal, shown};
use super::value::Parsed;
use crate::domain::{accounts::email::EmailAddress, branding::SiteLink};

/// The most bytes of a link that is shown in pages and mails.
const MAX_LINK: usize = 300;

/// The public address: http or https, a host, and optionally a port.
pub(super) fn base_url(value: &str) -> Parsed<Url> {
    let remedy = "Use scheme, host and perhaps a port, such as https://sign-in.example.org.";
    let refuse = |problem: &str| Err(Refusal::new(problem, remedy));
    let Ok(url) = Url::parse(value) else {
        return refuse("is not a URL");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("is neither an http nor an https URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    if !has_plain_host(&url) {
        return refuse("has a host that no name server knows");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return refuse("must not have a path, a query or a fragment");
    }
    Ok(url)
}

/// A web origin in the exact form in which browsers send it (RFC 6454).
pub(super) fn origin(value: &str) -> Parsed<String> {
    if value == "*" {
        return Err(Refusal::new(
            "has a wildcard",
            "Name each origin whose pages may use the API with cookies.",
        ));
    }
    let url = base_url(value).map_err(|refusal| {
        Refusal::new(
            format!("holds an item that {}", refusal.problem),
            "Write origins as scheme, host and perhaps a port, such as https://app.example.org.",
        )
    })?;
    Ok(url.origin().ascii_serialization())
}

/// An https origin of another site.
pub(super) fn https_origin(value: &str) -> Parsed<Url> {
    let remedy =
        "Write origins as https, host and perhaps a port, such as https://shop.example.org.";
    let refuse = |problem: &str| Refusal::new(format!("holds an item that {problem}"), remedy);
    let url = base_url(value).map_err(|refusal| refuse(&refusal.problem))?;
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(_))) => Ok(url),
        ("https", _) => Err(refuse("names an IP address")),
        _ => Err(refuse("is not https")),
    }
}

/// The address of a service that we call: https, or http on this machine. It may have a path.
pub(super) fn service_url(value: &str) -> Parsed<Url> {
    let remedy = "Use https, a host and perhaps a path, such as https://service.example.org/path.";
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

/// Where people get help: an https page, or `mailto:` with one address.
pub(super) fn support_url(value: &str) -> Parsed<SiteLink> {
    let remedy = "Use https, such as https://example.org/help, or mailto:help@example.org.";
    let is_mailbox = |url: &Url| {
        EmailAddress::parse(url.path()).is_ok()
            && url.query().is_none()
            && url.fragment().is_none()
            && !url.path().contains('%')
    };
    match Url::parse(value) {
        Ok(url) if url.scheme() == "mailto" && is_mailbox(&url) => site_link(&url, remedy),
        Ok(url) if url.scheme() == "mailto" => Err(Refusal::new(
            format!("does not have exactly one address: {}", shown(value)),
            remedy,
        )),
        _ => page_url(value, remedy),
    }
}

/// An https page.
pub(super) fn privacy_url(value: &str) -> Parsed<SiteLink> {
    page_url(value, "Use https, such as https://example.org/privacy.")
}

fn page_url(value: &str, remedy: &str) -> Parsed<SiteLink> {
    let refuse = |problem: &str| Err(Refusal::new(problem, remedy));
    let Ok(url) = Url::parse(value) else {
        return refuse("is not a URL");
    };
    if url.scheme() != "https" {
        return refuse("is not https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    if !has_plain_host(&url) {
        return refuse("has a host that no name server knows");
    }
    site_link(&url, remedy)
}

/// Whether a host is an address or has only characters of host names; URLs allow quotes and more.
fn has_plain_host(url: &Url) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    url.host_str()
        .is_some_and(|host| host.chars().all(is_plain))
}

fn site_link(url: &Url, remedy: &str) -> Parsed<SiteLink> {
    if url.as_str().len() > MAX_LINK {
        return Err(Refusal::new("is longer than 300 bytes", remedy));
    }
    Ok(SiteLink::new(url.to_string()))
}

/// Whether a host is this machine, as a name or as an address.
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
