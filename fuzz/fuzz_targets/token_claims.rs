//! Any header and claims, signed with the right key: reading them never panics, and what is accepted
//! is within the rules and comes back unchanged when it is minted again.
//!
//! The input is the header, a line feed, and the claims.
#![no_main]

use chrono::TimeDelta;
use libfuzzer_sys::fuzz_target;
use vestibule::internals::domain::token::Purpose;

mod service;
use service::{codec, now, signed};

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, claims) = data.split_at(end);
    let claims = claims.strip_prefix(b"\n").unwrap_or(claims);
    let codec = codec();
    for purpose in Purpose::ALL {
        let Ok(read) = codec.decode(purpose, &signed(purpose, header, claims), now()) else {
            continue;
        };
        assert_eq!(read.purpose, purpose);
        assert!((1..=64).contains(&read.token_id.len()) && !read.token_id.contains('\0'));
        assert!(read.issued_at <= now() + TimeDelta::seconds(60));
        assert!(now() < read.expires_at + TimeDelta::seconds(60));
        let refresh = purpose == Purpose::Refresh;
        assert!(!refresh || read.session_id.is_some() && read.extra.generation.is_some());
        let minted = codec.encode(&read).expect("claims that were read");
        // `exp` is minted in whole seconds, which may be just past.
        if let Ok(again) = codec.decode(purpose, minted.expose(), now()) {
            assert_eq!(again.token_id, read.token_id);
            assert_eq!((again.issued_at, again.rev), (read.issued_at, read.rev));
        }
    }
});
