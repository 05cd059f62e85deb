//! Which key verifies a token: the one with exactly its `kid`, or without `kid` the key that signs.

use serde_json::{Value, json};

use super::{
    HEADER, OTHER_SECRET, SECRET, claims, codec, least, minted, now, rotated_codec, signed_under,
};
use crate::domain::token::{Purpose, Refusal};

const FORGED: Result<(), Refusal> = Err(Refusal::Forged);

/// The `kid` of a token that the service minted.
fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

fn kid_of_new() -> String {
    kid_of(
        rotated_codec()
            .encode(&claims(Purpose::Access))
            .unwrap()
            .expose(),
    )
}

/// Reads an access token that `secret` signed under this header.
fn read(secret: &[u8], header: &str) -> Result<(), Refusal> {
    let claims = least(Purpose::Access).to_string();
    let token = signed_under(secret, Purpose::Access, header, &claims);
    rotated_codec()
        .decode(Purpose::Access, &token, now())
        .map(|_| ())
}

/// The case, the key that signs, the `kid`, the result.
type Case<'a> = (&'a str, &'a [u8], Value, Result<(), Refusal>);

#[test]
fn kid_picks_the_key_by_exact_match() {
    let (new, old) = (kid_of_new(), kid_of(&minted(Purpose::Access)));
    assert_ne!(new, old);
    let half = &old[..8];
    let upper = old.to_uppercase();
    let blank = format!("{old} ");
    #[rustfmt::skip] // A table is read by its lines.
    let cases: [Case<'_>; 12] = [
        ("the signing key by name", OTHER_SECRET, json!(new), Ok(())),
        ("the earlier key by name", SECRET, json!(old), Ok(())),
        ("the signing key unnamed", OTHER_SECRET, Value::Null, Ok(())),
        ("the earlier key unnamed", SECRET, Value::Null, FORGED),
        ("the earlier key under the new name", SECRET, json!(new), FORGED),
        ("the signing key under the old name", OTHER_SECRET, json!(old), FORGED),
        ("a foreign name", OTHER_SECRET, json!("0000000000000000"), FORGED),
        ("no name but an empty one", OTHER_SECRET, json!(""), FORGED),
        ("half a name", SECRET, json!(half), FORGED),
        ("a name in capitals", SECRET, json!(upper), FORGED),
        ("a name with a blank", SECRET, json!(blank), FORGED),
        ("a number", OTHER_SECRET, json!(0), FORGED),
    ];
    for (what, secret, kid, answer) in cases {
        let header = json!({ "alg": "HS256", "kid": kid }).to_string();
        assert_eq!(read(secret, &header), answer, "{what}");
    }
    assert_eq!(
        read(SECRET, HEADER),
        FORGED,
        "the earlier key without the field"
    );
    let twice = format!(r#"{{"alg":"HS256","kid":"{new}","kid":"{old}"}}"#);
    assert_eq!(read(SECRET, &twice), FORGED, "both names");
}

#[test]
fn the_kid_reveals_nothing_and_is_the_same_for_every_purpose() {
    let names: Vec<_> = Purpose::ALL.map(|purpose| kid_of(&minted(purpose))).into();
    assert!(
        names
            .iter()
            .all(|name| *name == names[0] && name.len() == 16)
    );
}

#[test]
fn a_rotation_invalidates_no_token_and_the_new_key_signs() {
    for purpose in Purpose::ALL {
        let read = rotated_codec().decode(purpose, &minted(purpose), now());
        assert_eq!(read, Ok(claims(purpose)));
        let token = rotated_codec().encode(&claims(purpose)).unwrap();
        assert_eq!(kid_of(token.expose()), kid_of_new());
        // A node that does not have the new key yet.
        let read = codec().decode(purpose, token.expose(), now());
        assert_eq!(read, Err(Refusal::Forged));
    }
}

#[test]
fn the_same_claims_give_the_same_text() {
    assert_eq!(minted(Purpose::Refresh), minted(Purpose::Refresh));
}

#[test]
fn a_successor_is_found_under_the_key_that_signed_it() {
    let token = codec().encode(&claims(Purpose::Refresh)).unwrap();
    let again = rotated_codec().encode_again(&claims(Purpose::Refresh), |candidate| {
        candidate == token.expose()
    });
    assert_eq!(again, Some(token));
    let never = rotated_codec().encode_again(&claims(Purpose::Refresh), |_| false);
    assert_eq!(never, None);
}
