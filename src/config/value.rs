//! Parsers of single values: from text to a typed value, or to a refusal with its remedy. Rules between
//! settings are in `settings`.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::faults::{Refusal, shown};
use crate::domain::network::database_url::{DatabaseUrl, Malformed};
use crate::domain::secrets::secret::SecretString;
use crate::files;

pub(super) type Parsed<T> = Result<T, Refusal>;

/// One word from a fixed list.
pub(super) fn word<T: Copy>(value: &str, words: &[(&str, T)]) -> Parsed<T> {
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == value) {
        return Ok(*meant);
    }
    let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    Err(Refusal::new(
        format!("does not know {}", shown(value)),
        format!("Use one of {}.", list.join(", ")),
    ))
}

/// A whole number within a range.
pub(super) fn whole<T>(value: &str, range: RangeInclusive<T>) -> Parsed<T>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let remedy = format!(
        "Use a whole number from {} to {}.",
        range.start(),
        range.end()
    );
    match value.parse::<T>() {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) => Err(Refusal::new(
            format!("is out of range: {}", shown(value)),
            remedy,
        )),
        Err(_) => Err(Refusal::new(
            format!("is not such a number: {}", shown(value)),
            remedy,
        )),
    }
}

/// A factor above 0, at most a million.
pub(super) fn factor(value: &str) -> Parsed<f64> {
    match value.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1_000_000.0 => Ok(number),
        _ => Err(Refusal::new(
            format!("is not a usable factor: {}", shown(value)),
            "Use a number above 0 and up to 1000000, such as 1 or 0.5.",
        )),
    }
}

/// Yes or no.
pub(super) fn truth(value: &str) -> Parsed<bool> {
    word(value, &[("true", true), ("false", false)])
}

/// A network (CIDR), or a single address as a network.
pub(super) fn network(value: &str) -> Parsed<IpNet> {
    let network = value
        .parse::<IpNet>()
        .or_else(|_| value.parse::<IpAddr>().map(IpNet::from));
    network.map(|network| network.trunc()).map_err(|_| {
        Refusal::new(
            format!("holds {}, which is no network", shown(value)),
            "Use addresses or networks such as 10.0.0.0/8 or 2001:db8::1.",
        )
    })
}

/// Comma-separated items without surrounding spaces. An empty item is a fault.
pub(super) fn list<T>(value: &str, item: impl Fn(&str) -> Parsed<T>) -> Parsed<Vec<T>> {
    value
        .split(',')
        .map(|text| match text.trim() {
            "" => Err(Refusal::new(
                "has an empty item",
                "Separate items by single commas.",
            )),
            text => item(text),
        })
        .collect()
}

/// An address and port to listen on.
pub(super) fn socket(value: &str) -> Parsed<SocketAddr> {
    value.parse().map_err(|_| {
        Refusal::new(
            format!("is not an address with a port: {}", shown(value)),
            "Use a numeric address and a port, such as 127.0.0.1:8080 or [::1]:8080.",
        )
    })
}

/// The location of the database, in either form of libpq. It is never quoted in a fault, because it may
/// contain a password.
pub(super) fn database_url(value: &str) -> Parsed<SecretString> {
    DatabaseUrl::parse(value)
        .map(|_| SecretString::from(value))
        .map_err(|why| {
            let remedy = match why {
                Malformed::Unsupported("sslcert" | "sslkey") => {
                    "Vestibule signs in to the database by password, or without one on a socket."
                }
                Malformed::Unknown(_) | Malformed::Unsupported(_) => {
                    "docs/database.md lists the options that are taken."
                }
                _ => {
                    "Use postgres://user:password@host:port/database, hosts separated by commas; \
                     percent-encode special characters."
                }
            };
            Refusal::new(why.to_string(), remedy)
        })
}

/// The audience of tokens: short text without control characters.
pub(super) fn audience(value: &str) -> Parsed<String> {
    if value.len() <= 256 && !value.chars().any(char::is_control) {
        return Ok(value.to_owned());
    }
    Err(Refusal::new(
        "is too long or holds control characters",
        "Use at most 256 bytes of plain text.",
    ))
}

/// A log filter in the syntax of `RUST_LOG`.
pub(super) fn log_filter(value: &str) -> Parsed<String> {
    match tracing_subscriber::EnvFilter::try_new(value) {
        Ok(_) => Ok(value.to_owned()),
        Err(_) => Err(Refusal::new(
            format!("is not a log filter: {}", shown(value)),
            "Use a level such as `info`, or a list such as `warn,vestibule=debug`.",
        )),
    }
}

/// A file that can be read, so that a fault is found at the start and not with the first mail.
pub(super) fn readable_file(value: &str) -> Parsed<PathBuf> {
    let path = PathBuf::from(value);
    match files::read(&path, files::MAX_CERTIFICATES) {
        Ok(_) => Ok(path),
        Err(error) => Err(Refusal::new(
            format!("cannot be read: {} ({error})", shown(value)),
            "Name a file (PEM) that this account can read.",
        )),
    }
}

/// A folder that exists.
pub(super) fn folder(value: &str) -> Parsed<PathBuf> {
    if Path::new(value).is_dir() {
        return Ok(PathBuf::from(value));
    }
    Err(Refusal::new(
        format!("is not a folder: {}", shown(value)),
        "Name the folder that holds `initdb`.",
    ))
}

/// A path, made absolute so that it does not depend on the working directory.
pub(super) fn path(value: &str) -> Parsed<PathBuf> {
    std::path::absolute(value).map_err(|error| {
        Refusal::new(
            format!("is not a usable path: {error}"),
            "Use an absolute path.",
        )
    })
}
