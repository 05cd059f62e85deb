//! Typed settings from the environment and `.env`. Every fault is reported at once, with a remedy.
//! Only `cli` and `app` read a [`Config`]; the layers below get small policy values of their own.

mod address;
mod admin;
mod assemble;
mod example;
mod faults;
mod fresh_secrets;
mod mail;
mod mail_value;
mod rate_limits;
mod reader;
mod redacted;
mod secrets;
mod secrets_file;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod unknown;
mod value;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::Url;

pub use admin::FirstAdmin;
#[cfg(test)]
use example::env_example;
pub use example::env_file;
pub use faults::ConfigFaults;
pub use fresh_secrets::{fill_from_system, fresh_secrets};
pub use mail::{Smtp, SmtpTls};
pub use rate_limits::{Limit, RateLimits, RouteLimits};
pub use redacted::Redacted;
pub use secrets::{SealingKey, Secrets};
pub use source::Source;

/// Everything an operator can decide, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Development or production.
    pub environment: Environment,
    /// The public address: scheme, host and port, path `/`.
    pub base_url: Url,
    /// Where to listen; port 0 takes a free one.
    pub listen_addr: SocketAddr,
    /// Where `/metrics` is served, if it is; port 0 takes a free one.
    pub metrics_addr: Option<SocketAddr>,
    /// Connections at the same time, 1 or more.
    pub max_connections: usize,
    /// Seconds for which a connection without a request stays open, 1 or more.
    pub keep_alive_seconds: u64,
    /// What to log, in the words of `RUST_LOG`.
    pub log_filter: String,
    /// The database to use.
    pub database: DatabaseSource,
    /// Connections to the database, 1 or more.
    pub database_pool_size: usize,
    /// The folder of the embedded database and of the secrets of development; absolute.
    pub data_dir: PathBuf,
    /// Every secret.
    pub secrets: Secrets,
    /// The `aud` of every token.
    pub jwt_audience: Option<String>,
    /// How long past its end an access token is taken.
    pub jwt_leeway_seconds: i64,
    /// The life of an access token.
    pub access_token_minutes: i64,
    /// The life of a refresh token from each rotation.
    pub refresh_token_days: i64,
    /// How long a rotated refresh token is answered with its successor.
    pub refresh_grace_seconds: i64,
    /// The longest life of a session.
    pub session_max_days: i64,
    /// The most living sessions of one user, 1 or more.
    pub sessions_per_user: i64,
    /// Whether cookies are Secure and carry the `__Host-` prefix.
    pub cookie_secure: bool,
    /// The mail server; without one, mails go to standard output (development only).
    pub smtp: Option<Smtp>,
    /// The sender of every mail, whatever the transport.
    pub smtp_from: String,
    /// Origins that may call the API with cookies, as browsers write them.
    pub cors_origins: Vec<String>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Who may register.
    pub registration: Registration,
    /// Whether an address must be verified before signing in.
    pub email_verification: EmailVerification,
    /// The admin to make where there is none.
    pub first_admin: Option<FirstAdmin>,
    /// The fewest characters of a new password, 8 or more.
    pub password_min_length: usize,
    /// Where passwords are looked up among breached ones, if they are.
    pub breach_check: Option<Url>,
    /// Parameters of new password hashes.
    pub argon2: Argon2Settings,
    /// Password hashes at the same time, 1 or more.
    pub hashing_concurrency: usize,
    /// Flood limits.
    pub rate_limits: RateLimits,
    /// How many days audit events are kept; for ever where there is no number.
    pub audit_retention_days: Option<i64>,
    /// After how many days an account that was never verified is deleted; never where there is no number.
    pub unverified_days: Option<i64>,
    /// The names of the settings that are not at their default.
    pub changed: Vec<&'static str>,
}

/// How strict the start is, and how logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A machine of one's own: secrets are made, mails printed, logs pretty.
    Development,
    /// Nothing is made up.
    Production,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseSource {
    /// A private Postgres of our own.
    Embedded {
        /// The data directory; absolute.
        data_dir: PathBuf,
        /// Where the programs of Postgres are, if told.
        bin_dir: Option<PathBuf>,
        /// `PATH`, to look for them.
        search_path: OsString,
    },
    /// A Postgres that runs elsewhere.
    Url {
        /// Its connection string in URL form.
        url: Redacted<String>,
        /// Certificates (PEM) to trust besides the system's roots.
        ca_file: Option<PathBuf>,
    },
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    Open,
    /// Invited addresses.
    Invite,
    /// Nobody.
    Closed,
}

/// Whether an address must be verified before its owner signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailVerification {
    /// Registering signs in; the account shows that its address is unverified.
    Optional,
    /// Nobody signs in before verifying, and answers do not tell who has an account.
    Required,
}

/// Parameters of Argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory in KiB, at least 8 for each lane.
    pub memory_kib: u32,
    /// Passes over the memory, 1 or more.
    pub iterations: u32,
    /// Lanes, 1 or more.
    pub parallelism: u32,
}

/// A configuration, and what should be logged about it once logs are up.
#[derive(Debug, Clone)]
pub struct LoadedConfig {
    /// The settings.
    pub config: Config,
    /// What is odd but allowed, a sentence each.
    pub warnings: Vec<String>,
}

/// Reads and checks every setting.
///
/// In development on the embedded database this makes missing secrets and keeps them in the data
/// directory, provided that nothing else is wrong.
pub fn load(source: &Source) -> Result<LoadedConfig, ConfigFaults> {
    load_with(source, &fill_from_system)
}

fn load_with(source: &Source, fill: &dyn Fn(&mut [u8])) -> Result<LoadedConfig, ConfigFaults> {
    let mut reader = reader::Reader::new(source);
    let config = assemble::config(&mut reader, fill);
    let mut unknown = match &source.dotenv {
        Some(path) => unknown::in_file(path, reader.dotenv_names()),
        None => Vec::new(),
    };
    unknown.extend(unknown::in_environment(&source.env));
    let (faults, mut warnings, _) = reader.finish();
    warnings.extend(unknown);
    match config {
        Ok(config) if faults.is_empty() => Ok(LoadedConfig { config, warnings }),
        _ => Err(ConfigFaults::new(faults)),
    }
}
