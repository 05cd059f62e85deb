//! The mails that users receive.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};
use uuid::Uuid;
use vestibule::internals::mail::{MemoryMailbox, RenderedMail};

use super::settings::ORIGIN;

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// The mailboxes of all users.
pub(crate) struct Post {
    mailbox: MemoryMailbox,
    bell: Arc<Notify>,
    read: Mutex<HashSet<Option<Uuid>>>,
}

/// A mail that arrived.
#[derive(Clone)]
pub(crate) struct Mail(RenderedMail);

impl Post {
    pub(crate) fn new(mailbox: MemoryMailbox, bell: Arc<Notify>) -> Self {
        Self {
            mailbox,
            bell,
            read: Mutex::default(),
        }
    }

    pub(crate) fn mailbox(&self) -> &MemoryMailbox {
        &self.mailbox
    }

    /// Wakes the mail worker, instead of waiting for its next round.
    pub(crate) async fn ring(&self) {
        self.bell.notify_one();
        sleep(POLL).await;
    }

    /// Waits for an unread mail to this address whose subject contains these words.
    pub(crate) async fn mail(&self, email: &str, about: &str) -> Mail {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(mail) = self.unread(email, about) {
                return mail;
            }
            let subjects: Vec<_> = self.mailbox.sent().into_iter().map(|m| m.subject).collect();
            assert!(
                Instant::now() < deadline,
                "no mail about {about:?} to {email}; sent were {subjects:?}"
            );
            self.ring().await;
        }
    }

    /// The number of mails to this address so far.
    pub(crate) fn count(&self, email: &str) -> usize {
        self.mailbox
            .sent()
            .iter()
            .filter(|mail| mail.to == email)
            .count()
    }

    fn unread(&self, email: &str, about: &str) -> Option<Mail> {
        let mut read = self.read.lock().unwrap();
        let suits = |mail: &RenderedMail| mail.to == email && mail.subject.contains(about);
        let sent = self.mailbox.sent();
        let mail = sent
            .into_iter()
            .find(|mail| suits(mail) && !read.contains(&mail.id))?;
        read.insert(mail.id);
        Some(Mail(mail))
    }
}

impl Mail {
    /// The first link of its text.
    pub(crate) fn link(&self) -> String {
        let mut words = self.0.text.split_whitespace();
        let link = words.find(|word| word.starts_with(ORIGIN));
        let link = link.expect("a link").to_owned();
        assert!(
            self.0.html.contains(&link),
            "the HTML part has another link"
        );
        link
    }

    /// The token of its link.
    pub(crate) fn token(&self) -> String {
        let link = self.link();
        link.split_once("?token=").expect("a token").1.to_owned()
    }

    /// The token of its link to this page.
    pub(crate) fn token_of(&self, path: &str) -> String {
        let prefix = format!("{ORIGIN}{path}?token=");
        let mut words = self.0.text.split_whitespace();
        let token = words.find_map(|word| word.strip_prefix(&prefix));
        token.expect("a link to the page").to_owned()
    }

    /// Subject and text.
    pub(crate) fn text(&self) -> String {
        format!("Subject: {}\n\n{}", self.0.subject, self.0.text)
    }
}
