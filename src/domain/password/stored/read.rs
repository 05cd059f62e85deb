//! The formats of hashes: PHC strings, modular crypt format, and Django's.

use argon2::{Algorithm, Params, Version, password_hash::phc::PasswordHash};
use data_encoding::{BASE64, BASE64_NOPAD, Encoding, Specification};

use super::{Prf, StoredHash};
use crate::domain::password::hash::HashError;

/// The fewest bytes of a hash; a shorter one could match by chance.
const LEAST_BYTES: usize = 10;
/// The most bytes of a hash, the longest output of any known system. Each further block of PBKDF2 repeats
/// all rounds.
const MOST_BYTES: usize = 64;

/// Parses any of the formats. Nothing is computed yet.
pub(super) fn read(stored: &str) -> Result<StoredHash, HashError> {
    let hash = if let Some(phc) = stored.strip_prefix('$') {
        let (kind, rest) = phc.split_once('$').ok_or(HashError::UnknownKind)?;
        match kind {
            "argon2i" | "argon2d" | "argon2id" => argon2(stored)?,
            "2a" | "2b" | "2y" => bcrypt(rest, false)?,
            "pbkdf2" | "pbkdf2-sha1" => pbkdf2(Prf::Sha1, rest)?,
            "pbkdf2-sha256" => pbkdf2(Prf::Sha256, rest)?,
            "pbkdf2-sha512" => pbkdf2(Prf::Sha512, rest)?,
            "scrypt" => scrypt(rest)?,
            _ => return Err(HashError::UnknownKind),
        }
    } else {
        let (kind, rest) = stored.split_once('$').ok_or(HashError::UnknownKind)?;
        match kind {
            "argon2" => argon2(&format!("${rest}"))?,
            "bcrypt" => bcrypt_within(rest, false)?,
            "bcrypt_sha256" => bcrypt_within(rest, true)?,
            "pbkdf2_sha1" => django_pbkdf2(Prf::Sha1, rest)?,
            "pbkdf2_sha256" => django_pbkdf2(Prf::Sha256, rest)?,
            "pbkdf2_sha512" => django_pbkdf2(Prf::Sha512, rest)?,
            "scrypt" => django_scrypt(rest)?,
            _ => return Err(HashError::UnknownKind),
        }
    };
    Ok(hash)
}

fn argon2(phc: &str) -> Result<StoredHash, HashError> {
    let phc = unpadded(phc)?;
    let phc = PasswordHash::new(&phc).map_err(|_| HashError::Malformed)?;
    let algorithm =
        Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| HashError::UnknownKind)?;
    // The reference implementation wrote no version while there was only one.
    let version = phc.version.map_or(Ok(Version::V0x10), Version::try_from)?;
    let params = Params::try_from(&phc).map_err(|_| HashError::Malformed)?;
    let (Some(salt), Some(output)) = (phc.salt, phc.hash) else {
        return Err(HashError::Malformed);
    };
    Ok(StoredHash::Argon2 {
        algorithm,
        version,
        params,
        salt: salt.to_vec(),
        output: sized(output.as_bytes().to_vec())?,
    })
}

/// A PHC string without the padding of salt and output, which the format omits and some programs write.
fn unpadded(phc: &str) -> Result<String, HashError> {
    let mut parts: Vec<&str> = phc.split('$').collect();
    for part in parts
        .iter_mut()
        .rev()
        .take(2)
        .filter(|part| part.ends_with('='))
    {
        let whole = part.len();
        *part = part.trim_end_matches('=');
        if whole % 4 != 0 || whole - part.len() > 2 {
            return Err(HashError::Malformed);
        }
    }
    Ok(parts.join("$"))
}

/// `bcrypt$$2b$12$...`: another format after Django's own prefix.
fn bcrypt_within(rest: &str, sha256: bool) -> Result<StoredHash, HashError> {
    let (kind, rest) = rest
        .strip_prefix('$')
        .and_then(|modular| modular.split_once('$'))
        .ok_or(HashError::Malformed)?;
    match kind {
        "2a" | "2b" | "2y" => bcrypt(rest, sha256),
        _ => Err(HashError::UnknownKind),
    }
}

