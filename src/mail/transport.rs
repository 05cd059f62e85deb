//! Where mails go: a mail server, standard output, or memory. One enum, since these are all there
//! are; a test picks `Memory` and reads what would have been sent.

use super::{
    MemoryMailbox, RenderedMail, SetupError, SmtpSettings, SmtpTransport, StdoutTransport,
};

/// A way to deliver mails. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(SmtpTransport),
    /// To standard output, for development without a mail server.
    Stdout(StdoutTransport),
    /// To memory, for tests.
    Memory(MemoryMailbox),
}

/// Why a mail was not delivered. The texts are fit for logs and for the admin pages: they hold no
/// secret, no full address and one line at most.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Another attempt may succeed: no connection, a time-out, a 4xx answer, or any answer that refuses
    /// us or the text, such as a refused greeting or password, which holds mails up until it is corrected.
    #[error("{0}")]
    Transient(String),
    /// No attempt will succeed: the server refused the recipient with a 5xx answer, or the recipient
    /// is not an address.
    #[error("{0}")]
    Permanent(String),
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
