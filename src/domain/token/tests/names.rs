//! Required and optional claims; the user and the session that a token names.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOW, codec, decoded, from_millis, least, now, signed, with, without};
use crate::domain::token::{Purpose, Refusal};

const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);

#[test]
fn required_claims_are_required() {
    for purpose in Purpose::ALL {
        let read = |claims: &Value| {
            codec()
                .decode(purpose, &signed(purpose, claims), now())
                .map(|_| ())
        };
        assert_eq!(read(&least(purpose)), Ok(()), "{purpose:?}");
        for name in ["iss", "sub", "iat", "exp", "purpose"] {
            assert_eq!(
                read(&without(least(purpose), name)),
                MALFORMED,
                "{name} of {purpose:?}"
            );
            let null = with(least(purpose), name, Value::Null);
            assert_eq!(read(&null), MALFORMED, "null as {name} of {purpose:?}");
        }
        // Only a refresh token must name its session and generation.
        let answer = if purpose == Purpose::Refresh {
            MALFORMED
        } else {
            Ok(())
        };
        for name in ["sid", "gen"] {
            let absent = with(least(purpose), name, Value::Null);
            assert_eq!(read(&absent), answer, "null as {name} of {purpose:?}");
            assert_eq!(
                read(&without(absent, name)),
                answer,
                "{name} of {purpose:?}"
            );
        }
    }
}

#[test]
fn optional_claims_are_optional() {
    let mut nulls = least(Purpose::Access);
    for name in ["jti", "rev", "sid", "gen", "iat_ms", "nbf", "email"] {
        nulls[name] = Value::Null;
    }
    for claims in [least(Purpose::Access), nulls] {
        let read = decoded(&claims).unwrap();
        assert_eq!(read.issued_at, from_millis(NOW * 1000));
        assert_eq!((read.rev, read.session_id), (None, None));
        assert_eq!(read.token_id.len(), 64, "named by its digest");
    }
}

#[test]
fn a_jti_is_a_text_of_1_to_64_bytes() {
    for (jti, answer) in [
        (json!(""), MALFORMED),
        (json!("a"), Ok(())),
        (json!("a".repeat(64)), Ok(())),
        (json!("a".repeat(65)), MALFORMED),
        (json!("\u{e9}".repeat(32)), Ok(())),
        (json!(format!("{}a", "\u{e9}".repeat(32))), MALFORMED),
        (json!("'; --"), Ok(())),
        (json!("\n\t\u{1f511}"), Ok(())),
        // Postgres texts cannot contain NUL: it would cause a fault later.
        (json!("a\0b"), MALFORMED),
        (json!(7), MALFORMED),
        (json!(["a"]), MALFORMED),
        (json!({}), MALFORMED),
        (json!(true), MALFORMED),
    ] {
        let read = decoded(&with(least(Purpose::Access), "jti", jti.clone()));
        assert_eq!(read.as_ref().map(|_| ()).map_err(|r| *r), answer, "{jti}");
        if let Ok(claims) = read {
            assert_eq!(json!(claims.token_id), jti, "opaque: kept as it is");
        }
    }
}

#[test]
fn ids_and_counts_must_have_their_types() {
    let id = Uuid::from_u128(9);
    for (name, value, answer) in [
        ("sub", json!(id), Ok(())),
        ("sub", json!(""), MALFORMED),
        ("sub", json!("ada@example.org"), MALFORMED),
        ("sub", json!(9), MALFORMED),
        ("sub", json!([id]), MALFORMED),
        ("sid", json!(id), Ok(())),
        ("sid", json!("x"), MALFORMED),
        ("sid", json!(9), MALFORMED),
        ("rev", json!(0), Ok(())),
        ("rev", json!(-1), Ok(())),
        ("rev", json!(i64::MAX), Ok(())),
        ("rev", json!(u64::MAX), MALFORMED),
        ("rev", json!(3.0), MALFORMED),
        ("rev", json!("3"), MALFORMED),
        ("gen", json!("0"), MALFORMED),
        ("gen", json!(0.5), MALFORMED),
        ("email", json!(1), MALFORMED),
        ("of later versions", json!({ "any": ["thing"] }), Ok(())),
    ] {
        let read = decoded(&with(least(Purpose::Access), name, value.clone())).map(|_| ());
        assert_eq!(read, answer, "{name} {value}");
    }
}

#[test]
fn claims_are_one_object() {
    for claims in [
        "",
        "null",
        "[]",
        "{}",
        "{\"iss\":1}",
        "\"x\"",
        "{}{}",
        "\u{feff}{}",
    ] {
        let token = super::signed_text(Purpose::Access, super::HEADER, claims);
        assert_eq!(super::verdict(&token), MALFORMED, "{claims:?}");
    }
    // An unknown claim is ignored, however deeply it is nested.
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    let claims = with(least(Purpose::Access), "jti", json!("a"))
        .to_string()
        .replacen('{', &format!(r#"{{"x":{deep},"#), 1);
    let token = super::signed_text(Purpose::Access, super::HEADER, &claims);
    assert_eq!(super::verdict(&token), Ok(()));
}
