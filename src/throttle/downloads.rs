//! How many files this node sends at once, of one user and in all. Each holds one part in memory, for as long as its
//! client takes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

/// Files of one user.
pub const OF_USER: usize = 2;
/// Files of all users.
pub const IN_ALL: usize = 128;

/// The files that are being sent, by user.
#[derive(Debug, Clone, Default)]
pub struct Downloads(Arc<Mutex<HashMap<Uuid, usize>>>);

/// Why another one may not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    OfUser,
    InAll,
}

/// A file that is being sent. It counts until it is dropped.
#[derive(Debug)]
pub struct Download {
    all: Downloads,
    user_id: Uuid,
}

impl Downloads {
    pub fn begin(&self, user_id: Uuid) -> Result<Download, Full> {
        let mut sending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sending.values().sum::<usize>() >= IN_ALL {
            return Err(Full::InAll);
        }
        let own = sending.entry(user_id).or_default();
        if *own >= OF_USER {
            return Err(Full::OfUser);
        }
        *own += 1;
        Ok(Download {
            all: self.clone(),
            user_id,
        })
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        let mut sending = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = sending.get_mut(&self.user_id) {
            *own -= 1;
            if *own == 0 {
                sending.remove(&self.user_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_until_it_is_sent() {
        let downloads = Downloads::default();
        let ada = Uuid::from_u128(1);
        let first = downloads.begin(ada).unwrap();
        let second = downloads.begin(ada).unwrap();
        assert_eq!(downloads.begin(ada).unwrap_err(), Full::OfUser);
        assert!(downloads.begin(Uuid::from_u128(2)).is_ok());
        drop(first);
        let third = downloads.begin(ada).unwrap();
        drop((second, third));
        assert!(downloads.0.lock().unwrap().is_empty());
    }

    #[test]
    fn all_users_together_have_a_bound() {
        let downloads = Downloads::default();
        let begin = |n| downloads.begin(Uuid::from_u128(n));
        let sent: Vec<_> = (1..=128).map(|n| begin(n).unwrap()).collect();
        assert_eq!(sent.len(), IN_ALL);
        assert_eq!(begin(129).unwrap_err(), Full::InAll);
    }
}
