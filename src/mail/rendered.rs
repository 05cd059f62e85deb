//! A mail that is ready to be sent: the outbox stores it (sealed), and a transport delivers it.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::accounts::email::masked;

/// A mail with its recipient and both bodies. Its serialised form must be sealed before it is stored in
/// the outbox, because links in it are as sensitive as passwords.
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
    /// The outbox row's id, set by the worker before it sends. Every attempt then has the same Message-ID,
    /// so that a mail that is sent twice after a lost answer is recognised as one. It is not serialised,
    /// since the row has it.
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
