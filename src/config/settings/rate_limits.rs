//! Flood limits, each with the reason for its default.

use std::{num::NonZeroU32, time::Duration};

use ipnet::IpNet;

use crate::{
    config::{
        faults::{Refusal, shown},
        reader::{Read, Reader},
        setting::{Optional, Setting, settings},
        value::{Parsed, factor, list, network},
    },
    domain::limits::{Limit, Limits, RouteLimits},
};

settings! {
    /// Each reads `count/time` (s, m or h): that many at once, refilled evenly over that time. 30/1m is
    /// a burst of 30 and then one every 2 s. A node counts for itself, by client address (IPv6 by
    /// /64), by the email address of the form, and by both together; past a limit it answers 429.
    /// `off` turns one off. docs/limits.md has all of them in a table, and what they cost.
    /// The address limits leave room for an office behind one address; the email limits stop guessing
    /// at one account from many machines; the limit by both is the tightest, since it cannot
    /// lock out other clients.
    "Rate limits";

    /// Multiplies every limit and threshold here: above 0, up to 1000000. Raise it for load tests
    /// and for large sites behind one address.
    RATE_LIMIT_SCALE: Setting<f64> = fixed("1", factor);

    /// Addresses or networks (CIDR), comma-separated, that none of these limits holds: a monitor that
    /// signs in, a load test. Judged by the client's address, behind TRUSTED_PROXIES by what they say.
    /// Clients that can send from there may guess as fast as they like. Never name your own proxies
    /// here. /healthz and /readyz are free anyway.
    RATE_LIMIT_EXEMPT: Optional<Vec<IpNet>> = unset(
        "192.0.2.10,2001:db8:0:1::/64",
        |text| list(text, network),
    );

    /// Sign-ins from one client address: an office that starts its day, yet no password spraying.
    RATE_LIMIT_LOGIN_IP: Setting<Option<Limit>> = fixed("60/1m", limit);

    /// Sign-ins to one email address from anywhere: several devices of one person.
    RATE_LIMIT_LOGIN_EMAIL: Setting<Option<Limit>> = fixed("20/5m", limit);

    /// Sign-ins to one email address from one client address: more typing errors than people make.
    RATE_LIMIT_LOGIN_EMAIL_IP: Setting<Option<Limit>> = fixed("10/5m", limit);

    /// Second-factor codes from one client address; follows sign-ins.
    RATE_LIMIT_SECOND_FACTOR_IP: Setting<Option<Limit>> = fixed("60/1m", limit);

    /// Second-factor codes for one account: three of a million codes are right at a time, so an
    /// attacker who has the password still needs months.
    RATE_LIMIT_SECOND_FACTOR_EMAIL: Setting<Option<Limit>> = fixed("10/5m", limit);

    /// Challenges for passkeys and answers to them, from one client address: opening the sign-in page
    /// takes one, signing in another. No answer can be guessed, so this only spares the database.
    RATE_LIMIT_PASSKEY_IP: Setting<Option<Limit>> = fixed("120/1m", limit);

    /// Registrations from one client address: a class that signs up together, yet no mass sign-up.
    RATE_LIMIT_REGISTER_IP: Setting<Option<Limit>> = fixed("30/10m", limit);

    /// Registrations of one email address, corrected forms included; each can mail its owner.
    RATE_LIMIT_REGISTER_EMAIL: Setting<Option<Limit>> = fixed("10/1h", limit);

    /// Registrations of one email address from one client address.
    RATE_LIMIT_REGISTER_EMAIL_IP: Setting<Option<Limit>> = fixed("6/15m", limit);

    /// Requests for a reset or verification mail from one client address.
    RATE_LIMIT_FORGOT_PASSWORD_IP: Setting<Option<Limit>> = fixed("30/10m", limit);

    /// Requests for such a mail to one email address, so that no mailbox is flooded.
    RATE_LIMIT_FORGOT_PASSWORD_EMAIL: Setting<Option<Limit>> = fixed("5/1h", limit);

    /// The same from one client address: the first mail, and more tries after a look at the spam.
    RATE_LIMIT_FORGOT_PASSWORD_EMAIL_IP: Setting<Option<Limit>> = fixed("4/15m", limit);

    /// Uses of a reset or verification link from one client address; its token cannot be guessed, so
    /// this only spares the database.
    RATE_LIMIT_RESET_IP: Setting<Option<Limit>> = fixed("30/10m", limit);

    /// Questions how strong a password is that is being typed, from one client address: one for each
    /// pause in typing of a few people. Most cost a millisecond, the worst some sixty.
    RATE_LIMIT_PASSWORD_STRENGTH_IP: Setting<Option<Limit>> = fixed("120/1m", limit);
}

