//! State shared by a connection and its requests: whether a request is being answered, since when an unread request
//! has been arriving, and how many connections are open.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use actix_web::{HttpMessage, dev::ServiceRequest};

/// The connections of this process.
#[derive(Debug, Clone)]
pub struct Connections {
    open: Arc<AtomicUsize>,
    most: usize,
    draining: Arc<AtomicBool>,
}

impl Connections {
    /// No connections yet, at most `most`.
    pub fn new(most: usize) -> Self {
        Self {
            open: Arc::default(),
            most,
            draining: Arc::default(),
        }
    }

    /// From now on, each connection closes after its next answer.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The number of open connections.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether no connection may stay open without a request: the process is about to stop, or less than a quarter
    /// of the places is free.
    fn closes_idle(&self) -> bool {
        self.draining.load(Ordering::Relaxed) || self.open() > self.most - self.most / 4
    }
}

/// In the extensions of a request for which its connection has no place: others are being answered.
#[derive(Debug, Clone, Copy)]
pub struct NoPlace;

/// The bytes that were read of a request that is not being answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    Nothing,
    /// The beginning of a head; the time at which the first byte arrived.
    Head(Instant),
    /// Bytes that arrived while another request was answered, and the time at which that ended. They are the rest of
    /// that request's body, or the beginning of a head.
    Rest(Instant),
}

#[derive(Debug)]
struct State {
    connections: Connections,
    answering: Cell<usize>,
    unread: Cell<Unread>,
    /// Whether the bytes are frames, which may arrive at any time.
    framed: Cell<bool>,
}

impl Drop for State {
    fn drop(&mut self) {
        self.connections.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The state of one connection, for its requests. It is used only on the thread that serves the connection.
#[derive(Debug, Clone)]
pub struct Connection(Rc<State>);

impl Connection {
    /// A connection that has just been accepted.
    pub fn open(connections: &Connections) -> Self {
        connections.open.fetch_add(1, Ordering::Relaxed);
        Self(Rc::new(State {
            connections: connections.clone(),
            answering: Cell::new(0),
            unread: Cell::new(Unread::Nothing),
            framed: Cell::new(false),
        }))
    }

    /// Forgets what was read: it belonged to a TLS handshake, and to no request.
    pub fn forget_read(&self) {
        self.0.unread.set(Unread::Nothing);
    }

    /// From now on, bytes do not show whether a request is arriving: they are frames of HTTP/2, which has time limits
    /// of its own.
    pub fn carries_frames(&self) {
        self.0.framed.set(true);
    }

    /// Records that bytes were read.
    pub fn note_read(&self) {
        if self.0.unread.get() == Unread::Nothing {
            self.0.unread.set(Unread::Head(Instant::now()));
        }
    }

    /// The bytes that were read and belong to no request yet; `None` while a request is being answered.
    pub fn unread(&self) -> Option<Unread> {
        if self.0.framed.get() {
            return Some(Unread::Nothing);
        }
        (self.0.answering.get() == 0).then(|| self.0.unread.get())
    }

    /// The connection of a request.
    pub(super) fn of(req: &ServiceRequest) -> Option<Self> {
        let of_http_1 = req.conn_data::<Self>().cloned();
        of_http_1.or_else(|| req.extensions().get::<Self>().cloned())
    }

    /// Whether the connection must be closed after the answer.
    pub fn closes(&self) -> bool {
        self.0.connections.closes_idle()
    }

    /// Marks a request whose head is complete as being answered, until the returned value is dropped.
    pub fn answering(&self) -> Answering {
        self.0.answering.set(self.0.answering.get() + 1);
        self.0.unread.set(Unread::Nothing);
        Answering(self.clone())
    }
}

/// A request that is being answered.
pub struct Answering(Connection);

impl Drop for Answering {
    fn drop(&mut self) {
        let state = &self.0.0;
        state.answering.set(state.answering.get().saturating_sub(1));
        if state.unread.get() != Unread::Nothing {
            state.unread.set(Unread::Rest(Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_connections_close_when_three_fourths_of_the_places_are_taken() {
        let connections = Connections::new(8);
        let mut open: Vec<_> = (0..6).map(|_| Connection::open(&connections)).collect();
        assert!(!open[0].closes());
        open.push(Connection::open(&connections));
        assert!(open[0].closes());
        open.pop();
        assert!(!open[0].closes());
        let single = Connections::new(1);
        assert!(!Connection::open(&single).closes());
        connections.drain();
        assert!(open[0].closes());
    }

    #[test]
    fn read_bytes_belong_to_a_request_once_its_head_is_complete() {
        let connection = Connection::open(&Connections::new(8));
        assert_eq!(connection.unread(), Some(Unread::Nothing));
        connection.note_read();
        assert!(matches!(connection.unread(), Some(Unread::Head(_))));
        let answering = connection.answering();
        assert_eq!(connection.unread(), None);
        drop(answering);
        assert_eq!(connection.unread(), Some(Unread::Nothing));
        let answering = connection.answering();
        connection.note_read();
        drop(answering);
        assert!(matches!(connection.unread(), Some(Unread::Rest(_))));
    }
}
