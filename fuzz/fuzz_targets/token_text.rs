//! Any text for every purpose: none of it is a token, and reading it never panics.
//!
//! The corpus has one valid access token, made with the key below. Any text that is accepted
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
    for purpose in Purpose::ALL {
        if codec.decode(purpose, text, now()).is_ok() {
            assert_eq!((purpose, text), (Purpose::Access, genuine().as_str()));
        }
    }
    let reported = codec.inspect(text, now());
    assert_eq!(reported.verdict.is_ok(), text == genuine());
});
