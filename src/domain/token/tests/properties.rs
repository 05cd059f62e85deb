//! Properties of any claims and of any change to a token.

use proptest::prelude::*;
use uuid::Uuid;

use super::{codec, minted, now};
use crate::domain::{
    clock::from_millis,
    token::{Claims, Extra, Purpose},
};

fn purposes() -> impl Strategy<Value = Purpose> {
    proptest::sample::select(&Purpose::ALL[..])
}

/// Any text that a claim may contain, including unusual ones.
fn texts(bytes: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::char::any(), 1..=64)
        .prop_map(|chars| chars.into_iter().filter(|c| *c != '\0').collect::<String>())
        .prop_filter("too long or too short", move |text| {
            bytes.contains(&text.len())
        })
}

prop_compose! {
    fn any_claims()(
        purpose in purposes(),
        user_id in any::<u128>(),
        token_id in texts(1..=64),
        issued_ms in 0..=super::NOW_MS,
        lives_for in 1..4_000_000_000_i64,
        rev in any::<Option<i64>>(),
        session in any::<Option<u128>>(),
        generation in any::<Option<i64>>(),
        email in proptest::option::of(texts(1..=254)),
    ) -> Claims {
        let refresh = purpose == Purpose::Refresh;
        Claims {
            purpose,
            user_id: Uuid::from_u128(user_id),
            token_id,
            issued_at: from_millis(issued_ms),
            expires_at: from_millis((super::NOW + lives_for) * 1000),
            rev,
            session_id: session.or(refresh.then_some(7)).map(Uuid::from_u128),
            extra: Extra { generation: generation.or(refresh.then_some(0)), email, reset: None, event: None },
        }
    }
}

/// A change to a text.
#[derive(Debug, Clone)]
enum Mutation {
    Replace(proptest::sample::Index, u8),
    Insert(proptest::sample::Index, u8),
    Delete(proptest::sample::Index),
    /// Cut at one position and continued at another: parts are missing or repeated.
    Splice(proptest::sample::Index, proptest::sample::Index),
    Order([usize; 3]),
}

fn mutations() -> impl Strategy<Value = Mutation> {
    let at = || any::<proptest::sample::Index>();
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        // Letters of base64 for which a decoder might be lenient.
        4 => (at(), proptest::sample::select(&b"AQgwZz09-_.+/="[..]))
            .prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        2 => at().prop_map(Mutation::Delete),
        2 => (at(), at()).prop_map(|(from, to)| Mutation::Splice(from, to)),
        1 => (0..3_usize, 0..3_usize, 0..3_usize).prop_map(|(a, b, c)| Mutation::Order([a, b, c])),
    ]
}

fn mutated(token: &str, mutation: &Mutation) -> String {
    let mut bytes = token.as_bytes().to_vec();
    match mutation {
        Mutation::Replace(at, byte) => bytes[at.index(token.len())] = *byte,
        Mutation::Insert(at, byte) => bytes.insert(at.index(token.len() + 1), *byte),
        Mutation::Delete(at) => drop(bytes.remove(at.index(token.len()))),
        Mutation::Splice(from, to) => {
            let (from, to) = (from.index(token.len()), to.index(token.len()));
            bytes = [&bytes[..from], &bytes[to..]].concat();
        }
        Mutation::Order(order) => {
            let parts: Vec<&str> = token.split('.').collect();
            bytes = order
                .map(|at| parts.get(at).copied().unwrap_or_default())
                .join(".")
                .into_bytes();
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_claims_are_decoded_unchanged(claims in any_claims()) {
        let token = codec().encode(&claims).unwrap();
        let read = codec().decode(claims.purpose, token.expose(), now());
        prop_assert_eq!(read, Ok(claims));
    }

    #[test]
    fn no_mutation_of_a_valid_token_is_accepted(
        purpose in purposes(),
        changes in proptest::collection::vec(mutations(), 1..4),
    ) {
        let token = minted(purpose);
        let changed = changes.iter().fold(token.clone(), |token, change| {
            if token.is_empty() { token } else { mutated(&token, change) }
        });
        // A second change may revert the first.
        let same = changed == token;
        for asked in Purpose::ALL {
            let accepted = codec().decode(asked, &changed, now()).is_ok();
            prop_assert_eq!(accepted, same && asked == purpose, "{}", changed);
        }
    }

    #[test]
    fn no_text_is_accepted_by_chance(text in "[A-Za-z0-9_.-]{0,200}|\\PC{0,60}") {
        for asked in Purpose::ALL {
            prop_assert!(codec().decode(asked, &text, now()).is_err());
        }
    }
}
