//! A mailbox in memory, for tests: it stores sent mails, and fails on request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{DeliveryError, RenderedMail};

/// Mails that were sent, oldest first. Clones share one mailbox.
#[derive(Clone, Debug, Default)]
pub struct MemoryMailbox(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<RenderedMail>,
    failures: usize,
}

impl MemoryMailbox {
    /// Every mail so far, oldest first.
    pub fn sent(&self) -> Vec<RenderedMail> {
        self.state().sent.clone()
    }

    pub fn clear(&self) {
        self.state().sent.clear();
    }

    /// Makes the next `count` attempts fail as transient.
    pub fn fail_next(&self, count: usize) {
        self.state().failures = count;
    }

    pub(super) fn take(&self, mail: &RenderedMail) -> Result<(), DeliveryError> {
        let mut state = self.state();
        if state.failures > 0 {
            state.failures -= 1;
            return Err(DeliveryError::Transient(
                "the mailbox was told to fail".to_owned(),
            ));
        }
        state.sent.push(mail.clone());
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Transport;

    #[tokio::test]
    async fn it_fails_as_often_as_asked_and_then_keeps_mails() {
        let mailbox = MemoryMailbox::default();
        let transport = Transport::Memory(mailbox.clone());
        let mail = RenderedMail {
            to: "a@example.com".to_owned(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            id: None,
        };
        mailbox.fail_next(1);
        assert!(matches!(
            transport.send(&mail).await,
            Err(DeliveryError::Transient(_))
        ));
        assert_eq!(transport.send(&mail).await, Ok(()));
        assert_eq!(mailbox.sent(), [mail]);
        mailbox.clear();
        assert!(mailbox.sent().is_empty());
    }
}
