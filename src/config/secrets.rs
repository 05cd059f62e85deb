//! All secrets, and how missing ones are handled.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use super::faults::Refusal;
use super::reader::{Read, Reader, Reported};
use super::secrets_file;
use super::setting::Declared;
use super::settings::secrets::{
    COOKIE_KEY, JWT_PREVIOUS_SECRET_KEYS, JWT_SECRET_KEY, NEEDED, SEALING_KEYS, how_to_make,
};
use crate::domain::secrets::{sealing::SealingRing, secret::Key};

/// Every secret of the service; wiped from memory when dropped.
#[derive(Clone)]
pub struct Secrets {
    /// The input key of all token keys: the bytes of `JWT_SECRET_KEY` as written, 32 or more.
    pub jwt: Zeroizing<Vec<u8>>,
    /// Earlier input keys, which only verify.
    pub jwt_previous: Zeroizing<Vec<Vec<u8>>>,
    /// The first key seals, and all keys unseal.
    pub sealing: SealingRing,
    /// The input key of the keys for cookies and throttles.
    pub cookie: Key,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("sealing", &self.sealing)
            .finish_non_exhaustive()
    }
}

/// What to do about a missing secret.
#[derive(Debug, Clone, Copy)]
pub(super) enum Missing<'a> {
    /// Create it once and keep it in that data directory.
    Keep { data_dir: &'a Path, root: bool },
    /// Refuse to start, for that reason.
    Refuse { because: &'a str },
    /// Report nothing, because the settings that decide it have faults themselves.
    Undecided,
}

/// Reads the secrets. Creates missing ones only if there is no other fault, so that a failed start leaves
/// nothing behind.
pub(super) fn read(
    reader: &mut Reader<'_>,
    missing: Missing<'_>,
    fill: &dyn Fn(&mut [u8]),
) -> Read<Secrets> {
    let absent = unset(reader);
    if absent.is_empty() {
        return complete(reader);
    }
    match missing {
        Missing::Refuse { because } => {
            refuse(reader, absent, &format!("is not set, and {because}"));
            Err(Reported)
        }
        Missing::Undecided => Err(Reported),
        Missing::Keep { .. } if reader.is_faulty() => Err(Reported),
        Missing::Keep { data_dir, root } => {
            reader.fall_back_on(secrets_file::read_or_make(data_dir, root, fill));
            let kept_in = secrets_file::path(data_dir);
            let absent = unset(reader);
            let problem = format!("is neither set nor in {}", kept_in.display());
            refuse(reader, absent, &problem);
            complete(reader)
        }
    }
}

fn unset(reader: &mut Reader<'_>) -> Vec<&'static dyn Declared> {
    NEEDED
        .into_iter()
        .filter(|secret| !reader.is_set(*secret))
        .collect()
}

fn refuse(reader: &mut Reader<'_>, absent: Vec<&'static dyn Declared>, problem: &str) {
    for secret in absent {
        reader.refuse(secret, Refusal::new(problem, how_to_make(secret)));
    }
}

fn complete(reader: &mut Reader<'_>) -> Read<Secrets> {
    let jwt = reader.optional(&JWT_SECRET_KEY);
    let jwt_previous = reader.optional(&JWT_PREVIOUS_SECRET_KEYS);
    let sealing = reader.optional(&SEALING_KEYS);
    let cookie = reader.optional(&COOKIE_KEY);
    Ok(Secrets {
        jwt: jwt?.ok_or(Reported)?,
        jwt_previous: jwt_previous?.unwrap_or_default(),
        sealing: sealing?.ok_or(Reported)?,
        cookie: cookie?.ok_or(Reported)?,
    })
}
