//! What every way of delivery may fail with.

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
