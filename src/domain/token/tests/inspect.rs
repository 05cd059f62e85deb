//! What `vestibule token inspect` shows about a token.

use serde_json::json;

use super::{
    HEADER, NOW, claims, codec, least, minted, now, rotated_codec, signed, signed_under, with,
};
use crate::domain::token::{Purpose, Refusal};

#[test]
fn every_token_is_judged_for_its_own_purpose() {
    for purpose in Purpose::ALL {
        let reported = rotated_codec().inspect(&minted(purpose), now());
        assert_eq!(reported.verdict, Ok(claims(purpose)));
        let key = reported.signed_by.unwrap();
        assert_eq!((key.position, key.purpose), (1, purpose));
        assert_eq!(reported.header.unwrap()["kid"], json!(key.kid));
        assert_eq!(reported.claims.unwrap()["purpose"], purpose.as_str());
        assert_eq!(Purpose::from_word(purpose.as_str()), Some(purpose));
    }
}

#[test]
fn refused_tokens_are_described_as_well() {
    let expired = signed(
        Purpose::Undo,
        &with(least(Purpose::Undo), "exp", json!(NOW)),
    );
    let reported = codec().inspect(&expired, now());
    assert_eq!(reported.verdict, Err(Refusal::Expired));
    assert_eq!(reported.signed_by.unwrap().purpose, Purpose::Undo);

    let foreign = signed_under(
        b"nobody's",
        Purpose::Access,
        HEADER,
        &least(Purpose::Access).to_string(),
    );
    let reported = codec().inspect(&foreign, now());
    assert_eq!(
        (reported.verdict, reported.signed_by),
        (Err(Refusal::Forged), None)
    );
    assert_eq!(reported.claims.unwrap()["iat"], NOW);

    // The key of one purpose, the name of another.
    let swapped = signed(Purpose::Undo, &least(Purpose::Access));
    let reported = codec().inspect(&swapped, now());
    assert_eq!(reported.verdict, Err(Refusal::Forged));
    assert_eq!(reported.signed_by.unwrap().purpose, Purpose::Undo);
}

#[test]
fn any_text_can_be_inspected() {
    for text in [
        "",
        "a.b.c",
        "e30.e30.",
        "..",
        "e30",
        "\u{1f511}",
        &"x".repeat(1_000_000),
    ] {
        let reported = codec().inspect(text, now());
        assert_eq!(
            (reported.verdict, reported.signed_by),
            (Err(Refusal::Forged), None)
        );
    }
}
