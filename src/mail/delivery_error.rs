//! Why a delivery failed, for every transport.

/// Why a mail was not delivered. The texts may be logged and shown to admins: they contain no secret and
/// no full address, and have at most one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Another attempt may succeed: no connection, a time-out, a 4xx reply, or any reply that refuses the
    /// service or the text, such as a refused greeting or password. Such mails wait until the cause is
    /// corrected.
    #[error("{0}")]
    Transient(String),
    /// No attempt will succeed: the server refused the recipient with a 5xx reply, or the recipient is not
    /// an address.
    #[error("{0}")]
    Permanent(String),
}
