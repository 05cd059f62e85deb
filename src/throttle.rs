//! Flood limits (governor): how often a route may be tried by one client, for one email address, and by one client
//! for one email address. They count in the memory of this node, which is bounded: see `slots`.

pub mod account;
pub mod downloads;
mod limiter;
mod log_lines;
pub mod mail;
mod slots;

use std::{hash::Hash, net::IpAddr, sync::Arc, time::Duration};

use ipnet::IpNet;

pub use crate::domain::limits::{Limit, Limits, RouteLimits};
use crate::domain::{clock::Clock, network::network_of};
use limiter::Limiter;
use log_lines::LogLine;

/// The most bytes that the fourteen limiters hold together.
pub const MEMORY: usize = 14 * slots::BYTES;

/// The routes that are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Email address and password, wherever a password is checked.
    Login,
    SecondFactor,
    /// A challenge for a passkey, or the answer to one.
    Passkey,
    Register,
    /// Mails that users request.
    ForgotPassword,
    Reset,
    /// The strength of a password that is being typed.
    PasswordStrength,
}

impl Route {
    const COUNT: usize = Self::PasswordStrength as usize + 1;

    /// The name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SecondFactor => "second_factor",
            Self::Passkey => "passkey",
            Self::Register => "register",
            Self::ForgotPassword => "forgot_password",
            Self::Reset => "reset",
            Self::PasswordStrength => "password_strength",
        }
    }
}

struct RouteLimiter {
    ip: Option<Limiter>,
    email: Option<Limiter>,
    email_ip: Option<Limiter>,
}

pub struct Throttle {
    /// The line about a request for another host.
    pub other_host: LogLine,
    refusals: [LogLine; Route::COUNT],
    exempt: Vec<IpNet>,
    login: RouteLimiter,
    second_factor: RouteLimiter,
    passkey: RouteLimiter,
    register: RouteLimiter,
    forgot_password: RouteLimiter,
    reset: RouteLimiter,
    password_strength: RouteLimiter,
}

impl Throttle {
    /// Limiters without any counts, on this clock.
    pub fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let limiter = |limit: Limit| Limiter::new(limit, clock);
        let route = |limits: &RouteLimits| RouteLimiter {
            ip: limits.ip.map(limiter),
            email: limits.email.map(limiter),
            email_ip: limits.email_ip.map(limiter),
        };
        Self {
            other_host: LogLine::default(),
            refusals: Default::default(),
            exempt: limits.exempt.clone(),
            login: route(&limits.login),
            second_factor: route(&limits.second_factor),
            passkey: route(&limits.passkey),
            register: route(&limits.register),
            forgot_password: route(&limits.forgot_password),
            reset: route(&limits.reset),
            password_strength: route(&limits.password_strength),
        }
    }

    /// Counts an attempt before anything is verified. `email` is a canonical address, with or without an account. The
    /// error is the time to wait.
    pub fn count(&self, route: Route, ip: IpAddr, email: Option<&str>) -> Result<(), Duration> {
        let ip = ip.to_canonical();
        if self.exempt.iter().any(|network| network.contains(&ip)) {
            return Ok(());
        }
        let limiters = self.of(route);
        let network = network_of(ip);
        count(limiters.ip.as_ref(), &network)?;
        let Some(email) = email else { return Ok(()) };
        count(limiters.email_ip.as_ref(), &(email, network))?;
        count(limiters.email.as_ref(), &email)
    }

    /// The line about refusals of a route.
    pub fn line_of(&self, route: Route) -> &LogLine {
        &self.refusals[route as usize]
    }

    /// Counts an attempt by `key` instead of an email address; the client was counted before.
    pub fn count_key(&self, route: Route, ip: IpAddr, key: &str) -> Result<(), Duration> {
        let ip = ip.to_canonical();
        if self.exempt.iter().any(|network| network.contains(&ip)) {
            return Ok(());
        }
        count(self.of(route).email.as_ref(), &key)
    }

    fn of(&self, route: Route) -> &RouteLimiter {
        match route {
            Route::Login => &self.login,
            Route::SecondFactor => &self.second_factor,
            Route::Passkey => &self.passkey,
            Route::Register => &self.register,
            Route::ForgotPassword => &self.forgot_password,
            Route::Reset => &self.reset,
            Route::PasswordStrength => &self.password_strength,
        }
    }
}

