//! The secrets: the format of a valid one. Nothing here prints a value.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::{
    config::{
        faults::Refusal,
        setting::{Declared, Optional, Preset, settings},
        value::{Parsed, list},
    },
    domain::secrets::{sealing::SealingRing, secret::Key},
};

/// The fewest bytes of a signing key: the output length of HMAC-SHA256 (RFC 7518, 3.2).
const SHORTEST: usize = 32;

/// The secrets that every start requires.
pub(in crate::config) const NEEDED: [&dyn Declared; 3] =
    [&JWT_SECRET_KEY, &COOKIE_KEY, &SEALING_KEYS];

settings! {
    /// `vestibule init` fills these in. In development on the embedded database, missing ones are made
    /// once and kept in DATA_DIR/secrets.env. Keep a copy: without SEALING_KEYS every second factor is
    /// lost. All nodes on one database need the same values.
    "Secrets";

    /// Signs every token; the characters themselves are the key, at least 32 bytes of them. No
    /// comma and no surrounding spaces.
    JWT_SECRET_KEY: Optional<Zeroizing<Vec<u8>>> = secret("openssl rand -base64 32", "", jwt_key);

    /// Earlier values of JWT_SECRET_KEY, comma-separated, that still verify. To rotate: move the
    /// key here, set a new one above, and remove the old one after SESSION_MAX_DAYS.
    JWT_PREVIOUS_SECRET_KEYS: Optional<Zeroizing<Vec<Vec<u8>>>> = unset("", jwt_keys);

    /// Encrypts the session cookie and hides unknown addresses in the audit log:
    /// base64 of exactly 32 bytes.
    COOKIE_KEY: Optional<Key> = secret(
        "openssl rand -base64 32",
        "",
        |text| key_of_32_bytes(text.trim()),
    );

    /// Seals second-factor secrets and queued mails at rest: `id:base64` of 32 bytes each,
    /// comma-separated. The first seals, all open. To rotate, put a new one in front.
    SEALING_KEYS: Optional<SealingRing> = secret(
        "echo k1:$(openssl rand -base64 32)",
        "k1:",
        sealing_ring,
    );
}

/// What to do about a secret that is missing or malformed.
pub(in crate::config) fn how_to_make(secret: &dyn Declared) -> String {
    match secret.row().preset {
        Preset::Secret { how, .. } => {
            format!("Make one with `{how}`, or all of them with `vestibule init`.")
        }
        _ => "Set it.".to_owned(),
    }
}

/// The bytes of the text itself. A comma or a surrounding space would be lost in the list of earlier keys.
fn jwt_key(text: &str) -> Parsed<Zeroizing<Vec<u8>>> {
    let remedy = how_to_make(&JWT_SECRET_KEY);
    if text.len() < SHORTEST {
        let problem = format!(
            "is too short: {} bytes where {SHORTEST} are needed",
            text.len()
        );
        return Err(Refusal::new(problem, remedy));
    }
    if text.contains(',') || text != text.trim() {
        return Err(Refusal::new("holds a comma, or a space at one end", remedy));
    }
    Ok(Zeroizing::new(text.as_bytes().to_vec()))
}

fn jwt_keys(text: &str) -> Parsed<Zeroizing<Vec<Vec<u8>>>> {
    list(text, |item| jwt_key(item).map(|key| key.to_vec())).map(Zeroizing::new)
}

fn key_of_32_bytes(text: &str) -> Parsed<Key> {
    let remedy = how_to_make(&COOKIE_KEY);
    let bytes = BASE64.decode(text.as_bytes()).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| Refusal::new("is not base64", remedy.clone()))?;
    <[u8; 32]>::try_from(bytes.as_slice())
        .map(Key::new)
        .map_err(|_| {
            Refusal::new(
                format!("decodes to {} bytes where 32 are needed", bytes.len()),
                remedy,
            )
        })
}

fn sealing_ring(text: &str) -> Parsed<SealingRing> {
    let mut keys = list(text, sealing_key)?;
    for (index, (id, _)) in keys.iter().enumerate() {
        if keys[..index].iter().any(|(earlier, _)| earlier == id) {
            return Err(Refusal::new(
                format!("has two keys named `{id}`"),
                "Give each key an id of its own; never reuse an id.",
            ));
        }
    }
    let first = keys.remove(0);
    Ok(SealingRing::new(first, keys))
}

fn sealing_key(text: &str) -> Parsed<(String, Key)> {
    let remedy = how_to_make(&SEALING_KEYS);
    let Some((id, key)) = text.split_once(':') else {
        return Err(Refusal::new("has an item without `id:`", remedy));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 32 || !id.chars().all(plain) {
        return Err(Refusal::new(
            "has an id that is not 1 to 32 letters, digits, `-` or `_`",
            "Name keys briefly, such as k1.",
        ));
    }
    match key_of_32_bytes(key) {
        Ok(key) => Ok((id.to_owned(), key)),
        Err(refusal) => Err(Refusal::new(
            format!("has a key (`{id}`) that {}", refusal.problem),
            remedy,
        )),
    }
}
