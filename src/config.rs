//! Typed settings from the environment and `.env`. Every fault is reported at once, with a remedy.
//! Only `cli` and `app` read a [`Config`]; the layers below get small policy values of their own.

mod address;
mod assemble;
mod example;
mod faults;
mod fresh_secrets;
mod mail_value;
mod reader;
mod secrets;
mod secrets_file;
mod setting;
mod settings;
mod source;
#[cfg(test)]
mod tests;
mod unknown;
mod value;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use crate::domain::{
    accounts::email::EmailAddress,
    authenticators::passkey::RelyingParty,
    branding::Branding,
    limits::Limits,
    network::{sms::SmsSettings, smtp::SmtpSettings},
    password::Argon2Settings,
    policy::Policy,
    secrets::secret::SecretString,
    token::TokenPolicy,
};
#[cfg(test)]
use example::env_example;
pub use example::env_file;
pub use faults::ConfigFaults;
pub use fresh_secrets::{fill_from_system, fresh_secrets};
pub use secrets::Secrets;
pub use source::Source;

/// Every setting, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub environment: Environment,
    /// The public address: scheme, host and port, path `/`.
    pub base_url: Url,
    /// The address to listen on; with port 0 the system chooses a free port.
    pub listen_addr: SocketAddr,
    /// The files of TLS without a proxy.
    pub tls: Option<TlsFiles>,
    /// The address of `/metrics`, if it is served; with port 0 the system chooses a free port.
    pub metrics_addr: Option<SocketAddr>,
    /// Connections at the same time, 1 or more.
    pub max_connections: usize,
    /// How long a connection without a request stays open, 1 s or more.
    pub keep_alive: Duration,
    /// What to log, in the syntax of `RUST_LOG`.
    pub log_filter: String,
    pub database: DatabaseSource,
    /// Connections to the database, 1 or more.
    pub database_pool_size: usize,
    /// The folder of the embedded database and of the secrets of development; absolute.
    pub data_dir: PathBuf,
    pub secrets: Secrets,
    pub tokens: TokenPolicy,
    /// Whether cookies are Secure and carry the `__Host-` prefix.
    pub cookie_secure: bool,
    /// The mail server; without one, mails go to standard output (development only).
    pub smtp: Option<SmtpSettings>,
    /// The sender of every mail, whatever the transport.
    pub smtp_from: String,
    /// The gateway for text messages; without one no one is offered a phone.
    pub sms: Option<SmsSettings>,
    /// Origins that may call the API with cookies, as browsers write them.
    pub cors_origins: Vec<String>,
    /// The site that passkeys belong to; `None` if there are none.
    pub relying_party: Option<RelyingParty>,
    /// Networks whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    pub branding: Branding,
    pub policy: Policy,
    pub first_admin: Option<FirstAdmin>,
    /// The server to look passwords up at, if breached ones are refused.
    pub breach_check: Option<Url>,
    pub argon2: Argon2Settings,
    /// Password hashes at the same time, 1 or more.
    pub hashing_concurrency: usize,
    pub limits: Limits,
    /// The factor by which the limits were multiplied. It also scales the thresholds of accounts and the
    /// caps of mails.
    pub limit_scale: f64,
    /// The names of the settings with a value other than their default.
    pub changed: Vec<&'static str>,
}

/// How strict the start is, and the format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The developer's own machine: secrets are created, mails printed, logs easy to read.
    Development,
    Production,
}

/// The files of TLS without a proxy.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, and those that lead to its authority (PEM).
    pub certificate: PathBuf,
    /// The private key (PEM).
    pub key: PathBuf,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseSource {
    /// The embedded Postgres.
    Embedded {
        /// The data directory; absolute.
        data_dir: PathBuf,
        /// The folder of the Postgres programs, if `PG_BIN_DIR` is set.
        bin_dir: Option<PathBuf>,
        /// `PATH`, in which the programs are looked for otherwise.
        search_path: OsString,
    },
    /// A Postgres that is run by the operator.
    Url {
        /// Its connection string in URL form.
        url: SecretString,
        /// Certificates (PEM) to trust besides the system's roots.
        ca_file: Option<PathBuf>,
    },
}

/// The admin to create if there is none.
#[derive(Debug, Clone)]
pub struct FirstAdmin {
    pub email: EmailAddress,
    /// The initial password.
    pub password: SecretString,
}

/// A configuration, and warnings to log once logging is set up.
#[derive(Debug, Clone)]
pub struct LoadedConfig {
    pub config: Config,
    /// Unusual but allowed values, one sentence each.
    pub warnings: Vec<String>,
}

/// Reads and checks every setting.
///
/// In development on the embedded database, missing secrets are created and kept in the data directory,
/// unless there is another fault.
pub fn load(source: &Source) -> Result<LoadedConfig, ConfigFaults> {
    load_with(source, &fill_from_system)
}

/// Where the service is asked on this machine.
pub struct Listener {
    /// `LISTEN_ADDR`.
    pub addr: SocketAddr,
    /// Whether it ends TLS itself.
    pub tls: bool,
}

/// Reads only what tells how the service is reached, whatever the other settings are.
pub fn listener(source: &Source) -> Result<Listener, ConfigFaults> {
    let mut reader = reader::Reader::new(source);
    let addr = reader.value(&settings::server::LISTEN_ADDR);
    let tls = reader.is_set(&settings::server::TLS_CERT_FILE);
    match addr {
        Ok(addr) => Ok(Listener { addr, tls }),
        Err(_) => Err(ConfigFaults::new(reader.finish().0)),
    }
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
