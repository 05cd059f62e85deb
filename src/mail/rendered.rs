//! A mail ready to be sent: what the outbox keeps (sealed) and a transport delivers.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::accounts::email::masked;

/// A mail with its recipient and both of its bodies. Serialised, it is the body of an outbox row,
/// to be sealed first: links in it are as good as passwords.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedMail {
    /// The one recipient, a bare address: `local@domain`.
    pub to: String,
    /// The subject, on one line.
    pub subject: String,
    /// The `text/plain` part.
    pub text: String,
    /// The `text/html` part.
    pub html: String,
    /// The outbox row's id, set by the worker before it sends. It makes the same Message-ID on
    /// every attempt, so that a mail sent twice after a lost answer is seen as one. It is not
    /// serialised: the row knows it.
    #[serde(skip)]
    pub id: Option<Uuid>,
}

/// Prints no secrets: the address is masked, the bodies are left out.
impl fmt::Debug for RenderedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedMail")
            .field("to", &masked(&self.to))
            .field("subject", &self.subject)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_neither_address_nor_bodies() {
        let mail = RenderedMail {
            to: "grace@example.com".into(),
            subject: "Reset your password".into(),
            text: "https://auth.example.com/reset-password?token=secret".into(),
            html: "<a href=secret>".into(),
            id: None,
        };
        let printed = format!("{mail:?}");
        assert!(
            !printed.contains("secret") && !printed.contains("grace"),
            "{printed}"
        );
        assert!(printed.contains("g***@example.com"), "{printed}");
    }

    #[test]
    fn it_survives_the_outbox() {
        let mail = RenderedMail {
            to: "a@example.com".into(),
            subject: "s".into(),
            text: "t\n".into(),
            html: "<p>".into(),
            id: None,
        };
        let stored = serde_json::to_string(&mail).unwrap();
        assert_eq!(serde_json::from_str::<RenderedMail>(&stored).unwrap(), mail);
    }
}
