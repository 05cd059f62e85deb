//! The device cookie, by which a browser is recognised. It contains a secret for each user who trusts the
//! browser, and an entry for each address that signed in with it. Only this service can make an entry.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::{
    clock::from_millis,
    secrets::{
        random::{self, Random},
        sealing::hmac_sha256,
        secret::{Key, SecretString},
    },
};

/// The most users who can trust one browser, and the most addresses that can know it. Beyond that, the
/// oldest user is asked for a code again, or the oldest address no longer knows the browser.
const MOST: usize = 4;
/// How long a browser is known after its first sign-in. The next sign-in after that makes it known again.
pub const KNOWN_FOR: TimeDelta = TimeDelta::days(365);

/// The bytes of a secret.
const SECRET: usize = 32;
/// The bytes of an entry: a nonce, the two times in milliseconds, and the MAC of all with the address.
const ENTRY: usize = 16 + 8 + 8 + 32;
/// Earlier entries have one time, which is both.
const EARLIER_ENTRY: usize = 16 + 8 + 32;

/// The content of a browser's device cookie, newest first: secrets of 256 random bits, each for one user,
/// whose hashes are in the database; and entries (after OWASP's device cookies) that record that this
/// browser signed in to an address. An entry gives no access. It only ensures that the guesses of
/// strangers are not counted against this browser.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceCookie {
    secrets: Vec<SecretString>,
    known: Vec<SecretString>,
}

/// A browser that an address knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// Distinguishes the browsers of one address.
    pub name: String,
    /// Its first sign-in to the address under the credentials of that time.
    pub since: DateTime<Utc>,
    /// Its first sign-in to the address.
    pub first: DateTime<Utc>,
}

/// The times of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub since: DateTime<Utc>,
    pub first: DateTime<Utc>,
}

impl From<DateTime<Utc>> for Times {
    fn from(at: DateTime<Utc>) -> Self {
        Self {
            since: at,
            first: at,
        }
    }
}

impl KnownDevice {
    /// Whether it signed in at this time or later. Entries have millisecond precision.
    pub fn is_from(&self, earliest: DateTime<Utc>) -> bool {
        is_from(self.since, earliest)
    }

    /// The first sign-in to the address that is not before this time.
    pub fn first_from(&self, earliest: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut times = [self.first, self.since].into_iter();
        times.find(|at| is_from(*at, earliest))
    }
}

impl DeviceCookie {
    /// Parses a cookie. Parts that this service would never set are skipped.
    pub fn parse(text: &str) -> Self {
        let of = |lengths: &'static [usize]| {
            let ours = move |part: &&str| {
                BASE64URL_NOPAD
                    .decode(part.as_bytes())
                    .is_ok_and(|bytes| lengths.contains(&bytes.len()))
            };
            let parts = text.split('.').filter(ours).take(MOST);
            parts.map(SecretString::from).collect()
        };
        Self {
            secrets: of(&[SECRET]),
            known: of(&[ENTRY, EARLIER_ENTRY]),
        }
    }

    /// SHA-256 of each secret. Secrets have too many bits to be guessed, so no slower hash is needed.
    pub fn hashes(&self) -> Vec<Vec<u8>> {
        self.secrets.iter().map(hash).collect()
    }

    /// The cookie without the secrets of these hashes and with a new one, and the hash of the new one.
    #[must_use]
    pub fn renewed(&self, dropped: &[Vec<u8>], random: &dyn Random) -> (Self, Vec<u8>) {
        let fresh = SecretString::from(BASE64URL_NOPAD.encode(&random::bytes::<SECRET>(random)));
        let fresh_hash = hash(&fresh);
        let others = self.secrets.iter().filter(|s| !dropped.contains(&hash(s)));
        let secrets = [fresh].into_iter().chain(others.cloned());
        let renewed = Self {
            secrets: secrets.take(MOST).collect(),
            known: self.known.clone(),
        };
        (renewed, fresh_hash)
    }

    /// The entry of the browser for a canonical address, checked under the key of the entries.
    pub fn known_to(&self, key: &Key, address: &str, now: DateTime<Utc>) -> Option<KnownDevice> {
        let entries = self
            .known
            .iter()
            .filter_map(|entry| read(key, address, entry));
        entries
            .into_iter()
            .find(|device| now < device.since + KNOWN_FOR)
    }

    /// The cookie with a new entry, under a new name, for a canonical address.
    #[must_use]
    pub fn knowing(
        &self,
        key: &Key,
        address: &str,
        times: impl Into<Times>,
        random: &dyn Random,
    ) -> Self {
        let of_others = |entry: &&SecretString| read(key, address, entry).is_none();
        let others = self.known.iter().filter(of_others).cloned();
        let fresh = write(key, address, random::bytes(random), times.into());
        Self {
            secrets: self.secrets.clone(),
            known: [fresh].into_iter().chain(others).take(MOST).collect(),
        }
    }

    /// The cookie with the entry of a canonical address moved to the front, if it is from `earliest` or
    /// later; else with a new entry, which keeps the first sign-in. A new entry has its own guesses, so an entry
    /// is kept when the user signs in again.
    #[must_use]
    pub fn still_knowing(
        &self,
        key: &Key,
        address: &str,
        earliest: DateTime<Utc>,
        first: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Self {
        let known = self.known_to(key, address, now);
        if !known.is_some_and(|device| device.is_from(earliest)) {
            let since = earliest.max(now);
            let first = first.unwrap_or(since);
            return self.knowing(key, address, Times { since, first }, random);
        }
        let is_own = |entry: &&SecretString| read(key, address, entry).is_some();
        let own = self.known.iter().filter(is_own).take(1);
        let others = self.known.iter().filter(|entry| !is_own(entry));
        Self {
            secrets: self.secrets.clone(),
            known: own.chain(others).cloned().collect(),
        }
    }

    /// The value of the cookie: at most 523 characters.
    pub fn value(&self) -> String {
        let parts = self.secrets.iter().chain(&self.known);
        let parts: Vec<&str> = parts.map(SecretString::expose).collect();
        parts.join(".")
    }
}