fn count(limiter: Option<&Limiter>, key: &impl Hash) -> Result<(), Duration> {
    limiter.map_or(Ok(()), |limiter| limiter.count(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::from_millis;
    use chrono::{DateTime, Utc};
    use std::{
        num::NonZeroU32,
        sync::atomic::{AtomicI64, Ordering},
    };

    struct Hand(AtomicI64);
    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn throttle(clock: &Arc<Hand>) -> Throttle {
        let limit = |burst, seconds| Limit {
            burst: NonZeroU32::new(burst).unwrap(),
            per: Duration::from_secs(seconds),
        };
        let route = RouteLimits {
            ip: Some(limit(4, 60)),
            email: Some(limit(3, 60)),
            email_ip: Some(limit(2, 60)),
        };
        let limits = Limits {
            exempt: vec!["192.0.2.0/24".parse().unwrap()],
            login: route,
            second_factor: RouteLimits {
                ip: None,
                email: None,
                email_ip: None,
            },
            passkey: route,
            register: route,
            forgot_password: route,
            password_strength: route,
            reset: RouteLimits {
                email: None,
                email_ip: None,
                ..route
            },
        };
        let clock: Arc<dyn Clock> = Arc::<Hand>::clone(clock);
        Throttle::new(&limits, &clock)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_key_has_its_own_limit() {
        let throttle = throttle(&Arc::new(Hand(1_000_000.into())));
        let tried = |from, email| throttle.count(Route::Login, ip(from), email).is_ok();
        assert!(tried("10.0.0.1", Some("a")) && tried("10.0.0.1", Some("a")));
        assert!(!tried("10.0.0.1", Some("a")), "both together");
        assert!(tried("10.0.0.2", Some("a")));
        assert!(!tried("10.0.0.3", Some("a")), "the address from anywhere");
        assert!(tried("10.0.0.1", Some("b")));
        assert!(!tried("10.0.0.1", Some("c")), "the client for any address");
        assert!(
            throttle.count(Route::Reset, ip("10.0.0.1"), None).is_ok(),
            "another route"
        );
    }

    #[test]
    fn waiting_for_the_reported_time_is_enough() {
        let clock = Arc::new(Hand(1_000_000.into()));
        let throttle = throttle(&clock);
        let mut wait = Duration::ZERO;
        for _ in 0..5 {
            if let Err(reported) = throttle.count(Route::Reset, ip("10.0.0.1"), None) {
                wait = reported;
            }
        }
        assert_eq!(wait, Duration::from_secs(15));
        clock.0.fetch_add(15_000, Ordering::Relaxed);
        assert!(throttle.count(Route::Reset, ip("10.0.0.1"), None).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_delays_no_one() {
        let clock = Arc::new(Hand(1_000_000_000.into()));
        let throttle = throttle(&clock);
        let tried = || throttle.count(Route::Reset, ip("10.0.0.1"), None);
        clock.0.fetch_add(3_600_000, Ordering::Relaxed);
        while tried().is_ok() {}
        clock.0.fetch_sub(3_600_000, Ordering::Relaxed);
        assert!(tried().unwrap_err() <= Duration::from_secs(15));
        clock.0.fetch_add(15_000, Ordering::Relaxed);
        assert!(tried().is_ok());
    }

    #[test]
    fn exempt_networks_and_limits_that_are_off_count_nothing() {
        let throttle = throttle(&Arc::new(Hand(1_000_000.into())));
        let tried = |route, from, times| {
            (0..times).all(|_| throttle.count(route, ip(from), Some("a")).is_ok())
        };
        assert!(tried(Route::SecondFactor, "10.0.0.1", 100));
        assert!(tried(Route::Login, "192.0.2.7", 100));
        assert!(tried(Route::Login, "::ffff:192.0.2.7", 100));
        assert!(tried(Route::Login, "10.0.0.1", 2));
        assert!(!tried(Route::Login, "10.0.0.1", 1));
    }
}
