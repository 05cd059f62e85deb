//! The security events of the service as a closed list, the user that each concerns, and the client that
//! caused it.

pub mod chain;
pub mod event;
pub mod query;
mod sentence;

use std::net::IpAddr;

use uuid::Uuid;

use super::sign_in::device::DeviceCookie;

pub use event::Event;

/// How important an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Ordinary use.
    Info,
    /// A change of what protects an account.
    Notice,
    /// A failed attempt, or an attack.
    Warning,
}

impl Level {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
        }
    }
}

/// The user that an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A known user.
    User(Uuid),
    /// An address without account, as a keyed hash.
    UnknownAddress([u8; 32]),
    /// The service itself, not an account.
    Service,
}

/// The client that sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client's address, as trusted proxies report it.
    pub ip: IpAddr,
    /// The `User-Agent`, cut to 512 characters; for a command, its name.
    pub user_agent: Option<String>,
    /// The device cookie of the browser; empty for programs and unknown browsers.
    pub device: DeviceCookie,
    /// The kind of access.
    pub origin: Origin,
}

/// The kind of access through which an act came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A page or a call.
    Request,
    /// The command line of the machine itself, whose operator needs no account.
    CommandLine,
    /// The service itself, in the background.
    Service,
}

impl Origin {
    /// The name in the log, unless it is an ordinary request.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Request => None,
            Self::CommandLine => Some("command_line"),
            Self::Service => Some("service"),
        }
    }
}

/// The most characters of a user agent that are kept.
pub const MAX_USER_AGENT_CHARS: usize = 512;

impl Client {
    /// An operator who runs the command with this name.
    pub fn command(name: &str) -> Self {
        Self {
            origin: Origin::CommandLine,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some(name))
        }
    }

    /// The service itself.
    pub fn service() -> Self {
        Self {
            origin: Origin::Service,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some("vestibule"))
        }
    }

    /// A client of the web layer. Control characters of the user agent are dropped.
    pub fn new(ip: IpAddr, user_agent: Option<&str>) -> Self {
        let clean = |text: &str| -> String {
            text.chars()
                .filter(|c| !c.is_control())
                .take(MAX_USER_AGENT_CHARS)
                .collect()
        };
        Self {
            ip,
            user_agent: user_agent.map(clean).filter(|text| !text.is_empty()),
            device: DeviceCookie::default(),
            origin: Origin::Request,
        }
    }

    /// The same client with this device cookie.
    #[must_use]
    pub fn with_device(self, device: DeviceCookie) -> Self {
        Self { device, ..self }
    }
}
