//! The settings of the app under test, read in the same way as by the product.

use std::{collections::BTreeMap, ffi::OsString};

use vestibule::internals::config::{self, Config, Source};

/// The host name of the app, with https, so that cookies are as in production.
pub(crate) const HOST: &str = "auth.example.com";
/// `BASE_URL`.
pub(crate) const ORIGIN: &str = "https://auth.example.com";

/// `JWT_SECRET_KEY`.
pub(crate) const JWT_SECRET_KEY: &str = "a key of thirty-two bytes or more for tests";

/// The defaults of the tests: cheap hashes, and limits that are not reached.
const DEFAULTS: [(&str, &str); 11] = [
    ("ENVIRONMENT", "development"),
    ("BASE_URL", ORIGIN),
    ("JWT_SECRET_KEY", JWT_SECRET_KEY),
    ("COOKIE_KEY", "Y29va2llIGtleSBvZiB0aGUgdGVzdHMsIDMyIGJ5dGU="),
    (
        "SEALING_KEYS",
        "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=",
    ),
    ("ARGON2_MEMORY_KIB", "64"),
    ("ARGON2_ITERATIONS", "1"),
    ("RATE_LIMIT_SCALE", "1000"),
    ("DATABASE_POOL_SIZE", "8"),
    ("DATA_DIR", "/nonexistent"),
    // No one listens there.
    ("SMS_GATEWAY_URL", "http://127.0.0.1:9/messages"),
];

/// Settings for this database; `changed` takes precedence over the defaults.
pub(crate) fn load(database_url: &str, changed: &[(&str, &str)]) -> Config {
    let mut env: BTreeMap<String, OsString> = DEFAULTS
        .iter()
        .chain(changed)
        .map(|(name, value)| ((*name).to_owned(), value.into()))
        .collect();
    env.insert("DATABASE_URL".to_owned(), database_url.into());
    let source = Source {
        env,
        dotenv: None,
        root: false,
    };
    match config::load(&source) {
        Ok(loaded) => loaded.config,
        Err(faults) => panic!("{faults}"),
    }
}
