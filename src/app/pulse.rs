//! Whether the threads that serve still run: each of them answers when it is asked. A thread that is blocked, by a
//! deadlock or an endless loop, does not.

use std::time::Duration;

use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

/// Where a thread answers.
type Answer = mpsc::Sender<()>;

/// Asks the threads.
pub(super) struct Pulse {
    threads: usize,
    ask: watch::Sender<Option<Answer>>,
}

/// One for each thread.
#[derive(Clone)]
pub(super) struct Heart(watch::Receiver<Option<Answer>>);

impl Pulse {
    /// A pulse of so many threads, and the heart to clone for each of them.
    pub(super) fn of(threads: usize) -> (Self, Heart) {
        let (ask, asked) = watch::channel(None);
        (Self { threads, ask }, Heart(asked))
    }

    /// Whether all threads answer within this time. One question at a time.
    pub(super) async fn answers(&self, within: Duration) -> bool {
        let (answer, mut answers) = mpsc::channel(self.threads.max(1));
        self.ask.send_replace(Some(answer));
        let all = async {
            for _ in 0..self.threads {
                answers.recv().await;
            }
        };
        timeout(within, all).await.is_ok()
    }
}

impl Heart {
    /// Answers for the thread on which it is polled, until the pulse is dropped.
    pub(super) async fn beat(mut self) {
        // A thread that starts late answers the last question.
        self.0.mark_changed();
        while self.0.changed().await.is_ok() {
            let answer = self.0.borrow_and_update().clone();
            if let Some(answer) = answer {
                // An answer that comes too late has no reader.
                let _ = answer.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn every_thread_must_answer() {
        let (pulse, heart) = Pulse::of(2);
        assert!(!pulse.answers(SOON).await, "no thread has started");
        tokio::spawn(heart.clone().beat());
        assert!(!pulse.answers(SOON).await, "one of two has started");
        let second = tokio::spawn(heart.beat());
        assert!(pulse.answers(SOON).await);
        assert!(pulse.answers(SOON).await, "again");
        second.abort();
        assert!(!pulse.answers(SOON).await, "one is gone");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_blocked_thread_does_not_answer() {
        let (pulse, heart) = Pulse::of(1);
        let (block, blocked) = std::sync::mpsc::channel::<()>();
        let (ready, is_blocked) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(async {
                tokio::spawn(heart.beat());
                tokio::task::yield_now().await;
                let _ = ready.send(());
                let _ = blocked.recv();
            });
        });
        // Before that, the thread may still answer.
        is_blocked.recv().unwrap();
        assert!(!pulse.answers(SOON).await);
        drop(block);
        thread.join().unwrap();
    }
}
