//! The queue of passwords that are to be looked up among breached ones.

use tokio::sync::{
    Mutex,
    mpsc::{self, Receiver, Sender},
};

use crate::domain::{accounts::user::User, audit::Client, password::BreachDigest};

/// The most look-ups that may wait. Without room, the look-up is left to the next sign-in.
const WAITING: usize = 256;

/// A look-up to be made.
pub(in crate::flows) struct Due {
    pub(in crate::flows) user: User,
    pub(in crate::flows) digest: BreachDigest,
    /// The client that signed in with the password.
    pub(in crate::flows) client: Client,
}

/// The look-ups that wait for this node's worker. They contain digests and no password.
pub struct BreachChecks {
    sender: Sender<Due>,
    receiver: Mutex<Receiver<Due>>,
}

impl Default for BreachChecks {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self {
            sender,
            receiver: Mutex::new(receiver),
        }
    }
}

impl BreachChecks {
    /// Adds a look-up; `false` if the queue is full.
    pub(in crate::flows) fn add(&self, due: Due) -> bool {
        self.sender.try_send(due).is_ok()
    }

    /// Waits for the next look-up.
    pub(in crate::flows) async fn next(&self) -> Option<Due> {
        self.receiver.lock().await.recv().await
    }
}
