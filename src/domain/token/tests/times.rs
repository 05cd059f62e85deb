//! `iat`, `iat_ms`, `nbf` and `exp`: their allowed values, and how they limit a token's validity.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{NOW, NOW_MS, claims, codec, decoded, least, minted, with};
use crate::domain::token::{Purpose, Refusal};

const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);
const NOT_YET: Result<(), Refusal> = Err(Refusal::NotYet);
const EXPIRED: Result<(), Refusal> = Err(Refusal::Expired);

fn answer(name: &str, value: Value) -> Result<(), Refusal> {
    decoded(&with(least(Purpose::Access), name, value)).map(|_| ())
}

/// The issue time in milliseconds.
fn issued(claims: &Value) -> Result<i64, Refusal> {
    decoded(claims).map(|claims| claims.issued_at.timestamp_millis())
}

#[test]
fn a_date_is_a_number_of_seconds_before_the_year_10000() {
    let last = 253_402_300_799_i64;
    for (value, iat, nbf, exp) in [
        (json!(NOW), Ok(()), Ok(()), Ok(())),
        (json!(1_800_000_000.75), Ok(()), Ok(()), Ok(())),
        (json!(1.8e9), Ok(()), Ok(()), Ok(())),
        (json!(0), Ok(()), Ok(()), EXPIRED),
        (json!(0.25), Ok(()), Ok(()), EXPIRED),
        (json!(-0.0), Ok(()), Ok(()), EXPIRED),
        (json!(last), NOT_YET, NOT_YET, Ok(())),
        (json!(last + 1), MALFORMED, MALFORMED, MALFORMED),
        (json!(-1), MALFORMED, MALFORMED, MALFORMED),
        (json!(-0.5), MALFORMED, MALFORMED, MALFORMED),
        (json!(i64::MAX), MALFORMED, MALFORMED, MALFORMED),
        (json!(i64::MIN), MALFORMED, MALFORMED, MALFORMED),
        (json!(u64::MAX), MALFORMED, MALFORMED, MALFORMED),
        (json!(1e300), MALFORMED, MALFORMED, MALFORMED),
        (json!("1800000000"), MALFORMED, MALFORMED, MALFORMED),
        (json!(""), MALFORMED, MALFORMED, MALFORMED),
        (json!(true), MALFORMED, MALFORMED, MALFORMED),
        (json!([NOW]), MALFORMED, MALFORMED, MALFORMED),
        (json!({}), MALFORMED, MALFORMED, MALFORMED),
        // `null` is absent, and only `nbf` may be.
        (json!(null), MALFORMED, Ok(()), MALFORMED),
    ] {
        assert_eq!(answer("iat", value.clone()), iat, "iat {value}");
        assert_eq!(answer("nbf", value.clone()), nbf, "nbf {value}");
        assert_eq!(answer("exp", value.clone()), exp, "exp {value}");
    }
}

#[test]
fn the_issue_time_is_iat_ms_where_it_is_well_formed() {
    let second = NOW * 1000;
    for (iat_ms, at) in [
        // Whatever `iat` says in addition, earlier or later.
        (json!(NOW_MS), NOW_MS),
        (json!(NOW_MS - 7), NOW_MS - 7),
        (json!(0), 0),
        (json!(NOW_MS - 86_400_000), NOW_MS - 86_400_000),
        (json!(NOW_MS + 60_000), NOW_MS + 60_000),
        // Malformed counts as absent.
        (json!(null), second),
        (json!("1800000000123"), second),
        (json!(1_800_000_000_123.0), second),
        (json!(-1), second),
        (json!(253_402_300_800_000_i64), second),
        (json!(i64::MAX), second),
        (json!(u64::MAX), second),
        (json!(1e300), second),
        (json!(true), second),
        (json!([NOW_MS]), second),
        (json!({}), second),
    ] {
        let claims = with(least(Purpose::Access), "iat_ms", iat_ms.clone());
        assert_eq!(issued(&claims), Ok(at), "{iat_ms}");
    }
}

#[test]
fn a_fractional_iat_keeps_its_milliseconds() {
    for millis in 0..1000 {
        // As another library would write it: a double, usually slightly off.
        #[expect(clippy::cast_precision_loss, reason = "that is the point")]
        let iat = (NOW * 1000 - 1000 + millis) as f64 / 1000.0;
        let claims = with(least(Purpose::Access), "iat", json!(iat));
        assert_eq!(issued(&claims), Ok(NOW * 1000 - 1000 + millis), "{iat}");
    }
    // A part of a millisecond is cut, never rounded up: a token must not look younger than it is.
    for (iat, millis) in [
        (1_799_999_999.123_9, 123),
        (1_799_999_999.000_9, 0),
        (1_799_999_999.999_9, 999),
    ] {
        let claims = with(least(Purpose::Access), "iat", json!(iat));
        assert_eq!(issued(&claims), Ok(1_799_999_999_000 + millis), "{iat}");
    }
}

/// By each of the three alone: no clock is so far ahead of ours.
#[test]
fn the_clock_of_another_node_may_be_a_minute_ahead() {
    for purpose in Purpose::ALL {
        let read = |name: &str, value: i64| {
            let claims = with(least(purpose), name, json!(value));
            codec()
                .decode(purpose, &super::signed(purpose, &claims), super::now())
                .map(|_| ())
        };
        for name in ["iat", "nbf"] {
            assert_eq!(read(name, NOW + 60), Ok(()), "{name} of {purpose:?}");
            assert_eq!(read(name, NOW + 61), NOT_YET, "{name} of {purpose:?}");
        }
        assert_eq!(read("iat_ms", NOW_MS + 60_000), Ok(()), "{purpose:?}");
        assert_eq!(read("iat_ms", NOW_MS + 60_001), NOT_YET, "{purpose:?}");
    }
    // A current `iat_ms` does not hide an `iat` in the future.
    let both = with(
        with(least(Purpose::Access), "iat_ms", json!(NOW_MS)),
        "iat",
        json!(NOW + 61),
    );
    assert_eq!(decoded(&both), Err(Refusal::NotYet));
}

#[test]
fn a_token_ends_at_exp_and_only_an_access_token_has_leeway() {
    for purpose in Purpose::ALL {
        let leeway = if purpose == Purpose::Access {
            60_000
        } else {
            0
        };
        let at = |millis: i64| {
            let then = claims(purpose).expires_at + TimeDelta::milliseconds(leeway + millis);
            codec().decode(purpose, &minted(purpose), then).map(|_| ())
        };
        assert_eq!(at(-1), Ok(()), "{purpose:?}");
        assert_eq!(at(0), EXPIRED, "{purpose:?}");
        assert_eq!(at(1), EXPIRED, "{purpose:?}");
    }
}

/// There is no rule about the order of the dates or about the age of a token.
#[test]
fn only_the_clock_judges_a_date() {
    let before_it_was_issued = with(least(Purpose::Access), "exp", json!(NOW + 10));
    let claims = with(before_it_was_issued, "iat", json!(NOW + 30));
    assert!(decoded(&claims).is_ok());
    assert_eq!(answer("iat", json!(1)), Ok(()));
    assert_eq!(answer("exp", json!(NOW + 3_000_000_000_i64)), Ok(()));
}
