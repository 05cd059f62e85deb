//! The rule that slows down guesses at one secret. The throttle counts the guesses and applies the rule.

use std::time::Duration;

use chrono::TimeDelta;

/// The most consecutive failures at one account from browsers that it does not know (NIST SP 800-63B-4,
/// 3.2.2). No setting raises it.
pub const CEILING: usize = 100;
/// The longest pause between two attempts.
pub const LONGEST_PAUSE: Duration = Duration::from_mins(15);
/// How long a mailed unlock link works. It only unlocks sign-in, and gives no access to the account.
pub const UNLOCK_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Why an attempt is refused now, and what ends that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Waiting this long ends it.
    For(Duration),
    /// [`CEILING`] is reached. Waiting does not help; the mailed unlock link does, and so does a new
    /// password.
    UntilUnlocked,
}

impl Pause {
    /// When the next attempt is worthwhile, as the value of `Retry-After` (RFC 9110, 10.2.3).
    pub fn retry_after(self) -> Duration {
        match self {
            Self::For(wait) => wait,
            Self::UntilUnlocked => LONGEST_PAUSE,
        }
    }
}

/// How many attempts may be made in a row, and the pause after each.
///
/// ```text
///   failure  1 .. free-1   free    free+1   free+2  ...              CEILING
///   pause        none      first   double   double  ... 15 minutes   none: until it is unlocked
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Vec<i32>);

impl Schedule {
    /// `free` attempts without a pause, at least one. Then pauses that begin with `first` and double up to
    /// the longest. After [`CEILING`] attempts there is no pause to wait for: the next attempt is refused,
    /// and the unlock link is mailed at once.
    pub fn rising(free: usize, first: Duration) -> Self {
        let pause = |made: usize| match made.checked_sub(free.max(1)) {
            _ if made >= CEILING => Duration::ZERO,
            None => Duration::ZERO,
            Some(doublings) => doubled(first, doublings),
        };
        Self((1..=CEILING).map(|made| seconds(pause(made))).collect())
    }

    /// `limit` attempts without a pause, at least one and at most [`CEILING`]; then none.
    pub fn flat(limit: usize) -> Self {
        Self(vec![0; limit.clamp(1, CEILING)])
    }

    /// The pause in seconds after each attempt, one for each attempt that is allowed.
    pub fn pauses(&self) -> &[i32] {
        &self.0
    }
}

/// The number of free attempts at this `RATE_LIMIT_SCALE`; at least one.
pub fn scaled(free: u32, scale: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive float saturates, which is what a huge scale means"
    )]
    let scaled = (f64::from(free) * scale).round() as usize;
    scaled.max(1)
}

fn doubled(first: Duration, times: usize) -> Duration {
    let factor = u32::try_from(times)
        .ok()
        .and_then(|times| 2_u32.checked_pow(times));
    let pause = factor.and_then(|factor| first.checked_mul(factor));
    pause.map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

fn seconds(pause: Duration) -> i32 {
    i32::try_from(pause.as_secs()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pauses_begin_after_the_tenth_and_double_to_a_quarter_of_an_hour() {
        let schedule = Schedule::rising(10, Duration::from_secs(5));
        assert_eq!(
            schedule.pauses()[..19],
            [
                0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900
            ]
        );
        assert_eq!(schedule.pauses().len(), CEILING);
    }

    #[test]
    fn no_scale_raises_the_ceiling_or_refuses_every_attempt() {
        let huge = Schedule::rising(scaled(10, 1e9), Duration::from_secs(5));
        assert_eq!(huge.pauses().len(), CEILING);
        assert_eq!(huge.pauses()[98..], [0, 0]);
        assert_eq!(Schedule::flat(scaled(10, 1e9)).pauses().len(), CEILING);
        let tiny = Schedule::rising(scaled(10, 1e-9), Duration::from_secs(5));
        assert_eq!(tiny.pauses()[..2], [5, 10]);
        assert_eq!(Schedule::flat(scaled(10, 1e-9)).pauses(), [0]);
    }

    proptest! {
        #[test]
        fn pauses_never_fall_and_end_at_the_longest(free in 0_usize..300, first in 0_u64..10_000) {
            let schedule = Schedule::rising(free, Duration::from_secs(first));
            let pauses = schedule.pauses();
            prop_assert_eq!((pauses.len(), pauses[CEILING - 1]), (CEILING, 0));
            let pauses = &pauses[..CEILING - 1];
            prop_assert!(pauses.is_sorted());
            prop_assert!(pauses.iter().all(|pause| (0..=900).contains(pause)));
            let without = pauses.iter().filter(|pause| **pause == 0).count();
            prop_assert!(first == 0 || without == free.clamp(1, CEILING) - 1);
        }
    }
}
