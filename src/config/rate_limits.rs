//! The flood limits by route and key, and the parser of one limit.

use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

use super::faults::{Refusal, shown};
use super::reader::{Read, Reader};
use super::value::{Parsed, factor, list, network};

/// A burst and the time over which it is refilled evenly: `burst` cells, one more each `per / burst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many pass at once; scaled already.
    pub burst: NonZeroU32,
    /// The time in which an empty bucket fills up again.
    pub per: Duration,
}

/// The limits of one route, by what they count; `None` where one is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteLimits {
    /// By client address.
    pub ip: Option<Limit>,
    /// By email address, where the route knows one.
    pub email: Option<Limit>,
    /// By email address and client address together.
    pub email_ip: Option<Limit>,
}

/// All flood limits. `RATE_LIMIT_SCALE` has been applied to every burst.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLimits {
    /// Networks whose clients are never limited.
    pub exempt: Vec<IpNet>,
    /// What every limit was multiplied by; the account throttle scales its thresholds by it as well.
    pub scale: f64,
    /// Sign-ins.
    pub login: RouteLimits,
    /// Codes of the second factor.
    pub second_factor: RouteLimits,
    /// Registrations.
    pub register: RouteLimits,
    /// Requests for a reset mail or another verification mail.
    pub forgot_password: RouteLimits,
    /// Uses of a reset or verification link.
    pub reset: RouteLimits,
    /// Questions how strong a password is that is being typed.
    pub password_strength: RouteLimits,
}

/// Reads the scale and every limit.
pub(super) fn read(reader: &mut Reader<'_>) -> Read<RateLimits> {
    let exempt = exempt(reader);
    let scale = reader.value("RATE_LIMIT_SCALE", factor);
    let by = scale.unwrap_or(1.0);
    let mut limit = |name| {
        let limit = reader.value(name, parse);
        limit.map(|limit| limit.map(|limit| limit.scaled(by)))
    };
    let login = [
        limit("RATE_LIMIT_LOGIN_IP"),
        limit("RATE_LIMIT_LOGIN_EMAIL"),
        limit("RATE_LIMIT_LOGIN_EMAIL_IP"),
    ];
    let second_factor = [
        limit("RATE_LIMIT_SECOND_FACTOR_IP"),
        limit("RATE_LIMIT_SECOND_FACTOR_EMAIL"),
        Ok(None),
    ];
    let register = [
        limit("RATE_LIMIT_REGISTER_IP"),
        limit("RATE_LIMIT_REGISTER_EMAIL"),
        limit("RATE_LIMIT_REGISTER_EMAIL_IP"),
    ];
    let forgot_password = [
        limit("RATE_LIMIT_FORGOT_PASSWORD_IP"),
        limit("RATE_LIMIT_FORGOT_PASSWORD_EMAIL"),
        limit("RATE_LIMIT_FORGOT_PASSWORD_EMAIL_IP"),
    ];
    let reset = [limit("RATE_LIMIT_RESET_IP"), Ok(None), Ok(None)];
    let password_strength = [limit("RATE_LIMIT_PASSWORD_STRENGTH_IP"), Ok(None), Ok(None)];

    let route = |[ip, email, email_ip]: [Read<Option<Limit>>; 3]| {
        Ok(RouteLimits {
            ip: ip?,
            email: email?,
            email_ip: email_ip?,
        })
    };
    Ok(RateLimits {
        exempt: exempt?,
        scale: scale?,
        login: route(login)?,
        second_factor: route(second_factor)?,
        register: route(register)?,
        forgot_password: route(forgot_password)?,
        reset: route(reset)?,
        password_strength: route(password_strength)?,
    })
}

/// Who is never limited.
fn exempt(reader: &mut Reader<'_>) -> Read<Vec<IpNet>> {
    let networks = reader.optional("RATE_LIMIT_EXEMPT", |text| list(text, network))?;
    let networks = networks.unwrap_or_default();
    if networks.iter().any(|network| network.prefix_len() == 0) {
        reader.warn("RATE_LIMIT_EXEMPT names every address, so no client is limited.");
    }
    Ok(networks)
}

impl Limit {
    /// The same limit with its burst multiplied, and never below one.
    fn scaled(self, scale: f64) -> Self {
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

/// Reads `count/time`, such as `30/1m`, or `off`.
fn parse(value: &str) -> Parsed<Option<Limit>> {
    if value == "off" {
        return Ok(None);
    }
    let refusal = || {
        Refusal::new(
            format!("is not a limit: {}", shown(value)),
            "Use count/time with s, m or h, such as 30/1m: counts from 1 to 1000000, times up to 24h; or off.",
        )
    };
    let (count, time) = value.split_once('/').ok_or_else(refusal)?;
    let burst = count
        .trim()
        .parse::<NonZeroU32>()
        .ok()
        .filter(|burst| burst.get() <= 1_000_000);
    let per = duration(time.trim()).filter(|per| (1..=86_400).contains(&per.as_secs()));
    Ok(Some(Limit {
        burst: burst.ok_or_else(refusal)?,
        per: per.ok_or_else(refusal)?,
    }))
}

fn duration(text: &str) -> Option<Duration> {
    let unit = match text.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    Some(Duration::from_secs(count.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_limit_is_a_count_over_a_time() {
        let limit = parse("30/1m").unwrap().unwrap();
        assert_eq!((limit.burst.get(), limit.per), (30, Duration::from_mins(1)));
        let longest = parse("5/24h").unwrap().unwrap();
        assert_eq!(longest.per, Duration::from_hours(24));
        assert_eq!(parse("off").unwrap(), None);
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for bad in [
            "",
            "30",
            "30/",
            "/1m",
            "0/1m",
            "30/0s",
            "30/1d",
            "30/m",
            "-1/1m",
            "30/25h",
            "1000001/1m",
            "OFF",
            "off/1m",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("1/99999999999999999999h").is_err());
        assert!(parse("1/18446744073709551615h").is_err());
    }

    #[test]
    fn the_scale_multiplies_and_never_closes_a_route() {
        let limit = parse("10/1m").unwrap().unwrap();
        assert_eq!(limit.scaled(2.5).burst.get(), 25);
        assert_eq!(limit.scaled(0.001).burst.get(), 1);
        assert_eq!(limit.scaled(1e12).burst.get(), u32::MAX);
    }

    proptest! {
        #[test]
        fn every_written_limit_reads_back(burst in 1_u32..=1_000_000, seconds in 1_u64..=86_400) {
            let limit = parse(&format!("{burst}/{seconds}s")).unwrap().unwrap();
            prop_assert_eq!(limit.burst.get(), burst);
            prop_assert_eq!(limit.per, Duration::from_secs(seconds));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
