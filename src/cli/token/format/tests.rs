use uuid::Uuid;

use super::*;
use crate::domain::{
    clock::from_millis,
    token::{Claims, Extra, Purpose, Refusal, SessionStatus, TokenCodec, TokenPolicy, UserStatus},
};

const NOW_MS: i64 = 1_800_000_000_123;

fn codec() -> TokenCodec {
    let policy = TokenPolicy {
        issuer: "https://auth.example.org".into(),
        audience: None,
        access_leeway: TimeDelta::seconds(60),
        access_lifetime: TimeDelta::minutes(30),
        refresh_lifetime: TimeDelta::days(7),
    };
    TokenCodec::new(b"0123456789abcdef0123456789abcdef", &[], policy)
}

fn token(token_id: &str) -> String {
    let claims = Claims {
        purpose: Purpose::Access,
        user_id: Uuid::from_u128(1),
        token_id: token_id.into(),
        issued_at: from_millis(NOW_MS),
        expires_at: from_millis(NOW_MS / 1000 * 1000 + 1_800_000),
        rev: Some(3),
        session_id: Some(Uuid::from_u128(2)),
        extra: Extra::default(),
    };
    codec().encode(&claims).unwrap().expose().to_owned()
}

fn judged(verdict: Result<(), Reason>) -> Judged {
    Judged {
        user: Some(UserStatus {
            revocation_id: 4,
            password_changed_at: Some(from_millis(NOW_MS + 1)),
            disabled: false,
            sign_in_frozen_until: None,
        }),
        session: Some(SessionStatus {
            revoked: true,
            expires_at: from_millis(NOW_MS),
        }),
        on_revocation_list: true,
        verdict,
    }
}

#[test]
fn the_text_form_has_lines() {
    let now = from_millis(NOW_MS + 65_000);
    let inspection = codec().inspect(&token("abc"), now);
    let judged = judged(Err(Refusal::Superseded.into()));
    let view = TokenView {
        inspection: &inspection,
        judged: Some(&judged),
        now,
    };
    let kid = &inspection.signed_by.as_ref().unwrap().kid;
    let expected = format!(
        "header
  alg        \"HS256\"
  kid        \"{kid}\"
  typ        \"JWT\"
claims
  exp        1800001800  2027-01-15T08:30:00Z, in 28 min 54 s
  iat        1800000000  2027-01-15T08:00:00Z, 1 min 5 s ago
  iat_ms     1800000000123  2027-01-15T08:00:00.123Z, 1 min 5 s ago
  iss        \"https://auth.example.org\"
  jti        \"abc\"
  purpose    \"access\"
  rev        3
  sid        \"00000000-0000-0000-0000-000000000002\"
  sub        \"00000000-0000-0000-0000-000000000001\"
signature    made by JWT_SECRET_KEY (kid {kid}) for the purpose access
user         active, rev 4, password changed 2027-01-15T08:00:00.124Z
session      ended, until 2027-01-15T08:00:00.123Z
revoked      its id is on the revocation list
verdict      refused (superseded): the credentials changed after the token was issued
"
    );
    assert_eq!(view.text(), expected);
}

#[test]
fn the_json_form_is_one_object() {
    let now = from_millis(NOW_MS);
    let inspection = codec().inspect(&token("abc"), now);
    let judged = judged(Ok(()));
    let view = |judged| TokenView {
        inspection: &inspection,
        judged,
        now,
    };
    let read: Value = serde_json::from_str(&view(Some(&judged)).json()).unwrap();
    assert_eq!(
        (&read["accepted"], &read["refusal"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        (&read["age_seconds"], &read["key"]["position"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(read["times"]["exp"], "2027-01-15T08:30:00Z");
    assert_eq!(read["database"]["user"]["rev"], 4);
    let read: Value = serde_json::from_str(&view(None).json()).unwrap();
    assert_eq!(
        (&read["accepted"], &read["database"]),
        (&json!(true), &Value::Null)
    );
    assert!(view(None).text().ends_with("the database was not asked\n"));
}

#[test]
fn control_characters_of_a_token_are_escaped() {
    let now = from_millis(NOW_MS);
    let odd = "\u{1b}[2J\u{9b}\u{202e}\u{1f511}\n";
    let inspection = codec().inspect(&token(odd), now);
    let view = TokenView {
        inspection: &inspection,
        judged: None,
        now,
    };
    for text in [view.text(), view.json()] {
        assert!(
            text.chars().all(|c| c == '\n' || (' '..='~').contains(&c)),
            "{text}"
        );
        assert!(text.contains(r"\u009b\u202e\ud83d\udd11\n"), "{text}");
    }
    let read: Value = serde_json::from_str(&view.json()).unwrap();
    assert_eq!(read["claims"]["jti"], odd);
}

#[test]
fn no_part_of_the_signature_is_printed() {
    let now = from_millis(NOW_MS);
    for token in [
        token("abc"),
        "not a token at all".into(),
        format!("{}x", token("abc")),
    ] {
        let inspection = codec().inspect(&token, now);
        let view = TokenView {
            inspection: &inspection,
            judged: None,
            now,
        };
        let (_, signature) = token.rsplit_once('.').unwrap_or(("", &token));
        for text in [view.text(), view.json()] {
            assert!(!text.contains(&signature[..8]), "{text}");
        }
    }
}

#[test]
fn spans_have_two_units_at_most() {
    for (seconds, shown) in [
        (0, "in 0 s"),
        (59, "in 59 s"),
        (-60, "1 min ago"),
        (3600, "in 1 h"),
        (-3_605, "1 h ago"),
        (90_061, "in 1 d 1 h"),
    ] {
        assert_eq!(relative(TimeDelta::seconds(seconds)), shown);
    }
}
