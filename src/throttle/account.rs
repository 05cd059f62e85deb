//! Rules and keys of the account throttle. The database counts attempts, for all nodes, under these keys, which
//! reveal no address.

use std::time::Duration;

use uuid::Uuid;

use super::Route;
use crate::domain::{
    secrets::{sealing::hmac_sha256, secret::Key},
    sign_in::{
        attempts::{Schedule, scaled},
        device::KnownDevice,
    },
};

/// Failures of an address before pauses begin, at a scale of 1.
const FREE_PASSWORDS: u32 = 10;
const FREE_CODES: u32 = 5;
/// The first pauses. A code is valid for half a minute.
const FIRST_PASSWORD_PAUSE: Duration = Duration::from_secs(5);
const FIRST_CODE_PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    Password,
    /// A code of the second factor, of either kind.
    Code,
}

impl Guess {
    /// The route whose flood limits count it as well.
    pub fn route(self) -> Route {
        match self {
            Self::Password => Route::Login,
            Self::Code => Route::SecondFactor,
        }
    }

    /// The name in keys and in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }
}

/// A notice to the owner of an address, sent at most once in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Attempts are refused for some time.
    Paused(Guess),
    /// Unknown browsers are refused until the address is unlocked.
    Blocked(Guess),
}

/// A key of the counters.
pub type CounterKey = [u8; 32];

/// The limit of one kind of guess, and the keys that count it.
#[derive(Debug)]
pub struct AccountThrottle {
    key: Key,
    passwords: Schedule,
    codes: Schedule,
    /// A known browser that fails more often than this counts as unknown.
    device_passwords: Schedule,
    device_codes: Schedule,
    /// The key of device cookies.
    pub device_key: Key,
}

impl AccountThrottle {
    /// The rules at a `RATE_LIMIT_SCALE`, and the keys of counters and of device cookies.
    pub fn new(key: Key, device_key: Key, scale: f64) -> Self {
        let (passwords, codes) = (scaled(FREE_PASSWORDS, scale), scaled(FREE_CODES, scale));
        Self {
            key,
            device_key,
            passwords: Schedule::rising(passwords, FIRST_PASSWORD_PAUSE),
            codes: Schedule::rising(codes, FIRST_CODE_PAUSE),
            device_passwords: Schedule::flat(passwords),
            device_codes: Schedule::flat(codes),
        }
    }

    /// The rule for guesses at an address by unknown browsers.
    pub fn schedule(&self, guess: Guess) -> &Schedule {
        match guess {
            Guess::Password => &self.passwords,
            Guess::Code => &self.codes,
        }
    }

    /// The rule for guesses at an address by a known browser.
    pub fn device_schedule(&self, guess: Guess) -> &Schedule {
        match guess {
            Guess::Password => &self.device_passwords,
            Guess::Code => &self.device_codes,
        }
    }

    /// The counter of guesses at a canonical address by unknown browsers.
    pub fn key_of(&self, guess: Guess, address: &str) -> CounterKey {
        self.mac(guess.as_str(), address, "")
    }

    /// The counter of guesses at a canonical address by a known browser.
    pub fn device_key_of(&self, guess: Guess, address: &str, device: &KnownDevice) -> CounterKey {
        self.mac(guess.as_str(), address, &device.name)
    }

    /// The counter of guesses at the links in a user's security mails to an address: no one who reads another mailbox
    /// uses it up.
    pub fn link_key_of(&self, guess: Guess, user: Uuid, recipient: &str) -> CounterKey {
        self.mac(guess.as_str(), recipient, &user.to_string())
    }

    /// When the notice was last given for a canonical address.
    pub fn notice_key_of(&self, notice: Notice, address: &str) -> CounterKey {
        match notice {
            Notice::Paused(guess) => self.mac("paused", address, guess.as_str()),
            Notice::Blocked(guess) => self.mac("blocked", address, guess.as_str()),
        }
    }

    /// No address contains a NUL, so that no two triples have one message.
    fn mac(&self, what: &str, address: &str, further: &str) -> CounterKey {
        hmac_sha256(&self.key, [what, address, further].join("\0").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn every_counter_has_its_own_key() {
        let throttle = AccountThrottle::new(Key::new([1; 32]), Key::new([2; 32]), 1.0);
        let device = KnownDevice {
            name: "code".to_owned(),
            since: DateTime::UNIX_EPOCH,
            first: DateTime::UNIX_EPOCH,
        };
        let mut keys = Vec::new();
        for guess in [Guess::Password, Guess::Code] {
            keys.push(throttle.link_key_of(guess, Uuid::nil(), "c@example.com"));
        }
        for address in ["a@example.com", "b@example.com"] {
            for guess in [Guess::Password, Guess::Code] {
                keys.push(throttle.key_of(guess, address));
                keys.push(throttle.device_key_of(guess, address, &device));
                keys.push(throttle.notice_key_of(Notice::Paused(guess), address));
                keys.push(throttle.notice_key_of(Notice::Blocked(guess), address));
            }
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn codes_are_guessed_less_often_than_passwords() {
        let throttle = AccountThrottle::new(Key::new([1; 32]), Key::new([2; 32]), 1.0);
        let [passwords, codes] =
            [Guess::Password, Guess::Code].map(|guess| throttle.schedule(guess).pauses());
        assert!(passwords.iter().zip(codes).all(|(of, other)| of <= other));
        assert_eq!((passwords[9], codes[4]), (5, 30));
    }
}
