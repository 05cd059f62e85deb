//! Flood limits: how often each route may be used.

use std::{num::NonZeroU32, time::Duration};

use ipnet::IpNet;

/// A limit: `burst` at once, refilled evenly with `burst` in each `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub burst: NonZeroU32,
    pub per: Duration,
}

impl Limit {
    /// The same limit with its burst multiplied, and never below one.
    #[must_use]
    pub fn scaled(self, scale: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive float saturates at u32::MAX, which is what a huge scale means"
        )]
        let burst = (f64::from(self.burst.get()) * scale).round() as u32;
        Self {
            burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
            per: self.per,
        }
    }
}

/// The limits of a route; `None` counts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteLimits {
    /// By the client's address; IPv6 counts by /64.
    pub ip: Option<Limit>,
    /// By email address.
    pub email: Option<Limit>,
    /// By both together.
    pub email_ip: Option<Limit>,
}

impl RouteLimits {
    /// The limits of a route without an email address.
    pub fn by_client(ip: Option<Limit>) -> Self {
        Self {
            ip,
            email: None,
            email_ip: None,
        }
    }
}

/// The limits of all routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Networks whose clients are never limited.
    pub exempt: Vec<IpNet>,
    /// Email address and password, wherever a password is checked.
    pub login: RouteLimits,
    /// Codes.
    pub second_factor: RouteLimits,
    /// Passkeys: challenges and answers.
    pub passkey: RouteLimits,
    /// New accounts.
    pub register: RouteLimits,
    /// Mails that users request.
    pub forgot_password: RouteLimits,
    /// Tokens from mails.
    pub reset: RouteLimits,
    /// The strength of a password that is being typed.
    pub password_strength: RouteLimits,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_multiplies_and_never_closes_a_route() {
        let limit = Limit {
            burst: NonZeroU32::new(10).unwrap(),
            per: Duration::from_mins(1),
        };
        assert_eq!(limit.scaled(2.5).burst.get(), 25);
        assert_eq!(limit.scaled(0.001).burst.get(), 1);
        assert_eq!(limit.scaled(1e12).burst.get(), u32::MAX);
    }
}
