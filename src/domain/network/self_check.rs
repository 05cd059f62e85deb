//! The header with which `vestibule doctor` asks a running service how it sees the request: a time, with a
//! MAC under a key that both derive from the same settings. Other callers learn nothing.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use subtle::ConstantTimeEq;

use crate::domain::secrets::{keys, sealing::hmac_sha256, secret::Key};

/// The header with that value.
pub const HEADER: &str = "vestibule-probe";
/// How long before and after its time the value is accepted.
const HOLDS: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug, Clone)]
pub struct SelfCheckKey(Key);

impl SelfCheckKey {
    /// Derives the key from the bytes of `COOKIE_KEY`.
    pub fn derive(cookie_key: &[u8]) -> Self {
        Self(keys::derive(cookie_key, "vestibule/probe"))
    }

    /// The value of the header: seconds, a dot, and HMAC-SHA256 over the seconds in Base64url.
    pub fn value(&self, now: DateTime<Utc>) -> String {
        let seconds = now.timestamp().to_string();
        let mac = hmac_sha256(&self.0, seconds.as_bytes());
        format!("{seconds}.{}", BASE64URL_NOPAD.encode(&mac))
    }

    /// Whether a value was made with this key less than a minute ago.
    pub fn accepts(&self, value: &[u8], now: DateTime<Utc>) -> bool {
        let Some((seconds, mac)) = std::str::from_utf8(value)
            .ok()
            .and_then(|value| value.split_once('.'))
        else {
            return false;
        };
        let Ok(mac) = BASE64URL_NOPAD.decode(mac.as_bytes()) else {
            return false;
        };
        let expected = hmac_sha256(&self.0, seconds.as_bytes());
        let at = seconds.parse().ok();
        let at = at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let is_ours: bool = expected.as_slice().ct_eq(&mac).into();
        is_ours && at.is_some_and(|at| (now - at).abs() <= HOLDS)
    }
}

/// How the service sees a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The address that counts as the client's.
    pub client: IpAddr,
    /// The other end of the connection.
    pub peer: Option<IpAddr>,
    /// The hops of `X-Forwarded-For`, as received.
    pub forwarded: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_valid_for_a_minute_under_its_key() {
        let now = DateTime::from_timestamp(1_772_546_700, 0).unwrap();
        let key = SelfCheckKey::derive(&[1; 32]);
        let value = key.value(now);
        for (seconds, holds) in [
            (0, true),
            (60, true),
            (-60, true),
            (61, false),
            (-61, false),
        ] {
            let then = now + TimeDelta::seconds(seconds);
            assert_eq!(key.accepts(value.as_bytes(), then), holds, "{seconds}");
        }
        assert!(!SelfCheckKey::derive(&[2; 32]).accepts(value.as_bytes(), now));
        let later = value.replacen("1772546700", "1772546701", 1);
        for bad in [
            "",
            ".",
            "1772546700.",
            &value[1..],
            &later,
            &format!("{value}A"),
        ] {
            assert!(!key.accepts(bad.as_bytes(), now), "{bad}");
        }
        assert!(!key.accepts(b"\xff.\xff", now));
    }
}
