//! The mail server and the sender.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use url::{Host, Url};

use crate::{
    config::{
        address::is_loopback,
        faults::Refusal,
        mail_value::{host, mailbox, named},
        reader::{Read, Reader, Reported},
        setting::{Declared, Optional, Setting, settings},
        value::{Parsed, readable_file, whole, word},
    },
    domain::{
        branding::SiteName,
        network::smtp::{SmtpSettings, TlsMode},
        secrets::secret::SecretString,
    },
};

/// The settings that have no effect without a host.
const NEED_A_HOST: [&dyn Declared; 4] = [&SMTP_PORT, &SMTP_USERNAME, &SMTP_PASSWORD, &SMTP_CA_FILE];

settings! {
    /// Without SMTP_HOST mails are printed to standard output, in development only.
    "Mail";

    /// The mail server that takes our mails: a host name or an address, without a port.
    SMTP_HOST: Optional<String> = unset("smtp.example.org", host);

    /// The port of the mail server.
    SMTP_PORT: Optional<u16> = computed(
        "587 with starttls, 465 with tls, 25 with none",
        "587",
        |text| whole(text, 1..=u16::MAX),
    );

    /// `starttls`, `tls`, or `none`. Certificates are always verified. Production takes `none`
    /// for a loopback SMTP_HOST only: mails carry links that give access to accounts.
    SMTP_TLS: Setting<TlsMode> = fixed("starttls", tls_mode);

    /// The account at the mail server; goes with SMTP_PASSWORD.
    SMTP_USERNAME: Optional<String> = unset("vestibule", |text| Ok(text.to_owned()));

    /// The password of that account.
    SMTP_PASSWORD: Optional<SecretString> = password();

    /// The sender of every mail: an address, which gets SITE_NAME as its name, or `Name <address>`.
    SMTP_FROM: Optional<String> = computed(
        "SITE_NAME <no-reply@...> at BASE_URL's host",
        "'Example <no-reply@example.org>'",
        mailbox,
    );

    /// Certificates (PEM) to trust for the mail server besides the system's roots: of the authority
    /// that signed its certificate, or that certificate itself.
    SMTP_CA_FILE: Optional<PathBuf> = unset("/etc/vestibule/mail-ca.pem", readable_file);

    /// How long the mail server may take for one answer (1 to 3600). Filters judge a mail before they
    /// answer its end; giving up earlier sends it twice (RFC 5321, 4.5.3.2 asks for minutes).
    SMTP_TIMEOUT_SECONDS: Setting<Duration> = fixed(
        "300",
        |text| whole(text, 1..=3600).map(Duration::from_secs),
    );
}

fn tls_mode(text: &str) -> Parsed<TlsMode> {
    let words = [
        ("starttls", TlsMode::Starttls),
        ("tls", TlsMode::Tls),
        ("none", TlsMode::None),
    ];
    word(text, &words)
}

fn usual_port(tls: TlsMode) -> u16 {
    match tls {
        TlsMode::Starttls => 587,
        TlsMode::Tls => 465,
        TlsMode::None => 25,
    }
}

/// The mail server, if one is set; production requires one. `from` is the sender of every mail.
pub(in crate::config) fn server(
    reader: &mut Reader<'_>,
    production: bool,
    from: Read<String>,
) -> Read<Option<SmtpSettings>> {
    let username = reader.optional(&SMTP_USERNAME);
    let password = reader.optional(&SMTP_PASSWORD);
    refuse_incomplete_credentials(reader, &username, &password);
    let Some(host) = reader.optional(&SMTP_HOST)? else {
        return without_host(reader, production);
    };
    let tls = reader.value(&SMTP_TLS)?;
    if tls == TlsMode::None && !is_loopback(parsed_host(&host)) {
        unprotected(reader, production, matches!(password, Ok(Some(_))))?;
    }
    Ok(Some(SmtpSettings {
        host,
        port: reader.optional(&SMTP_PORT)?.unwrap_or(usual_port(tls)),
        tls,
        username: username?,
        password: password?,
        from: from?,
        ca_file: reader.optional(&SMTP_CA_FILE)?,
        timeout: reader.value(&SMTP_TIMEOUT_SECONDS)?,
    }))
}

/// `SMTP_FROM` or no-reply at the public host, with a name. If that host is an IP address, it is no mail domain:
/// development then uses localhost, and production requires the setting.
pub(in crate::config) fn sender(
    reader: &mut Reader<'_>,
    production: bool,
    base_url: Read<&Url>,
    name: Read<&SiteName>,
) -> Read<String> {
    match reader.optional(&SMTP_FROM)? {
        // `<address>` has no name, and gets none.
        Some(written) if written.contains('<') => return Ok(written),
        Some(address) => return Ok(named(name?, &address)),
        None => {}
    }
    match base_url?.host().ok_or(Reported)? {
        Host::Domain(domain) => Ok(named(name?, &format!("no-reply@{domain}"))),
        _ if production => {
            let problem = "is not set, and BASE_URL has no domain to send from";
            let remedy = "Set it to the address that mails come from.";
            Err(reader.refuse(&SMTP_FROM, Refusal::new(problem, remedy)))
        }
        _ => Ok(named(name?, "no-reply@localhost")),
    }
}

fn without_host(reader: &mut Reader<'_>, production: bool) -> Read<Option<SmtpSettings>> {
    if production {
        let remedy =
            "Name the mail server: without mail no one can verify an address or reset a password.";
        let refusal = Refusal::new("is not set, and ENVIRONMENT is production", remedy);
        return Err(reader.refuse(&SMTP_HOST, refusal));
    }
    for setting in NEED_A_HOST {
        if reader.is_set(setting) {
            reader.warn(format!(
                "{} has no effect without SMTP_HOST.",
                setting.row().name
            ));
        }
    }
    Ok(None)
}

/// Refuses settings that have `SMTP_USERNAME` without `SMTP_PASSWORD`, or the reverse.
fn refuse_incomplete_credentials(
    reader: &mut Reader<'_>,
    username: &Read<Option<String>>,
    password: &Read<Option<SecretString>>,
) {
    let remedy = "Set both, or neither for a server that asks for no account.";
    match (username, password) {
        (Ok(Some(_)), Ok(None)) => {
            reader.refuse(
                &SMTP_PASSWORD,
                Refusal::new("is not set, and SMTP_USERNAME is", remedy),
            );
        }
        (Ok(None), Ok(Some(_))) => {
            reader.refuse(
                &SMTP_USERNAME,
                Refusal::new("is not set, and SMTP_PASSWORD is", remedy),
            );
        }
        _ => {}
    }
}

/// Refuses an unencrypted connection over a network in production, because the links in mails give access to accounts.
fn unprotected(reader: &mut Reader<'_>, production: bool, with_password: bool) -> Read<()> {
    if production {
        let remedy = "Use starttls or tls, or a relay on this machine.";
        let problem =
            "is none, and SMTP_HOST is another machine: reset links would travel in the clear";
        return Err(reader.refuse(&SMTP_TLS, Refusal::new(problem, remedy)));
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
