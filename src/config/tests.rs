//! The settings as a whole, from invented environments.

mod faults;
mod files;
mod kept_secrets;
mod mail;
mod phone;
mod rules;
mod written;

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder that is removed with its contents.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("vestibule-config-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file into the folder and returns its path.
    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// The name of every setting.
fn names() -> impl Iterator<Item = &'static str> {
    settings::rows().map(|row| row.name)
}

const JWT: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const RING: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn source(variables: &[(&str, &str)]) -> Source {
    let env = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect();
    Source {
        env,
        dotenv: None,
        root: false,
    }
}

/// These variables, and the secrets that development would otherwise create.
fn with_secrets<'a>(variables: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let secrets = [
        ("HOME", "/home/a"),
        ("JWT_SECRET_KEY", JWT),
        ("COOKIE_KEY", KEY),
        ("SEALING_KEYS", RING),
    ];
    let own = |name: &str| variables.iter().any(|(known, _)| *known == name);
    let others = secrets.into_iter().filter(|(name, _)| !own(name));
    others.chain(variables.iter().copied()).collect()
}

/// Loads these variables in development, with secrets.
fn development(variables: &[(&str, &str)]) -> Result<LoadedConfig, ConfigFaults> {
    load(&source(&with_secrets(variables)))
}

/// Loads these variables in production, added to a complete set.
fn production(variables: &[(&str, &str)]) -> Result<LoadedConfig, ConfigFaults> {
    let complete = [
        ("ENVIRONMENT", "production"),
        ("BASE_URL", "https://sign-in.example.org"),
        ("SMTP_HOST", "smtp.example.org"),
    ];
    let own = |name: &str| variables.iter().any(|(known, _)| *known == name);
    let others = complete.into_iter().filter(|(name, _)| !own(name));
    let all: Vec<_> = others.chain(variables.iter().copied()).collect();
    development(&all)
}

fn config(loaded: Result<LoadedConfig, ConfigFaults>) -> Config {
    loaded.unwrap_or_else(|faults| panic!("{faults}")).config
}

/// The names of the faulty settings.
fn at_fault(loaded: Result<LoadedConfig, ConfigFaults>) -> Vec<String> {
    match loaded {
        Ok(_) => Vec::new(),
        Err(faults) => faults.settings().into_iter().map(str::to_owned).collect(),
    }
}

/// A predictable random source: bytes that count up.
fn counting() -> impl Fn(&mut [u8]) {
    let next = Cell::new(0_u8);
    move |bytes: &mut [u8]| {
        for byte in bytes {
            *byte = next.replace(next.get().wrapping_add(1));
        }
    }
}
