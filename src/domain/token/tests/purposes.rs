//! A token is accepted for its own purpose only: every purpose against every other.

use super::{claims, codec, least, minted, now, rotated_codec, signed, with};
use crate::domain::token::{Purpose, Refusal};
use serde_json::json;

#[test]
fn the_key_of_another_purpose_is_refused() {
    for purpose in Purpose::ALL {
        for asked in Purpose::ALL {
            let expected = if asked == purpose {
                Ok(claims(purpose))
            } else {
                Err(Refusal::Forged)
            };
            for codec in [codec(), rotated_codec()] {
                let read = codec.decode(asked, &minted(purpose), now());
                assert_eq!(read, expected, "{purpose:?} at {asked:?}");
            }
        }
    }
}

/// Even if the key of one purpose leaked, it would sign nothing for another.
#[test]
fn the_claim_of_another_purpose_is_refused() {
    for key in Purpose::ALL {
        for claimed in Purpose::ALL {
            let token = signed(
                key,
                &with(least(Purpose::Refresh), "purpose", json!(claimed)),
            );
            for asked in Purpose::ALL {
                let expected = match (asked == key, claimed == key) {
                    (true, true) => Ok(()),
                    (true, false) => Err(Refusal::Misdirected),
                    (false, _) => Err(Refusal::Forged),
                };
                let read = codec().decode(asked, &token, now()).map(|_| ());
                assert_eq!(
                    read, expected,
                    "{claimed:?} under the key of {key:?} at {asked:?}"
                );
            }
        }
    }
}

#[test]
fn an_unknown_purpose_is_refused() {
    let unknown = [
        json!(""),
        json!("Access"),
        json!("admin"),
        json!(null),
        json!(1),
        json!(["access"]),
    ];
    for word in unknown {
        for purpose in Purpose::ALL {
            let token = signed(purpose, &with(least(purpose), "purpose", word.clone()));
            let read = codec().decode(purpose, &token, now());
            assert_eq!(read, Err(Refusal::Malformed), "{word} at {purpose:?}");
        }
    }
}
