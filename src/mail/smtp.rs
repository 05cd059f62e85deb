//! Delivery to a mail server: a connection for each mail, verified TLS, a time limit for each reply, and
//! the server's replies in a form that may be logged.
//!
//! lettre builds the message. Its connection has one time limit for everything, does not accept replies
//! without a text, and does not report which command was refused, so the conversation is implemented here.

mod conversation;
mod reply;

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

use super::{
    DeliveryError, RenderedMail, SetupError, SmtpSettings, address::Sender, compose::compose,
};
use crate::{domain::network::tls, files};
use conversation::Server;

/// The longest wait for one reply while an operator waits for the result.
const CHECKING: Duration = Duration::from_secs(20);

/// A mail server. Each mail has its own connection: a pooled one might be reused in the middle of a
/// command after the time limit ended a delivery.
#[derive(Clone)]
pub struct SmtpTransport(Arc<Inner>);

struct Inner {
    server: Server,
    sender: Sender,
    timeout: Duration,
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let server = &self.0.server;
        write!(f, "SmtpTransport({}:{})", server.host, server.port)
    }
}

impl SmtpTransport {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, SetupError> {
        let sender = Sender::parse(&settings.from).map_err(SetupError::From)?;
        let name = ServerName::try_from(settings.host.clone()).map_err(|_| SetupError::Host)?;
        let tls = RwLock::new(trusting(settings.ca_file.as_deref())?);
        let credentials = match (&settings.username, &settings.password) {
            (Some(user), Some(password)) => Some((user.clone(), password.clone())),
            (None, None) => None,
            _ => return Err(SetupError::Credentials),
        };
        let server = Server {
            host: settings.host.clone(),
            port: settings.port,
            name,
            mode: settings.tls,
            tls,
            credentials,
            // The sender's domain instead of the machine's name, which is often not fully qualified and
            // should not be published: relays write it into the mail.
            hello: sender.mailbox().email.domain().to_owned(),
        };
        Ok(Self(Arc::new(Inner {
            server,
            sender,
            timeout: settings.timeout,
        })))
    }

    /// Reads the certificates again, for mails that are sent from now on.
    pub(super) fn reload_certificates(&self, ca_file: Option<&Path>) -> Result<(), SetupError> {
        let fresh = trusting(ca_file)?;
        let tls = &self.0.server.tls;
        *tls.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    pub(super) async fn send(&self, mail: &RenderedMail) -> Result<(), DeliveryError> {
        let Inner {
            server,
            sender,
            timeout,
        } = self.0.as_ref();
        let message = compose(sender, mail)?;
        let (from, to) = (&sender.mailbox().email, message.envelope().to());
        let Some(to) = to.first() else {
            return Err(DeliveryError::Permanent(
                "the mail has no recipient".to_owned(),
            ));
        };
        let mut talk = server
            .greet(*timeout)
            .await
            .map_err(|failure| failure.judged(to.user()))?;
        let sent = talk
            .send(from.as_ref(), to.as_ref(), &message.formatted())
            .await;
        // The reply to QUIT does not matter: the mail has been accepted or refused.
        tokio::spawn(talk.leave());
        sent.map_err(|failure| failure.judged(to.user()))
    }

    /// Greets the server as for a mail (EHLO, TLS, AUTH), and disconnects.
    pub(super) async fn check(&self) -> Result<(), DeliveryError> {
        let patience = self.0.timeout.min(CHECKING);
        let talk = self
            .0
            .server
            .greet(patience)
            .await
            .map_err(|failure| failure.judged(""))?;
        talk.leave().await;
        Ok(())
    }
}

/// A TLS client that trusts the system's roots and the certificates of the file.
fn trusting(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, SetupError> {
    let named = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
    tls::client_config(rustls_native_certs::load_native_certs().certs, named)
        .map(Arc::new)
        .map_err(|error| SetupError::Tls(words(&error)))
}

/// Reads every certificate of a PEM file.
fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let unusable = |fault| SetupError::CaUnusable {
        path: path.to_owned(),
        fault,
    };
    let pem =
        files::read(path, files::MAX_CERTIFICATES).map_err(|source| SetupError::CaUnreadable {
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
        .iter()
        .any(|certificate| roots.add(certificate.clone()).is_err())
    {
        return Err(unusable("holds something that is not a certificate"));
    }
    Ok(certificates)
}

/// The error, its causes and its remedy, as text.
fn words(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    let settings = tls::Settings {
        server: "SMTP_HOST",
        mode: "SMTP_TLS and SMTP_PORT",
        ca_file: Some("SMTP_CA_FILE"),
    };
    if let Some(advice) = tls::advice(error, settings) {
        text = format!("{text}: {advice}");
    }
    plain(&text)
}

/// What a server says, without the name before the `@` of the recipient: some name a mailbox without its domain.
fn without(text: &str, name: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let (lower, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let (mut kept, mut from) = (String::new(), 0);
    for (at, _) in lower.match_indices(&name) {
        let end = at + name.len();
        let is_part = text[..at].ends_with(char::is_alphanumeric)
            || text[end..].starts_with(char::is_alphanumeric);
        if !is_part {
            kept.push_str(&text[from..at]);
            kept.push_str("<address>");
            from = end;
        }
    }
    kept + &text[from..]
}

/// The text on one line of at most 300 characters, without addresses, which servers often repeat.
fn plain(text: &str) -> String {
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