fn hash(secret: &SecretString) -> Vec<u8> {
    Sha256::digest(secret.expose().as_bytes()).to_vec()
}

/// The MAC of an entry. Nonce and time have a fixed length, so no two entries have the same message.
fn mac(key: &Key, address: &str, said: &[u8]) -> [u8; 32] {
    hmac_sha256(key, &[said, address.as_bytes()].concat())
}

fn write(key: &Key, address: &str, nonce: [u8; 16], times: Times) -> SecretString {
    let [since, first] = [times.since, times.first].map(|at| at.timestamp_millis().to_be_bytes());
    let said = [&nonce[..], &since, &first].concat();
    let mac = mac(key, address, &said);
    BASE64URL_NOPAD.encode(&[&said[..], &mac].concat()).into()
}

/// The browser of an entry, if the entry is valid for this address.
fn read(key: &Key, address: &str, entry: &SecretString) -> Option<KnownDevice> {
    let bytes = BASE64URL_NOPAD.decode(entry.expose().as_bytes()).ok()?;
    let (said, presented) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
    let (nonce, times) = said.split_at_checked(16)?;
    let is_ours: bool = mac(key, address, said).ct_eq(presented).into();
    is_ours.then_some(())?;
    let time = |millis: &[u8]| Some(from_millis(i64::from_be_bytes(millis.try_into().ok()?)));
    let since = time(times.get(..8)?)?;
    Some(KnownDevice {
        name: BASE64URL_NOPAD.encode(nonce),
        since,
        first: times.get(8..16).and_then(time).unwrap_or(since),
    })
}

