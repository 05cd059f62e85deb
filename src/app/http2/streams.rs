//! The requests of one connection: how many are open, and for how long the client has read nothing of an answer.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::places::{Place, Places};

/// The time limits of a connection.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct StreamLimits {
    /// For the first request.
    pub(in crate::app) first: Duration,
    /// Without a request.
    pub(in crate::app) idle: Duration,
    /// For the client to take the next part of an answer.
    pub(in crate::app) write: Duration,
}

/// The open requests of a connection. Clones share them.
#[derive(Clone)]
pub(super) struct Streams(Rc<State>);

struct State {
    limits: StreamLimits,
    next: Cell<u64>,
    open: Cell<usize>,
    /// When the connection ends without another request.
    idle_ends: Cell<Instant>,
    /// Since when each answer waits for its client.
    waiting: RefCell<HashMap<u64, Instant>>,
    ended: Notify,
}

impl Streams {
    pub(super) fn new(limits: StreamLimits) -> Self {
        Self(Rc::new(State {
            limits,
            next: Cell::new(0),
            open: Cell::new(0),
            idle_ends: Cell::new(Instant::now() + limits.first),
            waiting: RefCell::default(),
            ended: Notify::new(),
        }))
    }

    /// A new request, open until it is dropped. It has one of the places that all connections share, if the
    /// connection may have another one.
    pub(super) fn open(&self, places: &Places) -> Stream {
        let (id, open) = (self.0.next.get(), self.0.open.get());
        let place = places.take(open);
        self.0.next.set(id + 1);
        self.0.open.set(open + 1);
        Stream {
            id,
            of: self.clone(),
            place,
        }
    }

    /// Waits until a request has ended.
    pub(super) async fn ended(&self) {
        self.0.ended.notified().await;
    }

    pub(super) fn is_idle(&self) -> bool {
        self.0.open.get() == 0
    }

    /// When the connection must be looked at again: then it is too long without a request, or a client has read
    /// nothing for too long, unless [`is_overdue`](Self::is_overdue) says otherwise.
    pub(super) fn deadline(&self) -> Instant {
        if self.is_idle() {
            return self.0.idle_ends.get();
        }
        let waiting = self.0.waiting.borrow();
        let since = waiting.values().min().copied();
        since.unwrap_or_else(Instant::now) + self.0.limits.write
    }

    /// Whether the deadline has passed.
    pub(super) fn is_overdue(&self) -> bool {
        let waits = || !self.0.waiting.borrow().is_empty();
        (self.is_idle() || waits()) && self.deadline() <= Instant::now()
    }
}

/// An open request.
pub(super) struct Stream {
    id: u64,
    of: Streams,
    place: Option<Place>,
}

impl Stream {
    pub(super) fn has_place(&self) -> bool {
        self.place.is_some()
    }

    /// The client has to take a part of the answer before more is asked for.
    pub(super) fn waits_for_client(&self) {
        self.waiting().insert(self.id, Instant::now());
    }

    /// The next part of the answer is not made yet.
    pub(super) fn waits_for_us(&self) {
        self.waiting().remove(&self.id);
    }

    fn waiting(&self) -> std::cell::RefMut<'_, HashMap<u64, Instant>> {
        self.of.0.waiting.borrow_mut()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.waits_for_us();
        let state = &self.of.0;
        state.open.set(state.open.get().saturating_sub(1));
        state.idle_ends.set(Instant::now() + state.limits.idle);
        state.ended.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: StreamLimits = StreamLimits {
        first: Duration::ZERO,
        idle: Duration::from_millis(50),
        write: Duration::from_millis(20),
    };

    fn sleep(time: Duration) {
        std::thread::sleep(time + Duration::from_millis(1));
    }

    #[test]
    fn a_connection_without_a_request_is_overdue_in_the_end() {
        let (streams, places) = (Streams::new(LIMITS), Places::new(8));
        assert!(streams.is_overdue(), "no time for the first request");
        let stream = streams.open(&places);
        assert!(!streams.is_overdue());
        sleep(LIMITS.idle);
        assert!(!streams.is_overdue(), "we make the answer");
        drop(stream);
        assert!(streams.is_idle() && !streams.is_overdue());
        sleep(LIMITS.idle);
        assert!(streams.is_overdue());
    }

    #[test]
    fn an_answer_that_no_one_reads_is_overdue() {
        let (streams, places) = (Streams::new(LIMITS), Places::new(8));
        let (stuck, other) = (streams.open(&places), streams.open(&places));
        stuck.waits_for_client();
        sleep(LIMITS.write);
        other.waits_for_client();
        assert!(streams.is_overdue(), "whatever the other one does");
        stuck.waits_for_us();
        assert!(!streams.is_overdue());
        drop(other);
        sleep(LIMITS.write);
        assert!(!streams.is_overdue());
    }
}
