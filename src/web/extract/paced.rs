//! A large body that must arrive at a minimum speed.

use std::{cell::Cell, rc::Rc, time::Duration};

use actix_web::{dev::Payload, error::PayloadError, web::Bytes};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout};

/// How long a body may take in addition to the time for its bytes.
const GRACE: Duration = Duration::from_secs(10);
/// Bytes a second.
const PACE: usize = 16 * 1024;
/// The most bytes of a refused body that are read.
const DISCARDED: usize = 64 * 1024 * 1024;

/// How much of a body has arrived, and whether that was too slow. Time in which we do not read does not
/// count against the client.
#[derive(Clone, Default)]
pub(super) struct Pace(Rc<State>);

#[derive(Default)]
struct State {
    taken: Cell<usize>,
    waited: Cell<Duration>,
    too_slow: Cell<bool>,
}

impl Pace {
    /// Bytes so far.
    pub(super) fn taken(&self) -> usize {
        self.0.taken.get()
    }

    /// Whether the body ended because its bytes came too slowly.
    pub(super) fn was_too_slow(&self) -> bool {
        self.0.too_slow.get()
    }

    /// Whether no more of it is read.
    pub(super) fn is_over(&self) -> bool {
        self.was_too_slow() || self.taken() > DISCARDED
    }

    /// How long the next bytes may take.
    fn patience(&self) -> Duration {
        let earned = self.taken() / PACE;
        let earned = Duration::from_secs(u64::try_from(earned).unwrap_or(u64::MAX));
        GRACE
            .saturating_add(earned)
            .saturating_sub(self.0.waited.get())
    }

    async fn next(&self, payload: &mut Payload) -> Option<Result<Bytes, PayloadError>> {
        if self.is_over() {
            return None;
        }
        let began = Instant::now();
        let next = timeout(self.patience(), payload.next()).await;
        self.0.waited.set(self.0.waited.get() + began.elapsed());
        let Ok(next) = next else {
            self.0.too_slow.set(true);
            return Some(Err(PayloadError::Incomplete(None)));
        };
        let length = next.as_ref()?.as_ref().map_or(0, Bytes::len);
        self.0.taken.set(self.taken() + length);
        if self.is_over() {
            return Some(Err(PayloadError::Overflow));
        }
        next
    }

    /// The body. It ends with an error if it arrives too slowly or is too large.
    pub(super) fn of(
        &self,
        payload: Payload,
    ) -> impl Stream<Item = Result<Bytes, PayloadError>> + use<> {
        let pace = self.clone();
        stream::unfold((payload, pace), async |(mut payload, pace)| {
            let next = pace.next(&mut payload).await?;
            Some((next, (payload, pace)))
        })
        // The form's parser may ask for a field after the end of the body.
        .fuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_extend_the_time_limit_and_waiting_uses_it_up() {
        let pace = Pace::default();
        assert_eq!(pace.patience(), GRACE);
        pace.0.taken.set(160 * 1024);
        assert_eq!(pace.patience(), GRACE + Duration::from_secs(10));
        pace.0.waited.set(Duration::from_secs(15));
        assert_eq!(pace.patience(), Duration::from_secs(5));
        pace.0.waited.set(Duration::from_mins(1));
        assert_eq!(pace.patience(), Duration::ZERO);
    }
}
