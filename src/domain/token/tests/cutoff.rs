//! The issue time against the last password change, through both checks, to the millisecond.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{NOW, NOW_MS, codec, from_millis, least, now, signed, with};
use crate::domain::token::{NothingRevoked, Purpose, Refusal, UserStatus, judge};

const SUPERSEDED: Result<(), Refusal> = Err(Refusal::Superseded);

fn bound() -> impl Iterator<Item = Purpose> {
    Purpose::ALL
        .into_iter()
        .filter(|purpose| purpose.bound_to_credentials())
}

/// Both checks, at a given time.
fn judged(
    purpose: Purpose,
    claims: &Value,
    changed_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let user = UserStatus {
        revocation_id: 3,
        password_changed_at: Some(changed_at),
        disabled: false,
        sign_in_frozen_until: None,
    };
    let claims = codec().decode_ahead(purpose, &signed(purpose, claims), at)?;
    judge(&claims, &user, &NothingRevoked, at)
}

fn changed(millis: i64) -> DateTime<Utc> {
    from_millis(NOW_MS + millis)
}

#[test]
fn with_iat_ms_both_sides_are_a_millisecond_apart() {
    for purpose in bound() {
        let claims = with(least(purpose), "iat_ms", json!(NOW_MS));
        assert_eq!(
            judged(purpose, &claims, changed(-1), now()),
            Ok(()),
            "{purpose:?}"
        );
        assert_eq!(
            judged(purpose, &claims, changed(0), now()),
            SUPERSEDED,
            "{purpose:?}"
        );
        assert_eq!(
            judged(purpose, &claims, changed(1), now()),
            SUPERSEDED,
            "{purpose:?}"
        );
    }
}

/// A whole second counts from its beginning: if the order is unknown, the token counts as older.
#[test]
fn with_only_iat_a_token_counts_from_the_beginning_of_its_second() {
    for purpose in bound() {
        let at = |millis: i64| {
            judged(
                purpose,
                &least(purpose),
                from_millis(NOW * 1000 + millis),
                now(),
            )
        };
        assert_eq!(at(-1), Ok(()), "{purpose:?}");
        assert_eq!(at(0), SUPERSEDED, "{purpose:?}");
        assert_eq!(at(1), SUPERSEDED, "{purpose:?}");
        assert_eq!(at(999), SUPERSEDED, "{purpose:?}");
    }
}

#[test]
fn a_fractional_iat_is_as_exact_as_iat_ms() {
    for purpose in bound() {
        let claims = with(least(purpose), "iat", json!(1_800_000_000.123));
        assert_eq!(
            judged(purpose, &claims, changed(-1), now()),
            Ok(()),
            "{purpose:?}"
        );
        assert_eq!(
            judged(purpose, &claims, changed(0), now()),
            SUPERSEDED,
            "{purpose:?}"
        );
        // In the millisecond of the change it may have been issued before the change.
        let claims = with(least(purpose), "iat", json!(1_800_000_000.123_9));
        assert_eq!(
            judged(purpose, &claims, changed(0), now()),
            SUPERSEDED,
            "{purpose:?}"
        );
    }
}

/// A pair that is issued in the millisecond of the change has the next millisecond as its time.
#[test]
fn a_pair_issued_in_the_millisecond_of_the_change_is_valid() {
    for purpose in bound() {
        let claims = with(least(purpose), "iat_ms", json!(NOW_MS + 1));
        assert_eq!(
            judged(purpose, &claims, changed(0), now()),
            Ok(()),
            "{purpose:?}"
        );
    }
}

/// Leeway is for clocks, not for superseded tokens: a token from before the change is refused at any time
/// at which its own dates are valid.
#[test]
fn leeway_never_accepts_a_token_from_before_the_change() {
    for purpose in bound() {
        let claims = with(least(purpose), "iat_ms", json!(NOW_MS));
        for seconds in (0..300).step_by(20) {
            let at = now() + TimeDelta::seconds(seconds);
            assert_eq!(
                judged(purpose, &claims, changed(0), at),
                SUPERSEDED,
                "{purpose:?}"
            );
        }
    }
    // After `exp`, within the leeway.
    let claims = with(least(Purpose::Access), "iat_ms", json!(NOW_MS));
    let late = from_millis((NOW + 300 + 59) * 1000);
    assert_eq!(judged(Purpose::Access, &claims, changed(-1), late), Ok(()));
    assert_eq!(
        judged(Purpose::Access, &claims, changed(0), late),
        SUPERSEDED
    );
    // Issued by a node whose clock is a minute fast, before a change on a node whose clock is right.
    let ahead = with(least(Purpose::Access), "iat_ms", json!(NOW_MS + 60_000));
    assert_eq!(
        judged(Purpose::Access, &ahead, changed(60_000), now()),
        SUPERSEDED
    );
}

#[test]
fn iat_ms_takes_precedence_over_a_different_iat() {
    // Older than `iat`: refused. Younger: accepted.
    let older = with(least(Purpose::Access), "iat_ms", json!(NOW_MS - 5000));
    assert_eq!(
        judged(Purpose::Access, &older, changed(-5000), now()),
        SUPERSEDED
    );
    let younger = with(least(Purpose::Access), "iat", json!(NOW - 5));
    let younger = with(younger, "iat_ms", json!(NOW_MS));
    assert_eq!(
        judged(Purpose::Access, &younger, changed(-1), now()),
        Ok(())
    );
    // A malformed value is ignored.
    let malformed = with(least(Purpose::Access), "iat_ms", json!("1800000000123"));
    assert_eq!(
        judged(Purpose::Access, &malformed, from_millis(NOW * 1000), now()),
        SUPERSEDED
    );
}

/// After a change by a fast clock, the pair of the next sign-in is accepted, and no other date in the
/// future is.
#[test]
fn a_cutoff_in_the_future_accepts_its_own_pair() {
    for purpose in bound() {
        for ahead in [60_000, 60_001, 3_600_000, 86_400_000 * 365] {
            let at = |millis: i64| {
                let claims = with(least(purpose), "iat_ms", json!(NOW_MS + ahead + millis));
                let claims = with(claims, "iat", json!((NOW_MS + ahead + millis) / 1000));
                let claims = with(claims, "exp", json!(NOW + 300));
                judged(purpose, &claims, changed(ahead), now())
            };
            assert_eq!(at(1), Ok(()), "{purpose:?} {ahead}");
            assert_eq!(at(0), SUPERSEDED, "{purpose:?} {ahead}");
            assert_eq!(at(2), Err(Refusal::NotYet), "{purpose:?} {ahead}");
        }
        let ahead = with(least(purpose), "iat_ms", json!(NOW_MS + 60_001));
        assert_eq!(
            judged(purpose, &ahead, changed(0), now()),
            Err(Refusal::NotYet)
        );
        let nbf = with(least(purpose), "nbf", json!(NOW + 61));
        assert_eq!(
            judged(purpose, &nbf, changed(3_600_000), now()),
            Err(Refusal::NotYet)
        );
    }
}
