//! Which signatures are accepted: HS256 with the right key, over exactly this text.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::{HEADER, least, minted, signed_text, verdict};
use crate::domain::{
    secrets::keys,
    token::{Purpose, Refusal},
};

const FORGED: Result<(), Refusal> = Err(Refusal::Forged);

fn claims() -> String {
    least(Purpose::Access).to_string()
}

/// Signed with HS256 whatever the header says; and not signed at all.
#[test]
fn the_token_cannot_choose_the_algorithm() {
    for (alg, signed) in [
        ("HS256", Ok(())),
        ("none", FORGED),
        ("None", FORGED),
        ("", FORGED),
        ("hs256", FORGED),
        ("HS384", FORGED),
        ("HS512", FORGED),
        ("RS256", FORGED),
        ("PS256", FORGED),
        ("ES256", FORGED),
        ("EdDSA", FORGED),
    ] {
        let header = format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#);
        let token = signed_text(Purpose::Access, &header, &claims());
        assert_eq!(verdict(&token), signed, "{alg}");
        let (message, _) = token.rsplit_once('.').unwrap();
        assert_eq!(verdict(&format!("{message}.")), FORGED, "{alg}, unsigned");
        assert_eq!(verdict(message), FORGED, "{alg}, two parts");
    }
}

#[test]
fn our_key_with_another_hash_signs_nothing() {
    let key = keys::derive(super::SECRET, "vestibule/jwt/access");
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(key.expose());
        let token = jsonwebtoken::encode(&Header::new(algorithm), &least(Purpose::Access), &key);
        assert_eq!(verdict(&token.unwrap()), FORGED, "{algorithm:?}");
    }
}

#[test]
fn a_header_that_we_do_not_support_is_refused() {
    for (header, answer) in [
        (HEADER, Ok(())),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, Ok(())),
        (r#"{"alg":"HS256","of later":true}"#, Ok(())),
        (r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#, Ok(())),
        // A reader that does not support a critical header must refuse it.
        (r#"{"alg":"HS256","crit":["exp"],"exp":1}"#, FORGED),
        (r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, FORGED),
        (r#"{"alg":"HS256","crit":[]}"#, FORGED),
        // If a field is repeated, readers may disagree about its value.
        (r#"{"alg":"HS256","alg":"HS256"}"#, FORGED),
        (r#"{"alg":"none","alg":"HS256"}"#, FORGED),
        (r#"{"typ":"JWT"}"#, FORGED),
        (r#"{"alg":["HS256"]}"#, FORGED),
        (r#"{"alg":"HS256"} "#, Ok(())),
        (r#"{"alg":"HS256"}{}"#, FORGED),
        (r"[]", FORGED),
        ("", FORGED),
        ("\u{feff}{}", FORGED),
    ] {
        let token = signed_text(Purpose::Access, header, &claims());
        assert_eq!(verdict(&token), answer, "{header}");
    }
}

/// Every bit of every segment, as bytes instead of letters: signature, header and claims.
#[test]
fn every_flipped_bit_is_noticed() {
    let token = minted(Purpose::Access);
    let parts: Vec<&str> = token.split('.').collect();
    for segment in 0..3 {
        let bytes = BASE64URL_NOPAD.decode(parts[segment].as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let text = BASE64URL_NOPAD.encode(&flipped);
            let mut changed = parts.clone();
            changed[segment] = &text;
            assert_eq!(
                verdict(&changed.join(".")),
                FORGED,
                "segment {segment}, bit {bit}"
            );
        }
    }
}

/// Another spelling of the same bytes is another text, and is refused.
#[test]
fn other_spellings_of_a_token_are_refused() {
    let token = minted(Purpose::Access);
    assert_eq!(verdict(&token), Ok(()));
    let (head, last) = token.split_at(token.len() - 1);
    // With 32 bytes, two bits of the last letter are unused.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let same: Vec<char> = alphabet
        .chars()
        .filter(|c| *c.to_string() != *last)
        .collect();
    assert_eq!(same.len(), 63);
    for letter in same {
        assert_eq!(verdict(&format!("{head}{letter}")), FORGED, "{letter}");
    }
    for spelling in [
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}."),
        format!(".{token}"),
        token.replacen('.', "..", 1),
        token.to_uppercase(),
        format!("Bearer {token}"),
    ] {
        assert_eq!(verdict(&spelling), FORGED, "{spelling}");
    }
}

#[test]
fn text_that_cannot_be_a_token_is_refused_unread() {
    for junk in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "\0",
        "\u{1f511}.\u{1f511}.\u{1f511}",
    ] {
        assert_eq!(verdict(junk), FORGED, "{junk:?}");
    }
    assert_eq!(verdict(&"x".repeat(1_000_000)), FORGED);
    // Signed, but longer than the limit.
    let mut long = least(Purpose::Access);
    long["filler"] = "x".repeat(4096).into();
    let token = signed_text(Purpose::Access, HEADER, &long.to_string());
    assert_eq!(verdict(&token), FORGED);
}
