//! The mail server of the browser tests, and the links in its mails.

#[path = "../support/smtp.rs"]
mod smtp;

use std::path::Path;
use std::time::Duration;

use crate::harness::eventually;
pub(crate) use smtp::ReceivedMail;
use smtp::{Mode, SmtpServer};

pub(crate) const USER: &str = "postbox";
pub(crate) const PASSWORD: &str = "a password for the mail server";

/// A server that requires STARTTLS and authentication.
pub(crate) struct MailServer(SmtpServer);

impl MailServer {
    pub(crate) fn start() -> Self {
        Self(SmtpServer::start(Mode::StartTls, USER, PASSWORD))
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port
    }

    /// The certificate of the authority that signed the server's certificate.
    pub(crate) fn authority(&self) -> &Path {
        &self.0.ca_file
    }

    /// Every mail so far, oldest first.
    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        self.0.mails()
    }

    /// Waits for the newest mail to `address` with a link to `path`. Returns the link.
    pub(crate) async fn link(&self, address: &str, path: &str) -> String {
        self.another_link(address, path, "").await
    }

    /// The same for a link other than `known`.
    pub(crate) async fn another_link(&self, address: &str, path: &str, known: &str) -> String {
        self.found(address, path, |_, link| link != known).await
    }

    /// The same in a mail whose subject contains these words.
    pub(crate) async fn link_about(&self, address: &str, about: &str, path: &str) -> String {
        let is_about = |mail: &ReceivedMail, _: &str| mail.subject.contains(about);
        self.found(address, path, is_about).await
    }

    async fn found(
        &self,
        address: &str,
        path: &str,
        suits: impl Fn(&ReceivedMail, &str) -> bool,
    ) -> String {
        eventually(
            Duration::from_secs(20),
            &format!("a mail to {address} linking to {path}"),
            async || {
                let mails = self.mails();
                let mut theirs = mails.iter().rev().filter(|mail| mail.to == [address]);
                theirs.find_map(|mail| link_to(mail, path).filter(|link| suits(mail, link)))
            },
        )
        .await
    }
}

fn link_to(mail: &ReceivedMail, path: &str) -> Option<String> {
    let wanted = format!("{path}?token=");
    let mut words = mail.text.split_whitespace();
    let link = words.find(|word| word.starts_with("http://") && word.contains(&wanted))?;
    Some(link.to_owned())
}
