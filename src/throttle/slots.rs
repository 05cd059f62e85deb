//! The table in which a limiter keeps its counts. Its size is fixed, so that any number of keys takes
//! bounded memory. A key may be in one of eight slots; if all are taken, the key whose limit recovers
//! first is dropped.

use std::sync::{Mutex, PoisonError};

use governor::{nanos::Nanos, state::StateStore};

/// Keys that one limiter can hold.
pub(super) const SLOTS: usize = SHARDS * SETS * WAYS;
/// Bytes of one limiter's table, once every part of it is in use.
pub(super) const BYTES: usize = SLOTS * size_of::<Slot>();

const SHARDS: usize = 64;
const SETS: usize = 512;
const WAYS: usize = 8;

/// A key's hash and its theoretical arrival time (GCRA) in nanoseconds; zeros in an empty slot.
type Slot = [u64; 2];

/// The table, in parts that are locked one by one. A part takes no memory before its first key.
///
/// The slots of a key follow from its hash, which is keyed: an attacker cannot choose the keys that share its slots.
/// The key that is dropped is always the one that recovers first of eight. A flood of new keys, each counted once,
/// therefore displaces keys of its own kind; a blocked key recovers last and stays blocked, and no two keys share a
/// counter.
pub(super) struct Slots {
    shards: Vec<Mutex<Vec<Slot>>>,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl StateStore for Slots {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let (shard, set) = whereabouts(*key);
        let Some(shard) = self.shards.get(shard) else {
            return measure(None).map(|(outcome, _)| outcome);
        };
        let mut slots = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.is_empty() {
            *slots = vec![[0; 2]; SETS * WAYS];
        }
        let set = &mut slots[set * WAYS..(set + 1) * WAYS];
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

    fn owe(slots: &Slots, key: u64, time: u64) -> Option<u64> {
        let measured = slots.measure_and_replace(&key, |held| {
            Ok::<_, ()>((held.map(u64::from), Nanos::from(time)))
        });
        measured.unwrap()
    }

    #[test]
    fn a_key_keeps_its_count_and_a_refusal_changes_nothing() {
        let slots = Slots::default();
        assert_eq!(owe(&slots, 7, 100), None);
        let refused = slots.measure_and_replace(&7, |_| Err::<((), Nanos), ()>(()));
        assert!(refused.is_err());
        assert_eq!(owe(&slots, 7, 200), Some(100));
        assert_eq!(owe(&slots, 7, 300), Some(200));
    }

    #[test]
    fn in_a_full_set_the_least_used_key_is_dropped() {
        let slots = Slots::default();
        let step = u64::try_from(SHARDS * SETS).unwrap();
        let neighbours = u64::try_from(WAYS).unwrap();
        for n in 0..neighbours {
            assert_eq!(owe(&slots, n * step, 1000 - n), None);
        }
        owe(&slots, neighbours * step, 2000);
        assert_eq!(owe(&slots, 0, 3000), Some(1000));
        assert_eq!(owe(&slots, (neighbours - 1) * step, 4000), None, "it went");
    }
}