/// `12$` and 53 characters: 22 of salt and 31 of hash, in bcrypt's own alphabet.
fn bcrypt(rest: &str, sha256: bool) -> Result<StoredHash, HashError> {
    let (cost, text) = rest.split_once('$').ok_or(HashError::Malformed)?;
    // 31 characters are 32 with the padding of Base64, which this format omits.
    let text = text.strip_suffix('=').unwrap_or(text);
    let cost: u32 = number(cost)?;
    if !(4..=31).contains(&cost) || text.len() != 53 || !text.is_ascii() {
        return Err(HashError::Malformed);
    }
    let alphabet = bcrypt_alphabet()?;
    let decode = |text: &str| {
        alphabet
            .decode(text.as_bytes())
            .map_err(|_| HashError::Malformed)
    };
    let (salt, output) = (decode(&text[..22])?, decode(&text[22..])?);
    Ok(StoredHash::Bcrypt {
        sha256,
        cost,
        salt: salt.try_into().map_err(|_| HashError::Malformed)?,
        output: output.try_into().map_err(|_| HashError::Malformed)?,
    })
}

pub(super) fn bcrypt_alphabet() -> Result<Encoding, HashError> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    // Some programs leave random values in the unused bits.
    specification.check_trailing_bits = false;
    specification.encoding().map_err(|_| HashError::Malformed)
}

/// `i=600000,l=32$salt$hash` (PHC), or `600000$salt$hash` (passlib, with a dot for the plus).
fn pbkdf2(prf: Prf, rest: &str) -> Result<StoredHash, HashError> {
    let [params, salt, output] = parts(rest)?;
    let output = base64(output)?;
    let rounds = if params.contains('=') {
        let length = param(params, "l");
        if length.is_some_and(|length| length.parse() != Ok(output.len())) {
            return Err(HashError::Malformed);
        }
        param(params, "i").ok_or(HashError::Malformed)?
    } else {
        params
    };
    Ok(StoredHash::Pbkdf2 {
        prf,
        rounds: rounds_of(rounds)?,
        salt: base64(salt)?,
        output: sized(output)?,
    })
}

/// `1000000$salt$hash`, the salt as text and the hash in Base64.
fn django_pbkdf2(prf: Prf, rest: &str) -> Result<StoredHash, HashError> {
    let [rounds, salt, output] = parts(rest)?;
    Ok(StoredHash::Pbkdf2 {
        prf,
        rounds: rounds_of(rounds)?,
        salt: salt.as_bytes().to_vec(),
        output: sized(base64(output)?)?,
    })
}

/// `ln=17,r=8,p=1$salt$hash`.
fn scrypt(rest: &str) -> Result<StoredHash, HashError> {
    let [params, salt, output] = parts(rest)?;
    let of = |name| param(params, name).ok_or(HashError::Malformed);
    Ok(StoredHash::Scrypt {
        log_n: number(of("ln")?)?,
        r: number(of("r")?)?,
        p: number(of("p")?)?,
        salt: base64(salt)?,
        output: sized(base64(output)?)?,
    })
}

/// `16384$salt$8$5$hash`: N, salt as text, r, p.
fn django_scrypt(rest: &str) -> Result<StoredHash, HashError> {
    let [n, salt, r, p, output] = parts(rest)?;
    let n: u64 = number(n)?;
    if !n.is_power_of_two() {
        return Err(HashError::Malformed);
    }
    Ok(StoredHash::Scrypt {
        log_n: u8::try_from(n.trailing_zeros()).map_err(|_| HashError::Malformed)?,
        r: number(r)?,
        p: number(p)?,
        salt: salt.as_bytes().to_vec(),
        output: sized(base64(output)?)?,
    })
}

fn parts<const N: usize>(rest: &str) -> Result<[&str; N], HashError> {
    let parts: Vec<&str> = rest.split('$').collect();
    parts.try_into().map_err(|_| HashError::Malformed)
}

fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = params.split(',').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, HashError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let value = digits.then(|| text.parse().ok()).flatten();
    value.ok_or(HashError::Malformed)
}

fn rounds_of(text: &str) -> Result<u32, HashError> {
    match number(text)? {
        0 => Err(HashError::Malformed),
        rounds => Ok(rounds),
    }
}

/// Base64, with or without its padding.
fn base64(text: &str) -> Result<Vec<u8>, HashError> {
    let text = text.replace('.', "+");
    let decoded = if text.ends_with('=') {
        BASE64.decode(text.as_bytes())
    } else {
        BASE64_NOPAD.decode(text.as_bytes())
    };
    decoded.map_err(|_| HashError::Malformed)
}

fn sized(output: Vec<u8>) -> Result<Vec<u8>, HashError> {
    match output.len() {
        ..LEAST_BYTES => Err(HashError::Malformed),
        LEAST_BYTES..=MOST_BYTES => Ok(output),
        _ => Err(HashError::TooExpensive),
    }
}