fn is_from(at: DateTime<Utc>, earliest: DateTime<Utc>) -> bool {
    earliest.timestamp_millis() <= at.timestamp_millis()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    struct Counting(AtomicU8);
    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        from_millis(1_772_546_700_000 + seconds * 1000)
    }

    #[test]
    fn each_user_has_a_secret_and_the_oldest_is_dropped() {
        let random = Counting(AtomicU8::new(0));
        let (one, first) = DeviceCookie::default().renewed(&[], &random);
        assert_eq!(one.value().len(), 43);
        assert_eq!(DeviceCookie::parse(&one.value()).hashes(), one.hashes());
        let (two, second) = one.renewed(&[], &random);
        assert_eq!(two.hashes(), [second.clone(), first.clone()]);
        let (again, third) = two.renewed(&[first], &random);
        assert_eq!(again.hashes(), [third, second.clone()]);
        let many = (0..3).fold(again, |cookie, _| cookie.renewed(&[], &random).0);
        assert_eq!(many.hashes().len(), MOST);
        assert!(!many.hashes().contains(&second));
    }

    #[test]
    fn only_parts_that_we_would_set_are_read() {
        let secret = "A".repeat(43);
        for odd in ["", ".", "a", "!", "AAAA", &"A".repeat(44), &"A".repeat(42)] {
            assert!(DeviceCookie::parse(odd).hashes().is_empty(), "{odd}");
            let mixed = DeviceCookie::parse(&format!("{odd}.{secret}"));
            assert_eq!(mixed.hashes().len(), 1, "{odd}");
        }
        let many = vec![secret; 40].join(".");
        assert_eq!(DeviceCookie::parse(&many).hashes().len(), MOST);
        for length in [75, 86] {
            let entries = vec!["A".repeat(length); 40].join(".");
            let kept = DeviceCookie::parse(&entries).value();
            assert_eq!(kept.len(), MOST * (length + 1) - 1);
        }
    }

    #[test]
    fn an_address_knows_its_browsers_and_no_others() {
        let random = Counting(AtomicU8::new(0));
        let (key, other_key) = (Key::new([1; 32]), Key::new([2; 32]));
        let empty = DeviceCookie::default();
        let cookie = empty.knowing(&key, "ann@example.com", at(0), &random);
        let cookie = DeviceCookie::parse(&cookie.value());
        let known = |cookie: &DeviceCookie, address: &str, now| cookie.known_to(&key, address, now);
        let ann = known(&cookie, "ann@example.com", at(1)).unwrap();
        assert_eq!(ann.since, at(0));
        assert_eq!(known(&cookie, "bob@example.com", at(1)), None);
        assert_eq!(cookie.known_to(&other_key, "ann@example.com", at(1)), None);
        assert_eq!(
            known(&cookie, "ann@example.com", at(0) + KNOWN_FOR),
            None,
            "for a year"
        );

        // Another sign-in replaces the entry under another name, and keeps those of other addresses.
        let both = cookie.knowing(&key, "bob@example.com", at(2), &random);
        let again = both.knowing(&key, "ann@example.com", at(3), &random);
        assert_ne!(known(&again, "ann@example.com", at(4)).unwrap(), ann);
        assert_eq!(
            known(&again, "bob@example.com", at(4)),
            known(&both, "bob@example.com", at(4))
        );
        assert_eq!(again.known.len(), 2);
        let crowd = (0..4).fold(again, |cookie, n| {
            cookie.knowing(&key, &format!("{n}@example.com"), at(5), &random)
        });
        assert_eq!(crowd.known.len(), MOST);
        assert_eq!(known(&crowd, "ann@example.com", at(6)), None);
    }

    #[test]
    fn an_entry_keeps_the_first_sign_in_as_the_credentials_change() {
        let random = Counting(AtomicU8::new(0));
        let (key, ann) = (Key::new([1; 32]), "ann@example.com");
        let cookie = DeviceCookie::default().knowing(&key, ann, at(0), &random);
        let first = Some(at(0));
        let cookie = cookie.still_knowing(&key, ann, at(5), first, at(5), &random);
        let device = cookie.known_to(&key, ann, at(6)).unwrap();
        assert_eq!((device.since, device.first), (at(5), at(0)));
        assert!(
            device.is_from(at(5)),
            "its guesses are those of the new credentials"
        );
        assert_eq!(device.first_from(at(0)), Some(at(0)));
        assert_eq!(
            device.first_from(at(1)),
            Some(at(5)),
            "the rest was forgotten"
        );
        assert_eq!(device.first_from(at(6)), None);
    }

    #[test]
    fn an_entry_with_one_time_is_read() {
        let (key, ann) = (Key::new([1; 32]), "ann@example.com");
        let said = [&[7; 16][..], &at(3).timestamp_millis().to_be_bytes()].concat();
        let entry = [&said[..], &mac(&key, ann, &said)].concat();
        let cookie = DeviceCookie::parse(&BASE64URL_NOPAD.encode(&entry));
        let device = cookie.known_to(&key, ann, at(4)).unwrap();
        assert_eq!((device.since, device.first), (at(3), at(3)));
    }

    #[test]
    fn an_altered_entry_is_ignored() {
        let random = Counting(AtomicU8::new(7));
        let key = Key::new([1; 32]);
        let cookie = DeviceCookie::default().knowing(&key, "ann@example.com", at(0), &random);
        let mut bytes = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).unwrap();
        for position in 0..bytes.len() {
            bytes[position] ^= 1;
            let altered = DeviceCookie::parse(&BASE64URL_NOPAD.encode(&bytes));
            assert_eq!(altered.known_to(&key, "ann@example.com", at(1)), None);
            bytes[position] ^= 1;
        }
    }

    #[test]
    fn secrets_and_entries_are_kept_separately_within_a_limit() {
        let random = Counting(AtomicU8::new(0));
        let key = Key::new([1; 32]);
        let mut cookie = DeviceCookie::default();
        for n in 0..9 {
            cookie = cookie.renewed(&[], &random).0;
            cookie = cookie.knowing(&key, &format!("{n}@example.com"), at(n), &random);
        }
        assert_eq!(cookie.value().len(), 523);
        assert_eq!(DeviceCookie::parse(&cookie.value()), cookie);
    }
}
