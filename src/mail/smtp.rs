//! Delivery to a mail server over lettre: one connection a mail, TLS verified, a limit on the
//! whole of it, and answers of the server turned into words that a log may keep.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

use super::address::Sender;
use super::compose::compose;
use super::{DeliveryError, RenderedMail, SetupError, SmtpSettings, TlsMode};

/// A mail server. Each mail takes a connection of its own: a pooled one would be reused in the
/// middle of a command after a send was cut off by the time limit.
#[derive(Clone, Debug)]
pub struct SmtpTransport(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    timeout: Duration,
}

impl SmtpTransport {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, SetupError> {
        let sender = Sender::parse(&settings.from).map_err(SetupError::From)?;
        ServerName::try_from(settings.host.as_str()).map_err(|_| SetupError::Host)?;
        // The sender's domain rather than the machine's name, which is often not a full one and is
        // nobody's business: relays write it into the mail.
        let hello = ClientId::Domain(sender.mailbox().email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .hello_name(hello)
            .tls(tls(settings)?)
            .timeout(Some(settings.timeout));
        match (&settings.username, &settings.password) {
            (Some(user), Some(password)) => {
                let credentials = Credentials::new(user.clone(), password.expose().to_owned());
                builder = builder
                    .credentials(credentials)
                    .authentication(vec![Mechanism::Plain, Mechanism::Login]);
            }
            (None, None) => {}
            _ => return Err(SetupError::Credentials),
        }
        Ok(Self(Arc::new(Inner {
            server: builder.build(),
            sender,
            timeout: settings.timeout,
        })))
    }

    pub(super) async fn send(&self, mail: &RenderedMail) -> Result<(), DeliveryError> {
        let message = compose(&self.0.sender, mail)?;
        // lettre limits each step; a server that answers slowly at every one would hold us for long.
        match tokio::time::timeout(self.0.timeout, self.0.server.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(self.0.too_slow()),
        }
    }
}

impl SmtpTransport {
    /// Greets the server, as before a mail: EHLO, TLS, AUTH; and leaves.
    pub(super) async fn check(&self) -> Result<(), DeliveryError> {
        let greeting = self.0.server.test_connection();
        match tokio::time::timeout(self.0.timeout, greeting).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(DeliveryError::Transient(
                "the mail server hung up after the greeting".to_owned(),
            )),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(self.0.too_slow()),
        }
    }
}

impl Inner {
    fn too_slow(&self) -> DeliveryError {
        DeliveryError::Transient(format!(
            "the mail server did not finish within {} s",
            self.timeout.as_secs_f32()
        ))
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, SetupError> {
    if settings.tls == TlsMode::None {
        return Ok(Tls::None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        builder = builder.add_root_certificate(read_ca_file(path)?);
    }
    let parameters = builder
        .build()
        .map_err(|error| SetupError::Tls(words(&error)))?;
    Ok(match settings.tls {
        TlsMode::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

/// Reads every certificate of a PEM file. lettre would take a file without any for good, and each
/// mail would fail later instead.
fn read_ca_file(path: &Path) -> Result<Certificate, SetupError> {
    let unusable = |fault| SetupError::CaUnusable {
        path: path.to_owned(),
        fault,
    };
    let pem = std::fs::read(path).map_err(|source| SetupError::CaUnreadable {
        path: path.to_owned(),
        source,
    })?;
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| unusable("is not a PEM file"))?;
    if certificates.is_empty() {
        return Err(unusable("holds no certificate"));
    }
    let mut roots = rustls::RootCertStore::empty();
    if certificates
        .into_iter()
        .any(|certificate| roots.add(certificate).is_err())
    {
        return Err(unusable("holds something that is not a certificate"));
    }
    Certificate::from_pem(&pem).map_err(|_| unusable("is not a PEM file"))
}

/// A 5xx answer is final for the mail, but not one that refuses us rather than the mail
/// (RFC 4954, 6: the authentication failed, is too weak, or is missing).
fn judge(error: &Error) -> DeliveryError {
    let code = error.status().map(u16::from);
    match code {
        Some(530 | 534 | 535 | 538) => DeliveryError::Transient(format!(
            "SMTP_USERNAME, SMTP_PASSWORD: the mail server refused them: {}",
            words(error)
        )),
        _ if error.is_permanent() => DeliveryError::Permanent(format!(
            "the mail server refused the mail: {}",
            words(error)
        )),
        _ => DeliveryError::Transient(words(error)),
    }
}

/// The error and its causes on one line of at most 300 characters, addresses left out: servers
/// like to repeat them.
fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    let kept = text.split_whitespace().map(|word| {
        if word.contains('@') {
            "<address>"
        } else {
            word
        }
    });
    kept.collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect()
}
