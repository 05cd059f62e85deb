//! Parsers of the mail settings: the server's name, and the sender.

use std::net::IpAddr;

use url::Host;

use super::faults::{Refusal, shown};
use super::value::Parsed;
use crate::domain::branding::SiteName;

/// The characters that a name has in quotes only (RFC 5322, 3.2.3).
const SPECIAL: &[char] = &[
    '(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '.', '"',
];

/// A mail server's name: a host name or an IP address, without scheme or port.
pub(super) fn host(value: &str) -> Parsed<String> {
    let bare = value.parse::<IpAddr>().is_ok();
    match Host::parse(value) {
        Ok(Host::Domain(name)) if !name.is_empty() => Ok(name),
        _ if bare => Ok(value.to_owned()),
        _ => Err(Refusal::new(
            format!("is not a host name: {}", shown(value)),
            "Use the bare name or address, such as smtp.example.org; the port goes into SMTP_PORT.",
        )),
    }
}

/// The sender of mails: `local@domain`, or `Name <local@domain>` (RFC 5322, 3.4).
pub(super) fn mailbox(value: &str) -> Parsed<String> {
    let refuse = |problem: &str| {
        Err(Refusal::new(
            format!("{problem}: {}", shown(value)),
            "Use no-reply@example.org or 'Name <no-reply@example.org>'; put a name with special characters \
             into \"double quotes\".",
        ))
    };
    let (name, address) = match value.split_once('<') {
        Some((name, rest)) => match rest.strip_suffix('>') {
            Some(address) => (name.trim(), address),
            None => return refuse("does not end its address with `>`"),
        },
        None => ("", value),
    };
    let quoted = name.len() >= 2 && name.starts_with('"') && name.ends_with('"');
    let inner = if quoted {
        &name[1..name.len() - 1]
    } else {
        name
    };
    let special = if quoted { &['"', '\\'] } else { SPECIAL };
    if inner.contains(char::is_control) || inner.contains(special) {
        return refuse("has a name that needs quotes");
    }
    match address.split_once('@') {
        Some((local, domain)) if local_part(local) && mail_domain(domain) => Ok(value.to_owned()),
        _ => refuse("is not an email address"),
    }
}

/// `Name <address>`. Characters with which a name would end are left out of it.
pub(super) fn named(name: &SiteName, address: &str) -> String {
    let name = name.as_str().replace(['<', '>', '@', '"', '\\'], "");
    match name.trim() {
        "" => address.to_owned(),
        name if name.contains(SPECIAL) => format!("\"{name}\" <{address}>"),
        name => format!("{name} <{address}>"),
    }
}

fn local_part(local: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(allowed))
}

/// Whether this is a domain name in ASCII. IP addresses in brackets are not accepted, because few mail servers accept
/// them.
fn mail_domain(domain: &str) -> bool {
    let parsed = Host::parse(domain);
    domain.is_ascii() && matches!(parsed, Ok(Host::Domain(name)) if (1..=253).contains(&name.len()))
}
