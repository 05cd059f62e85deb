//! What keeps each kind of message from being sent without end.

use super::Message;

/// How often a message that a client causes may be sent to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anyone can ask for it: past a cap it is not sent.
    Capped,
    /// It tells the owner of what happened to the account: one of a kind an hour, and what happens
    /// meanwhile is reported together.
    Merged,
    /// Only an admin causes it; or its flow sends it once while its link works, and the owner needs
    /// that link at once.
    Free,
}

impl Message {
    /// The rule of the message.
    pub fn rule(&self) -> Rule {
        self.declared().rule
    }

    /// What is merged together: events of one kind that mean the same to the owner. A later one must
    /// not hide that the password is known.
    pub fn merged_as(&self) -> &'static str {
        match self {
            Self::SecondFactorFailed {
                password_known: false,
                ..
            } => "second_factor_failed_after_reset",
            _ => self.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::mail::{MailContext, Notice};

    #[test]
    fn a_merged_mail_says_how_often_and_keeps_its_way_out() {
        let context = MailContext {
            product: "Vestibule".to_owned(),
            site: "auth.example.com".to_owned(),
            forgot_password_link: "https://auth.example.com/forgot-password".to_owned(),
        };
        let message = Message::PasswordChanged {
            notice: Notice {
                at: DateTime::UNIX_EPOCH,
                ip: None,
                browser: None,
            },
        };
        assert_eq!(message.rule(), Rule::Merged);
        let once = message.render("a@example.com", &context).unwrap();
        let merged = message.render_merged("a@example.com", &context, 7).unwrap();
        for (once, merged) in [(once.text, merged.text), (once.html, merged.html)] {
            assert!(!once.contains("times"), "{once}");
            assert!(merged.contains("This happened 7 times since"), "{merged}");
            assert!(merged.contains("/forgot-password"), "{merged}");
        }
    }
}
