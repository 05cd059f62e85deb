//! `DATABASE_URL` in the forms that libpq accepts, as a URL or as `key=value` pairs, parsed into types.
//!
//! Errors name the option and never a value, which may be a password.

mod pairs;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use thiserror::Error;

use pairs::Pairs;

/// The location of the database, and how to connect to it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// The servers to try, in order. Never empty.
    pub servers: Vec<Server>,
    /// The role; if unset, the name of the account that runs this process.
    pub user: Option<String>,
    pub password: Option<String>,
    /// The database; without one, the role's name.
    pub database: Option<String>,
    /// Command line options for the server process.
    pub options: Option<String>,
    /// The name that `pg_stat_activity` shows.
    pub application_name: Option<String>,
    pub tls: Tls,
    /// Whether the TLS handshake comes first, without a request for it (Postgres 17).
    pub direct_tls: bool,
    /// Certificates (PEM) to trust in addition to the system's.
    pub root_certificates: Option<PathBuf>,
    /// Whether SCRAM is bound to the TLS channel.
    pub channel_binding: ChannelBinding,
    /// Whether the servers are tried in random order.
    pub random_order: bool,
    /// How long opening a connection to one server may take.
    pub connect_timeout: Option<Duration>,
    /// How long sent bytes may stay unacknowledged.
    pub tcp_user_timeout: Option<Duration>,
    /// TCP keepalives; `None` turns them off.
    pub keepalives: Option<Keepalives>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name, which its certificate must contain.
    pub host: Host,
    /// Its address, if the name is not to be looked up.
    pub address: Option<IpAddr>,
    pub port: u16,
}

/// The name of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name or an address.
    Tcp(String),
    /// The folder of a Unix socket.
    Unix(PathBuf),
}

/// When TLS is used. If it is, chain and name are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    Disable,
    /// If the server supports it.
    Prefer,
    /// Always.
    Require,
}

/// When SCRAM is bound to the TLS channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If both sides support it.
    Prefer,
    /// Always.
    Require,
}

/// When a silent connection is probed; `None` leaves a value to the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keepalives {
    pub idle: Option<Duration>,
    /// The time between probes without an answer.
    pub interval: Option<Duration>,
    /// The number of unanswered probes after which the connection is closed.
    pub count: Option<u32>,
}

/// Why a text is not a valid `DATABASE_URL`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Malformed {
    #[error("is neither a postgres:// URL nor key=value pairs")]
    Neither,
    /// A pair has no `=`.
    #[error("has something that is no key=value pair, after `{0}`")]
    NoPair(String),
    /// Two hexadecimal digits must follow a `%`.
    #[error("has a % in its {0} that is no escape such as %40")]
    Escape(String),
    /// There is no such option.
    #[error("has the unknown option `{0}`")]
    Unknown(String),
    /// An option of libpq that is not supported here.
    #[error("has the option `{0}`, which is not supported")]
    Unsupported(&'static str),
    /// An option has an invalid value.
    #[error("has a value for `{0}` that is none of {1}")]
    Value(&'static str, &'static str),
    #[error("names {0} hosts and {1} of `{2}`")]
    Lengths(usize, usize, &'static str),
    /// No host is given.
    #[error("names no host")]
    NoHost,
}

/// The allowed values, for errors.
const SECONDS: &str = "whole seconds";
const MILLISECONDS: &str = "whole milliseconds";
const ON_OFF: &str = "0 and 1";
const PORT: u16 = 5432;

impl DatabaseUrl {
    /// Whether a connection may be encrypted: never to a socket file.
    pub fn may_use_tls(&self) -> bool {
        let is_tcp =
            |server: &Server| server.address.is_some() || matches!(server.host, Host::Tcp(_));
        self.tls != Tls::Disable && self.servers.iter().any(is_tcp)
    }

    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let pairs = Pairs::read(text)?;
        Ok(Self {
            servers: servers(&pairs)?,
            user: pairs.text("user"),
            password: pairs.text("password"),
            database: pairs.text("dbname"),
            options: pairs.text("options"),
            application_name: pairs
                .text("application_name")
                .or_else(|| pairs.text("fallback_application_name")),
            tls: tls(&pairs)?,
            direct_tls: pairs.word("sslnegotiation", &[("postgres", false), ("direct", true)])?,
            root_certificates: pairs
                .text("sslrootcert")
                .filter(|path| path != "system")
                .map(PathBuf::from),
            channel_binding: pairs.word(
                "channel_binding",
                &[
                    ("prefer", ChannelBinding::Prefer),
                    ("disable", ChannelBinding::Disable),
                    ("require", ChannelBinding::Require),
                ],
            )?,
            random_order: pairs.word(
                "load_balance_hosts",
                &[("disable", false), ("random", true)],
            )?,
            connect_timeout: pairs
                .number("connect_timeout", SECONDS)?
                .map(Duration::from_secs),
            tcp_user_timeout: pairs
                .number("tcp_user_timeout", MILLISECONDS)?
                .map(Duration::from_millis),
            keepalives: keepalives(&pairs)?,
        })
        .and_then(|read| without_effect(&pairs).map(|()| read))
    }
}

