//! The issuer and the audience of a token: `iss` and `aud`.

use serde_json::{Value, json};

use super::{
    SECRET, TokenCodec, TokenPolicy, decoded, decoded_by, least, policy, signed_text, with, without,
};
use crate::domain::token::{Purpose, Refusal};

const OURS: &str = "https://auth.example.org";
const MISDIRECTED: Result<(), Refusal> = Err(Refusal::Misdirected);
const MALFORMED: Result<(), Refusal> = Err(Refusal::Malformed);

fn for_the_app() -> TokenCodec {
    let policy = TokenPolicy {
        audience: Some("app".into()),
        ..policy()
    };
    TokenCodec::new(SECRET, &[], policy)
}

#[test]
fn the_issuer_is_a_text_with_our_name() {
    for (iss, answer) in [
        (json!(OURS), Ok(())),
        (json!("https://evil.example"), MISDIRECTED),
        (json!("https://auth.example.org/"), MISDIRECTED),
        (json!("https://AUTH.example.org"), MISDIRECTED),
        (json!("auth.example.org"), MISDIRECTED),
        (json!(""), MISDIRECTED),
        // RFC 7519, 4.1.1: a text. A list that contains our name is refused.
        (json!([OURS]), MALFORMED),
        (json!([OURS, "https://evil.example"]), MALFORMED),
        (json!([]), MALFORMED),
        (json!(1), MALFORMED),
        (json!({ "0": OURS }), MALFORMED),
        (json!(null), MALFORMED),
    ] {
        let read = decoded(&with(least(Purpose::Access), "iss", iss.clone())).map(|_| ());
        assert_eq!(read, answer, "{iss}");
    }
    let absent = decoded(&without(least(Purpose::Access), "iss"));
    assert_eq!(absent, Err(Refusal::Malformed));
}

/// RFC 7519, 4.1.3: a text or a list that contains the reader's name.
#[test]
fn an_audience_that_is_configured_must_be_named() {
    for (aud, answer) in [
        (json!("app"), Ok(())),
        (json!(["app"]), Ok(())),
        (json!(["other", "app"]), Ok(())),
        (json!("other"), MISDIRECTED),
        (json!("App"), MISDIRECTED),
        (json!(["other"]), MISDIRECTED),
        (json!([]), MISDIRECTED),
        (json!(""), MISDIRECTED),
        (json!([["app"]]), MALFORMED),
        (json!(["app", 1]), MALFORMED),
        (json!(1), MALFORMED),
        (json!({ "app": true }), MALFORMED),
        (json!(null), MALFORMED),
    ] {
        let read = decoded_by(
            &for_the_app(),
            &with(least(Purpose::Access), "aud", aud.clone()),
        );
        assert_eq!(read.map(|_| ()), answer, "{aud}");
    }
    let absent = decoded_by(&for_the_app(), &least(Purpose::Access));
    assert_eq!(absent, Err(Refusal::Malformed));
}

#[test]
fn without_a_configured_audience_any_is_accepted() {
    for aud in [
        json!("app"),
        json!(["app"]),
        json!([]),
        Value::Null,
        json!(1),
    ] {
        let read = decoded(&with(least(Purpose::Access), "aud", aud.clone()));
        assert!(read.is_ok(), "{aud}");
    }
}

#[test]
fn a_repeated_claim_is_refused_even_if_both_agree() {
    let once = with(least(Purpose::Access), "aud", json!("app")).to_string();
    let extras = [
        format!(r#""iss":"{OURS}""#),
        r#""iss":"https://evil.example""#.to_owned(),
        r#""aud":"app""#.to_owned(),
        r#""aud":"other""#.to_owned(),
        r#""purpose":"access""#.to_owned(),
        r#""exp":1800000300"#.to_owned(),
        r#""iat":1800000000"#.to_owned(),
        r#""sub":"00000000-0000-0000-0000-000000000009""#.to_owned(),
    ];
    for extra in extras {
        for (before, after) in [
            (format!("{extra},"), String::new()),
            (String::new(), format!(",{extra}")),
        ] {
            let inner = once.trim_start_matches('{').trim_end_matches('}');
            let claims = format!("{{{before}{inner}{after}}}");
            let token = signed_text(Purpose::Access, super::HEADER, &claims);
            let read = for_the_app().decode(Purpose::Access, &token, super::now());
            assert_eq!(read, Err(Refusal::Malformed), "{claims}");
        }
    }
    let twice = [
        r#""rev":1,"rev":1"#,
        r#""jti":"a","jti":"b""#,
        r#""iat_ms":1,"iat_ms":1"#,
        r#""nbf":1,"nbf":1"#,
    ];
    for extra in twice {
        let claims = once.replacen('{', &format!("{{{extra},"), 1);
        let token = signed_text(Purpose::Access, super::HEADER, &claims);
        let read = for_the_app().decode(Purpose::Access, &token, super::now());
        assert_eq!(read, Err(Refusal::Malformed), "{claims}");
    }
}
