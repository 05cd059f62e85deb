//! How many handshakes there are at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// The handshakes under way, by their age.
pub(super) struct Handshakes {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// Dropping a sender ends its handshake.
    under_way: BTreeMap<u64, oneshot::Sender<()>>,
}

/// A handshake, under way until it is dropped.
pub(super) struct Handshake {
    number: u64,
    of: Arc<Handshakes>,
    must_end: oneshot::Receiver<()>,
}

impl Handshakes {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            state: Mutex::default(),
        }
    }

    /// Another one. If there are too many, the oldest has to end.
    pub(super) fn begin(self: &Arc<Self>) -> Handshake {
        let (sender, must_end) = oneshot::channel();
        let mut state = self.state();
        if state.under_way.len() >= self.most {
            state.under_way.pop_first();
        }
        let number = state.next;
        state.next += 1;
        state.under_way.insert(number, sender);
        Handshake {
            number,
            of: Arc::clone(self),
            must_end,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handshake {
    /// Waits until a later one takes its place.
    pub(super) async fn must_end(&mut self) {
        // Nothing is ever sent.
        let _ = (&mut self.must_end).await;
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        self.of.state().under_way.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_has_to_end() {
        let handshakes = Arc::new(Handshakes::new(2));
        let ends = |handshake: &mut Handshake| {
            handshake.must_end.try_recv() == Err(oneshot::error::TryRecvError::Closed)
        };
        let (mut first, mut second) = (handshakes.begin(), handshakes.begin());
        assert!(!ends(&mut first));
        let mut third = handshakes.begin();
        assert!(ends(&mut first) && !ends(&mut second));
        drop(second);
        let mut fourth = handshakes.begin();
        assert!(!ends(&mut third) && !ends(&mut fourth));
        drop((first, third, fourth));
        assert!(handshakes.state().under_way.is_empty());
    }
}