fn servers(pairs: &Pairs) -> Result<Vec<Server>, Malformed> {
    let hosts = pairs.list("host");
    let addresses = pairs.list("hostaddr");
    let ports = pairs.list("port");
    let count = hosts.len().max(addresses.len());
    if count == 0 {
        return Err(Malformed::NoHost);
    }
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(Malformed::Lengths(hosts.len(), addresses.len(), "hostaddr"));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(Malformed::Lengths(count, ports.len(), "port"));
    }
    (0..count)
        .map(|at| {
            let address = match addresses.get(at).filter(|address| !address.is_empty()) {
                Some(address) => Some(
                    (address.parse())
                        .map_err(|_| Malformed::Value("hostaddr", "numeric addresses"))?,
                ),
                None => None,
            };
            let host = match (hosts.get(at).filter(|host| !host.is_empty()), address) {
                (Some(folder), _) if folder.starts_with('/') => Host::Unix(folder.into()),
                (Some(name), _) => Host::Tcp(name.clone()),
                (None, Some(address)) => Host::Tcp(IpAddr::to_string(&address)),
                (None, None) => return Err(Malformed::NoHost),
            };
            let port = match ports.get(at).or(ports.first()).map(String::as_str) {
                None | Some("") => PORT,
                Some(port) => match port.parse() {
                    Ok(port) if port > 0 => port,
                    _ => return Err(Malformed::Value("port", "1 to 65535")),
                },
            };
            Ok(Server {
                host,
                address,
                port,
            })
        })
        .collect()
}

fn tls(pairs: &Pairs) -> Result<Tls, Malformed> {
    if pairs.word("ssl", &[("", false), ("true", true)])? {
        return Ok(Tls::Require);
    }
    pairs.word(
        "sslmode",
        &[
            ("prefer", Tls::Prefer),
            ("allow", Tls::Prefer),
            ("disable", Tls::Disable),
            ("require", Tls::Require),
            ("verify-ca", Tls::Require),
            ("verify-full", Tls::Require),
        ],
    )
}

fn keepalives(pairs: &Pairs) -> Result<Option<Keepalives>, Malformed> {
    let seconds = |key| Ok::<_, Malformed>(pairs.number(key, SECONDS)?.map(Duration::from_secs));
    let count = match pairs.number("keepalives_count", "whole numbers")? {
        Some(count) => Some(count),
        None => pairs.number("keepalives_retries", "whole numbers")?,
    };
    let figures = Keepalives {
        idle: seconds("keepalives_idle")?,
        interval: seconds("keepalives_interval")?,
        count: count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
    };
    let are_on = pairs.word("keepalives", &[("1", true), ("0", false)])?;
    Ok(are_on.then_some(figures))
}

/// Options that have only one supported value, and options without an effect here.
fn without_effect(pairs: &Pairs) -> Result<(), Malformed> {
    // A connection that cannot write is refused, whatever this says.
    pairs.word(
        "target_session_attrs",
        &[("any", ()), ("read-write", ()), ("primary", ())],
    )?;
    pairs.word("gssencmode", &[("prefer", ()), ("disable", ())])?;
    pairs.word("sslcompression", &[("0", ()), ("1", ())])?;
    pairs.word("sslsni", &[("1", ())])?;
    pairs.word(
        "client_encoding",
        &[
            ("UTF8", ()),
            ("utf8", ()),
            ("UTF-8", ()),
            ("utf-8", ()),
            ("auto", ()),
        ],
    )
}

#[cfg(test)]
mod tests;
