//! Composes the message to be sent (RFC 5322, MIME) from a rendered mail: headers and both bodies.

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use sha2::{Digest, Sha256};

use super::{
    DeliveryError, RenderedMail,
    address::{self, Sender},
};
use crate::domain::{accounts::email::masked, text::one_line};

/// Builds the message. The envelope is taken from the two address headers, each of which has one address.
pub(super) fn compose(
    sender: &Sender,
    mail: &RenderedMail,
) -> Result<lettre::Message, DeliveryError> {
    let recipient = address::exact(&mail.to).map_err(|error| {
        DeliveryError::Permanent(format!("the recipient {} {error}", masked(&mail.to)))
    })?;
    lettre::Message::builder()
        .from(sender.mailbox().clone())
        .to(Mailbox::new(None, recipient))
        .subject(one_line(&mail.subject))
        .message_id(Some(message_id(sender, mail)))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| DeliveryError::Permanent(format!("the mail cannot be composed: {error}")))
}

/// Under the sender's domain, and the same for every attempt at one outbox row. A mail without a row gets
/// a digest of its recipient and text.
fn message_id(sender: &Sender, mail: &RenderedMail) -> String {
    let left = mail.id.map_or_else(
        || {
            let digest = Sha256::new()
                .chain_update(&mail.to)
                .chain_update([0])
                .chain_update(&mail.text)
                .finalize();
            data_encoding::HEXLOWER.encode(&digest[..16])
        },
        |id| id.simple().to_string(),
    );
    format!("<{left}@{}>", sender.mailbox().email.domain())
}

/// `Auto-Submitted: auto-generated` (RFC 3834, 5): asks automatic responders not to reply.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str) -> RenderedMail {
        RenderedMail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "text\n".to_owned(),
            html: "<p>html</p>".to_owned(),
            id: None,
        }
    }

    fn headers(sender: &str, mail: &RenderedMail) -> String {
        let message = compose(&Sender::parse(sender).unwrap(), mail).unwrap();
        let raw = String::from_utf8(message.formatted()).unwrap();
        raw.split("\r\n\r\n").next().unwrap().to_owned()
    }

    #[test]
    fn headers_are_complete() {
        let mut mail = mail("grace@example.com", "Grüße");
        mail.id = Some(uuid::Uuid::from_u128(7));
        let headers = headers("Vestibule <no-reply@auth.example.com>", &mail);
        let has = |line: &str| assert!(headers.lines().any(|l| l == line), "{line} in\n{headers}");
        has("From: Vestibule <no-reply@auth.example.com>");
        has("To: grace@example.com");
        has("Subject: =?utf-8?b?R3LDvMOfZQ==?=");
        has("Message-ID: <00000000000000000000000000000007@auth.example.com>");
        has("Auto-Submitted: auto-generated");
        has("MIME-Version: 1.0");
        assert!(
            headers.contains("Content-Type: multipart/alternative;"),
            "{headers}"
        );
        assert!(
            headers.lines().any(|l| l.starts_with("Date: ")),
            "{headers}"
        );
    }

    #[test]
    fn a_recipient_that_is_not_one_address_is_refused_for_good() {
        for to in [
            "a@example.com, b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "A <a@example.com>",
            "",
        ] {
            let error =
                compose(&Sender::parse("x@example.com").unwrap(), &mail(to, "s")).unwrap_err();
            assert!(
                matches!(&error, DeliveryError::Permanent(text) if !text.contains(['\r', '\n'])),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_subject_cannot_become_a_header() {
        let headers = headers(
            "x@example.com",
            &mail("a@example.com", "Hello\r\nBcc: b@example.com"),
        );
        assert!(
            headers.contains("Subject: Hello Bcc: b@example.com"),
            "{headers}"
        );
        assert!(!headers.lines().any(|l| l.starts_with("Bcc")), "{headers}");
    }

    #[test]
    fn without_a_row_the_message_id_is_a_digest_of_the_content() {
        let id = |to| {
            let sender = Sender::parse("x@example.com").unwrap();
            message_id(&sender, &mail(to, "s"))
        };
        assert_eq!(id("a@example.com"), id("a@example.com"));
        assert_ne!(id("a@example.com"), id("b@example.com"));
    }
}
