//! Where mails go: a mail server, standard output, or memory. One enum, since these are all there
//! are; a test picks `Memory` and reads what would have been sent.

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
    /// A transport to a mail server. Reads the certificates now, connects at the first mail.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, SetupError> {
        SmtpTransport::new(settings).map(Self::Smtp)
    }

    /// A transport that prints every mail, as from `from`.
    pub fn stdout(from: String) -> Self {
        Self::Stdout(StdoutTransport::new(from))
    }

    /// Whether a mail server would take our mails: it is reached and greeted, and no mail is sent.
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