/// Every limit, with the scale applied.
pub(in crate::config) fn limits(reader: &mut Reader<'_>) -> Read<Limits> {
    let exempt = exempt(reader);
    let scale = reader.value(&RATE_LIMIT_SCALE)?;
    let mut limit = |setting: &'static Setting<Option<Limit>>| {
        let limit = reader.value(setting)?;
        Ok(limit.map(|limit| limit.scaled(scale)))
    };
    Ok(Limits {
        exempt: exempt?,
        login: RouteLimits {
            ip: limit(&RATE_LIMIT_LOGIN_IP)?,
            email: limit(&RATE_LIMIT_LOGIN_EMAIL)?,
            email_ip: limit(&RATE_LIMIT_LOGIN_EMAIL_IP)?,
        },
        second_factor: RouteLimits {
            ip: limit(&RATE_LIMIT_SECOND_FACTOR_IP)?,
            email: limit(&RATE_LIMIT_SECOND_FACTOR_EMAIL)?,
            email_ip: None,
        },
        passkey: RouteLimits::by_client(limit(&RATE_LIMIT_PASSKEY_IP)?),
        register: RouteLimits {
            ip: limit(&RATE_LIMIT_REGISTER_IP)?,
            email: limit(&RATE_LIMIT_REGISTER_EMAIL)?,
            email_ip: limit(&RATE_LIMIT_REGISTER_EMAIL_IP)?,
        },
        forgot_password: RouteLimits {
            ip: limit(&RATE_LIMIT_FORGOT_PASSWORD_IP)?,
            email: limit(&RATE_LIMIT_FORGOT_PASSWORD_EMAIL)?,
            email_ip: limit(&RATE_LIMIT_FORGOT_PASSWORD_EMAIL_IP)?,
        },
        reset: RouteLimits::by_client(limit(&RATE_LIMIT_RESET_IP)?),
        password_strength: RouteLimits::by_client(limit(&RATE_LIMIT_PASSWORD_STRENGTH_IP)?),
    })
}

/// Networks whose clients are never limited.
fn exempt(reader: &mut Reader<'_>) -> Read<Vec<IpNet>> {
    let networks = reader.optional(&RATE_LIMIT_EXEMPT)?.unwrap_or_default();
    if networks.iter().any(|network| network.prefix_len() == 0) {
        reader.warn("RATE_LIMIT_EXEMPT names every address, so no client is limited.");
    }
    Ok(networks)
}

/// Reads `count/time`, such as `30/1m`, or `off`.
fn limit(value: &str) -> Parsed<Option<Limit>> {
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
        let minute = limit("30/1m").unwrap().unwrap();
        assert_eq!(
            (minute.burst.get(), minute.per),
            (30, Duration::from_mins(1))
        );
        let longest = limit("5/24h").unwrap().unwrap();
        assert_eq!(longest.per, Duration::from_hours(24));
        assert_eq!(limit("off").unwrap(), None);
    }

    #[test]
    fn an_invalid_limit_is_refused() {
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
            assert!(limit(bad).is_err(), "{bad}");
        }
        assert!(limit("1/99999999999999999999h").is_err());
        assert!(limit("1/18446744073709551615h").is_err());
    }

    proptest! {
        #[test]
        fn every_written_limit_reads_back(burst in 1_u32..=1_000_000, seconds in 1_u64..=86_400) {
            let read = limit(&format!("{burst}/{seconds}s")).unwrap().unwrap();
            prop_assert_eq!(read.burst.get(), burst);
            prop_assert_eq!(read.per, Duration::from_secs(seconds));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = limit(&text);
        }
    }
}
