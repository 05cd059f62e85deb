//! Rules and keys of the caps on mails that strangers can cause. The database counts, for all nodes.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::domain::{
    accounts::email::mailbox_of,
    secrets::{sealing::hmac_sha256, secret::Key},
    sign_in::attempts::scaled,
};

/// Mails of one kind to one address in [`PER`], at a scale of 1.
pub const TO_RECIPIENT: u32 = 5;
/// Mails of one kind to all addresses of one mailbox in [`PER`], at a scale of 1.
pub const TO_MAILBOX: u32 = 10;
/// The time in which a used-up cap recovers, evenly. It allows the next mail to a recipient before any mailed link
/// expires, so that a flood leaves its recipient with a working link.
pub const PER: TimeDelta = TimeDelta::hours(1);
/// The time between two security mails of one kind. Not scaled.
pub const MERGED_IN: TimeDelta = TimeDelta::hours(1);

/// The client that requests a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// A browser that the address knows.
    KnownBrowser,
    Stranger,
}

/// How many mails of a kind go to one recipient, and under which keys they are counted.
#[derive(Debug)]
pub struct MailCaps {
    key: Key,
    to_recipient: i32,
    to_mailbox: i32,
}

/// One cap: its key, the time until it allows another mail, and the time until it has recovered.
pub type Rule = (Uuid, TimeDelta, TimeDelta);

impl MailCaps {
    /// The caps at a `RATE_LIMIT_SCALE`.
    pub fn new(key: Key, scale: f64) -> Self {
        let count = |count| i32::try_from(scaled(count, scale)).unwrap_or(i32::MAX);
        Self {
            key,
            to_recipient: count(TO_RECIPIENT),
            to_mailbox: count(TO_MAILBOX),
        }
    }

    /// The caps of a kind of mail to a canonical address: by recipient and by mailbox.
    ///
    /// The mailbox of a `proven` address counts for that address alone: no stranger can prove another
    /// address of it, and their mails to its other addresses must not use up its owner's.
    pub fn of(&self, kind: &str, address: &str, asking: Asking, proven: bool) -> [Rule; 2] {
        let asking = match asking {
            Asking::KnownBrowser => "known browser",
            Asking::Stranger => "stranger",
        };
        let mailbox = if proven {
            self.mac(&["own mailbox", asking, kind, address])
        } else {
            self.mac(&["mailbox", asking, kind, &mailbox_of(address)])
        };
        [
            rule(
                self.mac(&["recipient", asking, kind, address]),
                self.to_recipient,
            ),
            rule(mailbox, self.to_mailbox),
        ]
    }

    /// The key under which security mails of a kind to a canonical address are merged.
    pub fn merge_key_of(&self, kind: &str, address: &str) -> Uuid {
        self.mac(&["merged", kind, address])
    }

    /// The keys under which messages to a phone number, and those of a user, are counted.
    pub fn text_keys(&self, number: &str, user: Uuid) -> [Uuid; 2] {
        [
            self.mac(&["text to", number]),
            self.mac(&["text of", &user.to_string()]),
        ]
    }

    /// Neither an address nor our own names contain a NUL, so no two lists have the same message.
    fn mac(&self, words: &[&str]) -> Uuid {
        let mac = hmac_sha256(&self.key, words.join("\0").as_bytes());
        Uuid::from_u128(u128::from_be_bytes(*mac.first_chunk().unwrap_or(&[0; 16])))
    }
}

fn rule(key: Uuid, count: i32) -> Rule {
    // A microsecond is the smallest step that is stored; a scale that needs less means no cap.
    let each = (PER / count.max(1)).max(TimeDelta::microseconds(1));
    (key, each, PER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(scale: f64) -> MailCaps {
        MailCaps::new(Key::new([1; 32]), scale)
    }

    #[test]
    fn every_cap_has_its_own_key() {
        let caps = caps(1.0);
        let mut keys = Vec::new();
        for kind in ["verify_email", "reset_password"] {
            for address in ["a@example.com", "b@example.com"] {
                keys.push(caps.merge_key_of(kind, address));
                for asking in [Asking::KnownBrowser, Asking::Stranger] {
                    for proven in [true, false] {
                        let [recipient, mailbox] = caps.of(kind, address, asking, proven);
                        keys.push(mailbox.0);
                        if proven {
                            keys.push(recipient.0);
                        }
                    }
                }
            }
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn addresses_of_one_mailbox_share_its_cap_and_no_other() {
        let caps = caps(1.0);
        let of = |address| caps.of("verify_email", address, Asking::Stranger, false);
        let [one, other] = [of("ann.lee+1@example.com"), of("annlee+2@example.com")];
        assert_eq!(one[1].0, other[1].0);
        assert_ne!(one[0].0, other[0].0);
        assert_ne!(one[1].0, of("annlee@example.org")[1].0);
    }

    #[test]
    fn the_scale_multiplies_and_never_reduces_a_cap_to_zero() {
        let each = |scale| {
            caps(scale)
                .of("k", "a@b.c", Asking::Stranger, false)
                .map(|rule| rule.1)
        };
        assert_eq!(each(1.0), [TimeDelta::minutes(12), TimeDelta::minutes(6)]);
        assert_eq!(each(2.0), [TimeDelta::minutes(6), TimeDelta::minutes(3)]);
        assert_eq!(each(1e-9), [TimeDelta::hours(1); 2]);
        assert!(each(1e9)[0] > TimeDelta::zero());
    }
}
