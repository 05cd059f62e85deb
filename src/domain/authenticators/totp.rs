//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, one step before and after.

use std::fmt;

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::typed_code;
use crate::domain::secrets::random::{self, Random};

/// Seconds of a step (RFC 6238, 4.1: X).
pub const STEP_SECONDS: i64 = 30;
/// Steps accepted before and after the current one.
const WINDOW: i64 = 1;
/// Steps that are searched before and after the current one, to tell the owner how far the phone's clock
/// is off.
const HORIZON: i64 = 10;

/// The secret shared with the authenticator app: 20 bytes (RFC 4226, section 4, R6).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; 20]);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[totp secret]")
    }
}

impl TotpSecret {
    pub fn fresh(random: &dyn Random) -> Self {
        Self(random::bytes(random))
    }

    /// The secret in unsealed bytes; `None` unless there are 20.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The text for an authenticator app: Base32 without padding.
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The `otpauth://` URI of the QR code. `None` if a name cannot be part of one.
    pub fn uri(&self, issuer: &str, account: &str) -> Option<String> {
        let totp = Builder::new()
            .with_secret(Secret::new_stack(self.0))
            .with_issuer(Some(issuer.replace(':', " ")))
            .with_account_name(account.to_owned())
            .build()
            .ok()?;
        totp.to_url().ok()
    }

    fn generator(&self) -> Totp {
        Builder::new()
            .with_secret(Secret::new_stack(self.0))
            .build_noncompliant()
    }
}

/// Six ASCII digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TotpCode(String);

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[totp code]")
    }
}

impl TotpCode {
    /// Parses a code: six decimal digits of any script. Blanks, dashes and direction marks are dropped;
    /// anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(typed_code::six_digits(text)?.to_string()))
    }
}

/// The result of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotpVerdict {
    /// It belongs to this step, which can be accepted once.
    Matches { step: i64 },
    /// It is right, but its step was accepted or refused before.
    Spent,
    /// It belongs to a step outside the window: the phone's clock is off.
    OutsideWindow {
        /// The time step, which must never be accepted.
        step: i64,
        /// How far the phone is ahead (positive) or behind, in seconds.
        drift_seconds: i64,
    },
    /// It is not a code of any nearby step.
    Wrong,
}

/// Checks a code at a given time.
///
/// `last_step` is the last accepted step; `refused` are steps that will never be accepted. The database
/// repeats the decision in the statement that records it.
pub fn judge(
    secret: &TotpSecret,
    code: &TotpCode,
    now: DateTime<Utc>,
    last_step: i64,
    refused: &[i64],
) -> TotpVerdict {
    let current = now.timestamp().div_euclid(STEP_SECONDS);
    let generator = secret.generator();
    let matches = |step: i64| {
        let seconds = u64::try_from(step * STEP_SECONDS).unwrap_or(0);
        bool::from(
            generator
                .generate(seconds)
                .to_string()
                .as_bytes()
                .ct_eq(code.0.as_bytes()),
        )
    };
    // Every step is computed, whichever matches, so that the time does not reveal it.
    let hits: Vec<i64> = (current - HORIZON..=current + HORIZON)
        .filter(|step| matches(*step))
        .collect();
    let in_window = |step: &i64| (step - current).abs() <= WINDOW;
    let acceptable = |step: &i64| *step > last_step && !refused.contains(step);

    if let Some(&step) = hits.iter().find(|step| in_window(step) && acceptable(step)) {
        return TotpVerdict::Matches { step };
    }
    if hits.iter().any(in_window) {
        return TotpVerdict::Spent;
    }
    match hits.iter().min_by_key(|step| (*step - current).abs()) {
        Some(&step) => TotpVerdict::OutsideWindow {
            step,
            drift_seconds: (step - current) * STEP_SECONDS,
        },
        None => TotpVerdict::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn rfc_secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn code(text: &str) -> TotpCode {
        TotpCode::parse(text).unwrap()
    }

    #[test]
    fn agrees_with_rfc_6238_appendix_b() {
        for (seconds, last_six) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            let step = seconds / STEP_SECONDS;
            let verdict = judge(&rfc_secret(), &code(last_six), at(seconds), 0, &[]);
            assert_eq!(verdict, TotpVerdict::Matches { step });
        }
    }

    #[test]
    fn accepts_one_step_either_side_and_reports_the_drift_beyond() {
        let now = 2_000_000_000;
        let judged = |shift: i64| {
            judge(
                &rfc_secret(),
                &code("279037"),
                at(now + shift * STEP_SECONDS),
                0,
                &[],
            )
        };
        let step = now / STEP_SECONDS;
        for shift in [-1, 0, 1] {
            assert_eq!(judged(shift), TotpVerdict::Matches { step });
        }
        assert_eq!(
            judged(2),
            TotpVerdict::OutsideWindow {
                step,
                drift_seconds: -60
            }
        );
        assert_eq!(
            judged(-10),
            TotpVerdict::OutsideWindow {
                step,
                drift_seconds: 300
            }
        );
        assert_eq!(judged(11), TotpVerdict::Wrong);
    }

    #[test]
    fn a_step_is_accepted_once() {
        let now = at(2_000_000_000);
        let step = 2_000_000_000 / STEP_SECONDS;
        assert_eq!(
            judge(&rfc_secret(), &code("279037"), now, step, &[]),
            TotpVerdict::Spent
        );
        assert_eq!(
            judge(&rfc_secret(), &code("279037"), now, 0, &[step]),
            TotpVerdict::Spent
        );
    }

    #[test]
    fn only_six_decimal_digits_are_a_code() {
        for text in [
            " 279-037 ",
            "279037\n",
            "279\u{a0}037",
            "\u{ff12}\u{ff17}\u{ff19}\u{ff10}\u{ff13}\u{ff17}",
            "\u{200f}\u{662}\u{667}\u{669}\u{2013}\u{660}\u{663}\u{667}",
        ] {
            assert_eq!(TotpCode::parse(text), Some(code("279037")), "{text:?}");
        }
        for text in [
            "",
            "27903",
            "2790370",
            "27903a",
            "\u{b2}79037",
            "27903\0",
            "279.037",
        ] {
            assert_eq!(TotpCode::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_secret_is_named_in_the_uri() {
        assert_eq!(rfc_secret().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = rfc_secret().uri("Vestibule", "ada@example.org").unwrap();
        assert_eq!(
            uri,
            "otpauth://totp/Vestibule:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vestibule"
        );
    }
}
