//! Where a limiter keeps what it counted: a table of fixed size, so that keys without end take
//! memory with one. A key has eight places to be in; where all are taken, the one that owes least
//! goes.

use std::sync::{Mutex, PoisonError};

use governor::{nanos::Nanos, state::StateStore};

/// Keys that one limiter can hold.
pub(super) const PLACES: usize = SHARDS * SETS * WAYS;
/// Bytes of one limiter's table, once every part of it is in use.
pub(super) const BYTES: usize = PLACES * size_of::<Place>();

const SHARDS: usize = 64;
const SETS: usize = 512;
const WAYS: usize = 8;

/// A key's hash and its theoretical arrival time (GCRA) in nanoseconds; zeros where nobody is.
type Place = [u64; 2];

/// The table, in parts that are locked one by one. A part takes no memory before its first key.
///
/// Which places a key may have follows from its hash, which is keyed: nobody outside can choose
/// whose neighbour to be. What is forgotten is always the least of eight debts. So a flood of new
/// keys, each of which owes little, drives out keys like itself; whoever is blocked owes most and
/// stays blocked, and an honest client never shares a counter.
pub(super) struct Places {
    shards: Vec<Mutex<Vec<Place>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl StateStore for Places {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let (shard, set) = whereabouts(*key);
        let Some(shard) = self.shards.get(shard) else {
            return measure(None).map(|(outcome, _)| outcome);
        };
        let mut places = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if places.is_empty() {
            *places = vec![[0; 2]; SETS * WAYS];
        }
        let set = &mut places[set * WAYS..(set + 1) * WAYS];
        let held = set.iter().position(|[of, time]| of == key && *time > 0);
        let (outcome, next) = measure(held.map(|at| Nanos::from(set[at][1])))?;
        let least = (0..WAYS).min_by_key(|at| set[*at][1]);
        if let Some(at) = held.or(least) {
            set[at] = [*key, next.into()];
        }
        Ok(outcome)
    }
}

/// The part, and the set within it, from bits that do not overlap.
fn whereabouts(key: u64) -> (usize, usize) {
    let bits = usize::try_from(key & 0xffff_ffff).unwrap_or_default();
    (bits % SHARDS, bits / SHARDS % SETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owe(places: &Places, key: u64, time: u64) -> Option<u64> {
        let measured = places.measure_and_replace(&key, |held| {
            Ok::<_, ()>((held.map(u64::from), Nanos::from(time)))
        });
        measured.unwrap()
    }

    #[test]
    fn a_key_finds_what_it_owes_and_a_refusal_changes_nothing() {
        let places = Places::default();
        assert_eq!(owe(&places, 7, 100), None);
        let refused = places.measure_and_replace(&7, |_| Err::<((), Nanos), ()>(()));
        assert!(refused.is_err());
        assert_eq!(owe(&places, 7, 200), Some(100));
        assert_eq!(owe(&places, 7, 300), Some(200));
    }

    #[test]
    fn of_one_set_too_many_the_least_debt_goes() {
        let places = Places::default();
        let step = u64::try_from(SHARDS * SETS).unwrap();
        let neighbours = u64::try_from(WAYS).unwrap();
        for n in 0..neighbours {
            assert_eq!(owe(&places, n * step, 1000 - n), None);
        }
        owe(&places, neighbours * step, 2000);
        assert_eq!(owe(&places, 0, 3000), Some(1000));
        assert_eq!(owe(&places, (neighbours - 1) * step, 4000), None, "it went");
    }
}
