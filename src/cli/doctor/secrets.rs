//! Secrets that could be guessed. No message contains a secret.

use data_encoding::BASE64;

use super::report::Report;
use crate::config::Secrets;

/// The fewest different bytes of a secret of 32 or more; hexadecimal digits have up to 16.
const FEWEST_DIFFERENT: usize = 10;
/// Words from examples, which random texts do not contain.
const EXAMPLES: [&str; 9] = [
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "example",
    "insecure",
    "password",
    "secret",
    "vestibule",
];

/// Checks each secret, and that no two are the same.
pub(super) fn check(secrets: &Secrets, report: &mut Report) {
    let before = report.is_sound();
    let how = "Make fresh ones with `vestibule init`; docs/architecture.md says how keys change.";
    let mut weak = |name: &str, why: &str| report.fail("secrets", format!("{name} {why}"), how);
    if let Some(why) = text_weakness(&secrets.jwt) {
        weak("JWT_SECRET_KEY", why);
    }
    if secrets
        .jwt_previous
        .iter()
        .any(|key| text_weakness(key).is_some())
    {
        weak(
            "JWT_PREVIOUS_SECRET_KEYS",
            "has a key that can be guessed, and still signs people in",
        );
    }
    if let Some(why) = key_weakness(secrets.cookie.expose()) {
        weak("COOKIE_KEY", why);
    }
    let cookie = secrets.cookie.expose();
    for (id, key) in secrets.sealing.keys() {
        if let Some(why) = key_weakness(key.expose()) {
            weak("SEALING_KEYS", &format!("({id}) {why}"));
        }
        if key.expose() == cookie {
            weak("SEALING_KEYS", "and COOKIE_KEY are the same key");
        }
    }
    let is_jwt = |key: &[u8]| BASE64.encode(key).as_bytes() == secrets.jwt.as_slice();
    if is_jwt(cookie) || secrets.sealing.keys().any(|(_, key)| is_jwt(key.expose())) {
        weak("JWT_SECRET_KEY", "is another secret as well");
    }
    if before && report.is_sound() {
        report.ok("secrets", "long enough, and without a pattern");
    }
}

/// Why the text of a signing key can be guessed.
fn text_weakness(bytes: &[u8]) -> Option<&'static str> {
    let lower = bytes.to_ascii_lowercase();
    let holds = |word: &&str| {
        lower
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    if EXAMPLES.iter().any(holds) {
        return Some("has the words of an example in it");
    }
    pattern(bytes)
}

/// Why 32 bytes can be guessed.
fn key_weakness(key: &[u8; 32]) -> Option<&'static str> {
    if key
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
    {
        return Some("decodes to a text, where random bytes belong");
    }
    pattern(key)
}

fn pattern(bytes: &[u8]) -> Option<&'static str> {
    let repeats = |period: &usize| {
        let shifted = bytes.iter().skip(*period);
        shifted.zip(bytes).all(|(byte, earlier)| byte == earlier)
    };
    if (1..=bytes.len() / 2).any(|period| repeats(&period)) {
        return Some("repeats itself");
    }
    let step = |pair: &[u8]| pair[1].wrapping_sub(pair[0]);
    let mut steps = bytes.windows(2).map(step);
    if steps
        .next()
        .is_some_and(|first| steps.all(|step| step == first))
    {
        return Some("counts up or down");
    }
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    (different.len() < FEWEST_DIFFERENT).then_some("has few different characters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{env_file, fill_from_system, fresh_secrets};

    #[test]
    fn patterns_and_examples_are_found() {
        for weak in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcdefghabcdefghabcdefghabcdefgh",
            "0123456789abcdef0123456789abcdef0",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`",
            "please-change-me-please-0123456789",
            "my-Super-Secret-signing-key-x1y2z3",
            "1212212112121221212112122121121221",
        ] {
            assert!(text_weakness(weak.as_bytes()).is_some(), "{weak}");
        }
        assert!(key_weakness(&[0; 32]).is_some());
        assert!(key_weakness(b"an old joke told by the harbour!").is_some());
    }

    #[test]
    fn secrets_made_by_init_are_good() {
        let mut seen = 0;
        for _ in 0..100 {
            let file = env_file(true, &fresh_secrets(&fill_from_system));
            for (name, value) in file.lines().filter_map(|line| line.split_once('=')) {
                if ["JWT_SECRET_KEY", "COOKIE_KEY", "SEALING_KEYS"].contains(&name) {
                    assert_eq!(text_weakness(value.as_bytes()), None, "{name}");
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 300);
    }
}
