//! The first gate: each token opens its own door only.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Claims, Purpose, Refusal, TokenCodec, TokenPolicy};
use super::{NOW_MS, SECRET, claims, codec, now, policy};
use crate::domain::{clock::from_millis, keys};

/// A token of any claims, signed as the service would sign one of this purpose.
fn signed(purpose: Purpose, claims: &Value) -> String {
    let key = keys::derive(SECRET, &format!("vestibule/jwt/{}", purpose.as_str()));
    let header = Header::new(Algorithm::HS256);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key.expose())).unwrap()
}

fn access_json() -> Value {
    json!({
        "iss": "https://auth.example.org", "sub": Uuid::from_u128(1), "iat": NOW_MS / 1000,
        "exp": NOW_MS / 1000 + 300, "purpose": "access",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn decoded(claims: &Value) -> Result<Claims, Refusal> {
    codec().decode(Purpose::Access, &signed(Purpose::Access, claims), now())
}

#[test]
fn every_purpose_opens_its_own_door_only() {
    for minted in Purpose::ALL {
        let token = codec().encode(&claims(minted)).unwrap();
        for door in Purpose::ALL {
            let read = codec().decode(door, token.expose(), now());
            if door == minted {
                assert_eq!(read, Ok(claims(minted)));
            } else {
                assert_eq!(read, Err(Refusal::Forged), "{minted:?} at {door:?}");
            }
        }
    }
}

#[test]
fn the_purpose_claim_is_checked_besides_the_key() {
    let other = with(access_json(), "purpose", json!("undo"));
    assert_eq!(decoded(&other), Err(Refusal::Misdirected));
}

#[test]
fn the_same_claims_give_the_same_text() {
    let text = || codec().encode(&claims(Purpose::Refresh)).unwrap();
    assert_eq!(text().expose(), text().expose());
}

#[test]
fn every_changed_byte_is_noticed() {
    let token = codec()
        .encode(&claims(Purpose::Access))
        .unwrap()
        .expose()
        .to_owned();
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(
            codec().decode(Purpose::Access, &changed, now()).is_err(),
            "byte {at}"
        );
    }
}

#[test]
fn other_algorithms_are_no_signature() {
    let body = BASE64URL_NOPAD.encode(access_json().to_string().as_bytes());
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS384"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"HS256"}"#,
    ] {
        let text = format!("{}.{body}.", BASE64URL_NOPAD.encode(header.as_bytes()));
        assert_eq!(
            codec().decode(Purpose::Access, &text, now()),
            Err(Refusal::Forged),
            "{header}"
        );
    }
    let key = keys::derive(SECRET, "vestibule/jwt/access");
    let other = jsonwebtoken::encode(
        &Header::new(Algorithm::HS512),
        &access_json(),
        &EncodingKey::from_secret(key.expose()),
    );
    assert_eq!(
        codec().decode(Purpose::Access, &other.unwrap(), now()),
        Err(Refusal::Forged)
    );
    for junk in ["", ".", "..", "a.b.c", "\0", &"x".repeat(1_000_000)] {
        assert_eq!(
            codec().decode(Purpose::Access, junk, now()),
            Err(Refusal::Forged)
        );
    }
}

#[test]
fn what_must_be_there_must_be_there() {
    for name in ["iss", "sub", "iat", "exp", "purpose"] {
        assert_eq!(
            decoded(&without(access_json(), name)),
            Err(Refusal::Malformed),
            "{name}"
        );
    }
    let refresh = json!({
        "iss": "https://auth.example.org", "sub": Uuid::from_u128(1), "iat": NOW_MS / 1000,
        "exp": NOW_MS / 1000 + 300, "purpose": "refresh", "sid": Uuid::from_u128(2), "gen": 0,
    });
    let read =
        |claims: &Value| codec().decode(Purpose::Refresh, &signed(Purpose::Refresh, claims), now());
    assert!(read(&refresh).is_ok());
    for name in ["sid", "gen"] {
        assert_eq!(
            read(&without(refresh.clone(), name)),
            Err(Refusal::Malformed),
            "{name}"
        );
    }
}

#[test]
fn what_may_be_absent_may_be_absent() {
    let read = decoded(&access_json()).unwrap();
    assert_eq!(read.issued_at, from_millis(NOW_MS / 1000 * 1000));
    assert_eq!((read.rev, read.session_id), (None, None));
    assert_eq!(read.token_id.len(), 64, "named by its digest");
}

#[test]
fn the_issue_time_is_iat_ms_where_it_is_well_formed() {
    let issued = |claims: &Value| decoded(claims).map(|c| c.issued_at.timestamp_millis());
    assert_eq!(
        issued(&with(access_json(), "iat_ms", json!(NOW_MS - 7))),
        Ok(NOW_MS - 7)
    );
    for malformed in [
        json!("x"),
        json!(1.5),
        json!(-1),
        json!(null),
        json!(i64::MAX),
        json!([]),
    ] {
        let at = issued(&with(access_json(), "iat_ms", malformed.clone()));
        assert_eq!(at, Ok(1_800_000_000_000), "{malformed}");
    }
    assert_eq!(
        issued(&with(access_json(), "iat", json!(1_800_000_000.456))),
        Ok(1_800_000_000_456)
    );
}

#[test]
fn times_of_the_wrong_kind_are_refused() {
    for name in ["iat", "exp", "nbf"] {
        for value in [
            json!("1800000000"),
            json!(-1),
            json!(1e300),
            json!(i64::MAX),
            json!(true),
            json!({}),
        ] {
            assert_eq!(
                decoded(&with(access_json(), name, value.clone())),
                Err(Refusal::Malformed),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn issuer_and_audience_are_told_apart() {
    let foreign = with(access_json(), "iss", json!("https://evil.example"));
    assert_eq!(decoded(&foreign), Err(Refusal::Misdirected));
    let strict = TokenCodec::new(
        SECRET,
        &[],
        TokenPolicy {
            audience: Some("app".into()),
            ..policy()
        },
    );
    let read = |claims: &Value| {
        strict
            .decode(Purpose::Access, &signed(Purpose::Access, claims), now())
            .map(|_| ())
    };
    assert_eq!(read(&access_json()), Err(Refusal::Malformed));
    assert_eq!(
        read(&with(access_json(), "aud", json!("other"))),
        Err(Refusal::Misdirected)
    );
    assert_eq!(read(&with(access_json(), "aud", json!("app"))), Ok(()));
}

#[test]
fn leeway_is_for_access_tokens_alone() {
    for purpose in Purpose::ALL {
        let token = codec().encode(&claims(purpose)).unwrap();
        let at = |seconds: i64| {
            let then = claims(purpose).expires_at + TimeDelta::seconds(seconds);
            codec().decode(purpose, token.expose(), then).is_ok()
        };
        assert!(at(-1));
        assert_eq!(at(0), purpose == Purpose::Access, "{purpose:?}");
        assert_eq!(at(59), purpose == Purpose::Access, "{purpose:?}");
        assert!(!at(60), "{purpose:?}");
    }
}

#[test]
fn a_clock_may_be_a_minute_behind() {
    let at = |name: &str, seconds: i64| {
        decoded(&with(access_json(), name, json!(NOW_MS / 1000 + seconds))).map(|_| ())
    };
    for name in ["iat", "nbf"] {
        assert_eq!(at(name, 60), Ok(()));
        assert_eq!(at(name, 61), Err(Refusal::NotYet), "{name}");
    }
}

#[test]
fn keys_rotate_and_kid_picks_by_exact_match() {
    let old = codec();
    let new = TokenCodec::new(
        b"another secret of thirty-two bytes!",
        &[SECRET.to_vec()],
        policy(),
    );
    let token = old.encode(&claims(Purpose::Access)).unwrap();
    assert!(new.decode(Purpose::Access, token.expose(), now()).is_ok());
    let token = new.encode(&claims(Purpose::Access)).unwrap();
    assert_eq!(
        old.decode(Purpose::Access, token.expose(), now()),
        Err(Refusal::Forged)
    );
    let without_kid = signed(Purpose::Access, &access_json());
    assert!(old.decode(Purpose::Access, &without_kid, now()).is_ok());
    assert_eq!(
        new.decode(Purpose::Access, &without_kid, now()),
        Err(Refusal::Forged)
    );
}

#[test]
fn a_successor_is_found_under_the_key_that_signed_it() {
    let new = TokenCodec::new(
        b"another secret of thirty-two bytes!",
        &[SECRET.to_vec()],
        policy(),
    );
    let token = codec().encode(&claims(Purpose::Refresh)).unwrap();
    let again = new.encode_again(&claims(Purpose::Refresh), |candidate| {
        candidate == token.expose()
    });
    assert_eq!(again, Some(token));
    assert_eq!(new.encode_again(&claims(Purpose::Refresh), |_| false), None);
}
