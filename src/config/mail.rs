//! Settings of the mail server and of the sender.

use std::net::IpAddr;
use std::path::PathBuf;

use url::{Host, Url};

use super::address::is_loopback;
use super::faults::Refusal;
use super::mail_value;
use super::reader::{Read, Reader, Reported};
use super::redacted::Redacted;
use super::value::{self, whole, word};

/// A mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Host name, or a numeric address without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// The account; present exactly where `password` is.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Redacted<String>>,
    /// The sender of every mail: `local@domain`, or `Name <local@domain>`.
    pub from: String,
    /// Certificates (PEM) to trust besides the system's roots.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for one answer.
    pub timeout_seconds: u64,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain at first, then always STARTTLS (RFC 3207); a server without it is refused.
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Not at all.
    None,
}

impl SmtpTls {
    fn usual_port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// The settings that mean nothing without a host.
const RESTING: [&str; 4] = [
    "SMTP_PORT",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
    "SMTP_CA_FILE",
];

/// The mail server, if one is named; production needs one. `from` is the sender of every mail.
pub(super) fn smtp(
    reader: &mut Reader<'_>,
    production: bool,
    from: Read<String>,
) -> Read<Option<Smtp>> {
    let host = reader.optional("SMTP_HOST", mail_value::host);
    let modes = [
        ("starttls", SmtpTls::Starttls),
        ("tls", SmtpTls::Tls),
        ("none", SmtpTls::None),
    ];
    let tls = reader.value("SMTP_TLS", |text| word(text, &modes));
    let port = reader.optional("SMTP_PORT", |text| whole(text, 1..=u16::MAX));
    let username = reader.optional("SMTP_USERNAME", |text| Ok(text.to_owned()));
    let password = reader.untrimmed("SMTP_PASSWORD", |text| Ok(Redacted::new(text.to_owned())));
    let ca_file = reader.optional("SMTP_CA_FILE", value::readable_file);
    let timeout = reader.value("SMTP_TIMEOUT_SECONDS", |text| whole(text, 1..=3600));
    paired(reader, &username, &password);
    let Some(host) = host? else {
        return without_host(reader, production);
    };
    let tls = tls?;
    if tls == SmtpTls::None && !is_loopback(parsed_host(&host)) {
        unprotected(reader, production, matches!(password, Ok(Some(_))))?;
    }
    Ok(Some(Smtp {
        host,
        port: port?.unwrap_or(tls.usual_port()),
        tls,
        username: username?,
        password: password?,
        from: from?,
        ca_file: ca_file?,
        timeout_seconds: timeout?,
    }))
}

/// The sender: as told, or no-reply at the public host. An address has no mail domain: development
/// calls it localhost, production must be told.
pub(super) fn sender(
    reader: &mut Reader<'_>,
    production: bool,
    base_url: Option<&Url>,
) -> Read<String> {
    if let Some(told) = reader.optional("SMTP_FROM", mail_value::mailbox)? {
        return Ok(told);
    }
    match base_url.and_then(Url::host).ok_or(Reported)? {
        Host::Domain(name) => Ok(format!("Vestibule <no-reply@{name}>")),
        _ if production => {
            let problem = "is not set, and BASE_URL has no domain to send from";
            let remedy = "Set it to the address that mails come from.";
            Err(reader.refuse("SMTP_FROM", Refusal::new(problem, remedy)))
        }
        _ => Ok("Vestibule <no-reply@localhost>".to_owned()),
    }
}

fn without_host(reader: &mut Reader<'_>, production: bool) -> Read<Option<Smtp>> {
    if production {
        let remedy =
            "Name the mail server: without mail no one can verify an address or reset a password.";
        let refusal = Refusal::new("is not set, and ENVIRONMENT is production", remedy);
        return Err(reader.refuse("SMTP_HOST", refusal));
    }
    for name in RESTING {
        if reader.is_set(name) {
            reader.warn(format!("{name} has no effect without SMTP_HOST."));
        }
    }
    Ok(None)
}

/// An account without its password, or the other way round, is a slip.
fn paired(
    reader: &mut Reader<'_>,
    username: &Read<Option<String>>,
    password: &Read<Option<Redacted<String>>>,
) {
    let remedy = "Set both, or neither for a server that asks for no account.";
    match (username, password) {
        (Ok(Some(_)), Ok(None)) => {
            reader.refuse(
                "SMTP_PASSWORD",
                Refusal::new("is not set, and SMTP_USERNAME is", remedy),
            );
        }
        (Ok(None), Ok(Some(_))) => {
            reader.refuse(
                "SMTP_USERNAME",
                Refusal::new("is not set, and SMTP_PASSWORD is", remedy),
            );
        }
        _ => {}
    }
}

/// Mails carry links that open accounts, so production sends none in the clear over a network.
fn unprotected(reader: &mut Reader<'_>, production: bool, with_password: bool) -> Read<()> {
    if production {
        let remedy = "Use starttls or tls, or a relay on this machine.";
        let problem =
            "is none, and SMTP_HOST is another machine: reset links would travel in the clear";
        return Err(reader.refuse("SMTP_TLS", Refusal::new(problem, remedy)));
    }
    let what = if with_password {
        "mails and SMTP_PASSWORD travel"
    } else {
        "mails travel"
    };
    reader.warn(format!(
        "SMTP_TLS is none: {what} to SMTP_HOST in the clear."
    ));
    Ok(())
}

fn parsed_host(host: &str) -> Option<Host<String>> {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(Host::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Some(Host::Ipv6(address)),
        Err(_) => Host::parse(host).ok(),
    }
}
