//! Requests over HTTP/2 at the same time, of all connections together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Clones share the count.
#[derive(Clone)]
pub(in crate::app) struct Places {
    most: usize,
    taken: Arc<AtomicUsize>,
}

/// One of them, until it is dropped.
pub(super) struct Place(Arc<AtomicUsize>);

impl Places {
    pub(in crate::app) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// A place for a request of a connection that answers `own` others.
    ///
    /// The first request of a connection always gets one, as over HTTP/1.1. Beyond it, a connection may have no more than
    /// are still free, so that a few connections never take the places of all others.
    pub(super) fn take(&self, own: usize) -> Option<Place> {
        let one_more = |taken| {
            let is_fair = own == 0 || own < self.most.saturating_sub(taken);
            is_fair.then_some(taken + 1)
        };
        let taken = self.taken.fetch_update(Relaxed, Relaxed, one_more);
        taken.ok().map(|_| Place(Arc::clone(&self.taken)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_leaves_places_to_others() {
        let places = Places::new(200);
        let fill = || {
            let mut own = Vec::new();
            while let Some(place) = places.take(own.len()) {
                own.push(place);
            }
            own
        };
        let taken: Vec<_> = (0..6).map(|_| fill()).collect();
        let counts: Vec<usize> = taken.iter().map(Vec::len).collect();
        assert_eq!(counts, [100, 50, 25, 13, 6, 3]);
        let all: Vec<_> = (0..200).map(|_| places.take(0)).collect();
        assert!(all.iter().all(Option::is_some), "one is always there");
        assert!(places.take(1).is_none());
        drop((taken, all));
        assert_eq!(places.taken.load(Relaxed), 0);
    }
}
