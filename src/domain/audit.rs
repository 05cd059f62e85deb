//! The security events of the service, as a closed list; the user each concerns, and the client it came from.

pub mod chain;
pub mod event;
pub mod query;
mod sentence;

use std::net::IpAddr;

use uuid::Uuid;

use super::sign_in::device::DeviceCookie;

pub use event::Event;

/// How much an event deserves attention.
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
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
        }
    }
}

/// The user an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A known user.
    User(Uuid),
    /// An address without account, as a keyed hash.
    UnknownAddress([u8; 32]),
    /// The service itself, and no single account.
    Service,
}

/// From where a request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client's address, behind trusted proxies.
    pub ip: IpAddr,
    /// The `User-Agent`, cut to 512 characters; of a command, what it is called.
    pub user_agent: Option<String>,
    /// What the browser is known by; empty for programs and strangers.
    pub device: DeviceCookie,
    /// Through what.
    pub origin: Origin,
}

/// Through what an act came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A page or a call.
    Request,
    /// The command line of the machine itself, whose operator has no account.
    CommandLine,
    /// The service of itself.
    Service,
}

impl Origin {
    /// The word in the log, where it is not an ordinary request.
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
    /// An operator at the command line of the machine itself.
    pub fn command(name: &str) -> Self {
        Self {
            origin: Origin::CommandLine,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some(name))
        }
    }

    /// The service, on its own account.
    pub fn service() -> Self {
        Self {
            origin: Origin::Service,
            ..Self::new(IpAddr::from([127, 0, 0, 1]), Some("vestibule"))
        }
    }

    /// A client as the web layer sees it. Control characters of the user agent are dropped.
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

    /// The same in a browser with this device cookie.
    #[must_use]
    pub fn with_device(self, device: DeviceCookie) -> Self {
        Self { device, ..self }
    }
}
