//! The secrets: what a good one looks like, and what happens where one is missing.

use std::fmt;
use std::path::Path;

use data_encoding::BASE64;
use zeroize::{Zeroize, Zeroizing};

use super::faults::Refusal;
use super::fresh_secrets::NEEDED;
use super::reader::{Read, Reader, Reported};
use super::secrets_file;
use super::table::{self, Preset};
use super::value::{Parsed, list};

/// The fewest bytes of a signing key: as many as HMAC-SHA256 gives back (RFC 7518, 3.2).
const SHORTEST: usize = 32;

/// Every secret of the service; wiped from memory when dropped.
#[derive(Clone)]
pub struct Secrets {
    /// Input key of every token key: the bytes of `JWT_SECRET_KEY` as written, 32 or more.
    pub jwt: Vec<u8>,
    /// Earlier input keys, which only verify.
    pub jwt_previous: Vec<Vec<u8>>,
    /// The sealing ring: never empty; the first seals, all open.
    pub sealing: Vec<SealingKey>,
    /// Input key of cookie and throttle keys.
    pub cookie: [u8; 32],
}

/// One key of the sealing ring; wiped from memory when dropped.
#[derive(Clone)]
pub struct SealingKey {
    /// Its name, stored with every sealed value: 1 to 32 letters, digits, `-` or `_`.
    pub id: String,
    /// The key.
    pub key: [u8; 32],
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("sealing", &self.sealing)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.jwt.zeroize();
        self.jwt_previous.zeroize();
        self.cookie.zeroize();
    }
}

impl Drop for SealingKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// What to do about a secret that is not written down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing<'a> {
    /// Make it once and keep it in that data directory.
    Keep { data_dir: &'a Path, root: bool },
    /// Refuse to start, for that reason.
    Refuse { because: &'a str },
    /// Say nothing: the settings that decide it are themselves at fault.
    Undecided,
}

/// Reads the secrets. Makes missing ones only where nothing else is wrong, so that a start that
/// fails leaves nothing behind.
pub(super) fn read(
    reader: &mut Reader<'_>,
    missing: Missing<'_>,
    fill: &dyn Fn(&mut [u8]),
) -> Read<Secrets> {
    let written = Written::read(reader);
    let absent: Vec<&'static str> = NEEDED
        .into_iter()
        .filter(|name| !reader.is_set(name))
        .collect();
    if absent.is_empty() {
        return written.complete();
    }
    match missing {
        Missing::Refuse { because } => {
            for name in absent {
                reader.refuse(
                    name,
                    Refusal::new(format!("is not set, and {because}"), how_to_make(name)),
                );
            }
            Err(Reported)
        }
        Missing::Undecided => Err(Reported),
        Missing::Keep { .. } if reader.is_faulty() => Err(Reported),
        Missing::Keep { data_dir, root } => {
            let kept = secrets_file::read_or_make(data_dir, root, fill);
            reader.fall_back_on(kept);
            let kept_in = secrets_file::path(data_dir);
            for name in absent
                .into_iter()
                .filter(|name| !reader.is_set(name))
                .collect::<Vec<_>>()
            {
                let problem = format!("is neither set nor in {}", kept_in.display());
                reader.refuse(name, Refusal::new(problem, how_to_make(name)));
            }
            Written::read(reader).complete()
        }
    }
}

fn how_to_make(name: &str) -> String {
    match table::find(name).map(|setting| setting.preset) {
        Some(Preset::Secret { how }) => {
            format!("Make one with `{how}`, or all of them with `vestibule init`.")
        }
        _ => "Set it.".to_owned(),
    }
}

/// The secrets as far as they are written down.
struct Written {
    jwt: Read<Option<Vec<u8>>>,
    jwt_previous: Read<Option<Vec<Vec<u8>>>>,
    sealing: Read<Option<Vec<SealingKey>>>,
    cookie: Read<Option<[u8; 32]>>,
}

impl Written {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            jwt: reader.untrimmed("JWT_SECRET_KEY", jwt_key),
            jwt_previous: reader.optional("JWT_PREVIOUS_SECRET_KEYS", |text| list(text, jwt_key)),
            cookie: reader.optional("COOKIE_KEY", key_of_32_bytes),
            sealing: reader.optional("SEALING_KEYS", sealing_ring),
        }
    }

    fn complete(self) -> Read<Secrets> {
        Ok(Secrets {
            jwt: self.jwt?.ok_or(Reported)?,
            jwt_previous: self.jwt_previous?.unwrap_or_default(),
            sealing: self.sealing?.ok_or(Reported)?,
            cookie: self.cookie?.ok_or(Reported)?,
        })
    }
}

/// The bytes of the text itself. A comma or outer space would be lost in the list of earlier keys.
fn jwt_key(text: &str) -> Parsed<Vec<u8>> {
    let remedy = how_to_make("JWT_SECRET_KEY");
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
    Ok(text.as_bytes().to_vec())
}

fn key_of_32_bytes(text: &str) -> Parsed<[u8; 32]> {
    let remedy = how_to_make("COOKIE_KEY");
    let bytes = BASE64.decode(text.as_bytes()).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| Refusal::new("is not base64", remedy.clone()))?;
    <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
        Refusal::new(
            format!("decodes to {} bytes where 32 are needed", bytes.len()),
            remedy,
        )
    })
}

fn sealing_ring(text: &str) -> Parsed<Vec<SealingKey>> {
    let ring = list(text, sealing_key)?;
    for (index, key) in ring.iter().enumerate() {
        if ring[..index].iter().any(|earlier| earlier.id == key.id) {
            let problem = format!("has two keys named `{}`", key.id);
            return Err(Refusal::new(
                problem,
                "Give each key an id of its own; never reuse an id.",
            ));
        }
    }
    Ok(ring)
}

fn sealing_key(text: &str) -> Parsed<SealingKey> {
    let remedy = how_to_make("SEALING_KEYS");
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
        Ok(key) => Ok(SealingKey {
            id: id.to_owned(),
            key,
        }),
        Err(refusal) => Err(Refusal::new(
            format!("has a key (`{id}`) that {}", refusal.problem),
            remedy,
        )),
    }
}
