//! The memory that the flood limits take. A separate program, so that it measures nothing else.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use vestibule::internals::{
    domain::clock::{Clock, from_millis},
    throttle::{Limit, Limits, MEMORY, Route, RouteLimits, Throttle},
};

const KEYS: u32 = 5_000_000;
const MIB: usize = 1 << 20;
/// For threads, formatted keys, and the rounding of the allocator.
const BESIDE: usize = 4 * MIB;

/// A clock that stands still, so that no key ever expires.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        from_millis(1_000_000)
    }
}

fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

/// New clients, some of them with new addresses.
fn count(throttle: &Throttle, route: Route, keys: u32, with_email: bool) {
    for n in 0..keys {
        let ip = IpAddr::V6(Ipv6Addr::from_bits(u128::from(n) << 64));
        let email = with_email.then(|| n.to_string());
        throttle.count(route, ip, email.as_deref()).unwrap();
    }
}

#[test]
fn five_million_keys_stay_within_the_stated_memory() {
    assert_eq!(MEMORY, 56 * MIB, "docs/limits.md says so");
    let limit = Some(Limit {
        burst: NonZeroU32::new(60).unwrap(),
        per: Duration::from_hours(1),
    });
    let route = RouteLimits {
        ip: limit,
        email: limit,
        email_ip: limit,
    };
    let by_client = RouteLimits {
        email: None,
        email_ip: None,
        ..route
    };
    let limits = Limits {
        exempt: Vec::new(),
        login: route,
        second_factor: RouteLimits {
            email_ip: None,
            ..route
        },
        passkey: by_client,
        register: route,
        forgot_password: route,
        reset: by_client,
        password_strength: by_client,
    };
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let before = peak();
    let began = Instant::now();
    let throttle = Throttle::new(&limits, &clock);
    thread::scope(|scope| {
        scope.spawn(|| count(&throttle, Route::Reset, KEYS, false));
        scope.spawn(|| count(&throttle, Route::PasswordStrength, KEYS / 4, false));
        scope.spawn(|| count(&throttle, Route::Passkey, KEYS / 4, false));
        // Enough to fill the other tables as well.
        for route in [
            Route::Login,
            Route::SecondFactor,
            Route::Register,
            Route::ForgotPassword,
        ] {
            count(&throttle, route, 400_000, true);
        }
    });
    let took = peak() - before;
    println!("{} KiB in {:?}", took / 1024, began.elapsed());
    assert!(took <= MEMORY + BESIDE, "{took}");
    assert!(took >= MEMORY / 2, "the tables were never full: {took}");
}
