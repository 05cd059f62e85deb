//! Prints mails instead of sending them, for development without a mail server: the text part between two
//! lines, unchanged, so that a link can be copied.

use std::io::Write;

use super::{DeliveryError, RenderedMail};

const RULE: &str = "------------------------------------------------------------------------";

/// Prints every mail to standard output.
#[derive(Clone, Debug)]
pub struct StdoutTransport {
    from: String,
}

impl StdoutTransport {
    /// Prints mails with the sender `from`.
    pub const fn new(from: String) -> Self {
        Self { from }
    }

    /// Writes the whole mail under one lock, so that no log lines appear inside it.
    pub(super) fn send(&self, mail: &RenderedMail) -> Result<(), DeliveryError> {
        let framed = self.framed(mail);
        let mut out = std::io::stdout().lock();
        out.write_all(framed.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| DeliveryError::Transient(format!("standard output: {error}")))
    }

    fn framed(&self, mail: &RenderedMail) -> String {
        let framed = format!(
            "\n{RULE}\nMail (printed, not sent: SMTP_HOST is not set)\nFrom:    {}\nTo:      {}\nSubject: {}\n\n{}\n{RULE}\n\n",
            self.from,
            mail.to,
            mail.subject,
            mail.text.trim_end(),
        );
        // Control characters from any source are escaped, because a terminal obeys them.
        framed
            .chars()
            .filter(|c| *c == '\n' || !c.is_control())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_on_its_own_line_inside_the_frame() {
        let mail = RenderedMail {
            to: "grace@example.com".to_owned(),
            subject: "Verify\u{1b}[2J".to_owned(),
            text: "Open this:\n\nhttp://127.0.0.1:8080/verify-email?token=abc\n\nBye.\n".to_owned(),
            html: "<p>never printed</p>".to_owned(),
            id: None,
        };
        insta::assert_snapshot!(
            StdoutTransport::new("Vestibule <vestibule@localhost>".to_owned()).framed(&mail)
        );
    }
}
