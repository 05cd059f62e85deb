//! The rule of each kind of message that limits how often it is sent.

use super::Message;

/// How often a message that a client causes may be sent to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anyone can request it; beyond a cap it is not sent.
    Capped,
    /// It notifies the owner of an event: one mail of a kind an hour, and later events are reported
    /// together.
    Merged,
    /// Only an admin can cause it; or its flow sends it once while its link works, and the owner needs
    /// that link at once.
    Free,
}

impl Message {
    /// The rule of the message.
    pub fn rule(&self) -> Rule {
        self.declared().rule
    }

    /// The key under which events are merged: those of one kind that mean the same to the owner. A later
    /// one must not hide that the password is known.
    pub fn merged_as(&self) -> &'static str {
        match self {
            Self::SecondFactorFailed {
                password_known: false,
                ..
            } => "second_factor_failed_after_reset",
            Self::PasskeyRefused {
                password_known: false,
                ..
            } => "passkey_refused_after_reset",
            _ => self.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::mail::{MailContext, Notice};

    #[test]
    fn a_merged_mail_has_the_number_of_events_and_the_advice() {
        let context = MailContext {
            branding: Arc::default(),
            site: "auth.example.com".to_owned(),
            forgot_password_link: "https://auth.example.com/forgot-password".to_owned(),
        };
        let message = Message::PasswordChanged {
            notice: Notice {
                at: DateTime::UNIX_EPOCH,
                ip: None,
                browser: None,
                not_me_link: Some("https://auth.example.com/not-me?token=x".to_owned()),
            },
        };
        assert_eq!(message.rule(), Rule::Merged);
        let once = message.render("a@example.com", &context).unwrap();
        let merged = message.render_merged("a@example.com", &context, 7).unwrap();
        for (once, merged) in [(once.text, merged.text), (once.html, merged.html)] {
            assert!(!once.contains("times"), "{once}");
            assert!(merged.contains("This happened 7 times since"), "{merged}");
            assert!(merged.contains("/not-me"), "{merged}");
        }
    }
}
