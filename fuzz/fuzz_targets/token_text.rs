//! Any text at every door: none of it is a token, and looking at it never panics.
//!
//! The corpus has one token that opens the access door, made with the key below. Whoever is accepted
//! besides it has been forged.
#![no_main]

use std::str;

use libfuzzer_sys::fuzz_target;
use vestibule::internals::domain::token::Purpose;

mod service;
use service::{codec, genuine, now};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let codec = codec();
    for door in Purpose::ALL {
        if codec.decode(door, text, now()).is_ok() {
            assert_eq!((door, text), (Purpose::Access, genuine().as_str()));
        }
    }
    let told = codec.inspect(text, now());
    assert_eq!(told.verdict.is_ok(), text == genuine());
});
