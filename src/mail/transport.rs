//! The ways to deliver mails: a mail server, standard output, or memory. An enum, since there are no
//! others; tests use `Memory` and read the mails from it.

use super::{
    DeliveryError, MemoryMailbox, RenderedMail, SetupError, SmtpSettings, SmtpTransport,
    StdoutTransport,
};

/// A way to deliver mails. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Transport {
    Smtp(SmtpTransport),
    /// To standard output, for development without a mail server.
    Stdout(StdoutTransport),
    Memory(MemoryMailbox),
}

impl Transport {
    /// A transport to a mail server. Reads the certificates now, and connects at the first mail.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, SetupError> {
        SmtpTransport::new(settings).map(Self::Smtp)
    }

    /// A transport that prints every mail with the sender `from`.
    pub fn stdout(from: String) -> Self {
        Self::Stdout(StdoutTransport::new(from))
    }

    /// Reads the certificates to trust again (`SMTP_CA_FILE`, the system's), for mails that are sent from now on.
    pub fn reload_certificates(&self, settings: &SmtpSettings) -> Result<(), SetupError> {
        match self {
            Self::Smtp(smtp) => smtp.reload_certificates(settings.ca_file.as_deref()),
            Self::Stdout(_) | Self::Memory(_) => Ok(()),
        }
    }

    /// Whether the mail server would accept mails: it is reached and greeted, and no mail is sent.
    pub async fn check(&self) -> Result<(), DeliveryError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Stdout(_) | Self::Memory(_) => Ok(()),
        }
    }

    /// Delivers one mail, once. The caller retries.
    pub async fn send(&self, mail: &RenderedMail) -> Result<(), DeliveryError> {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Stdout(stdout) => stdout.send(mail),
            Self::Memory(mailbox) => mailbox.take(mail),
        }
    }
}
