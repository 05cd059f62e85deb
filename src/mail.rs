//! The mails of Vestibule: messages, rendered from the templates in `templates/mail`, and the transports
//! that deliver them. The outbox, which stores mails until they are sent, is in `db`; the loop that sends
//! them is in `worker`.

mod address;
mod compose;
mod delivery_error;
mod memory;
mod message;
mod phrase;
mod rendered;
mod setup_error;
mod smtp;
mod stdout;
mod transport;
mod trial;

pub use crate::domain::network::smtp::{SmtpSettings, TlsMode};
pub use address::AddressError;
pub use delivery_error::DeliveryError;
pub use memory::MemoryMailbox;
pub use message::{MailContext, Message, Notice, Rule};
pub use rendered::RenderedMail;
pub use setup_error::SetupError;
pub use smtp::SmtpTransport;
pub use stdout::StdoutTransport;
pub use transport::Transport;
pub use trial::test_mail;
