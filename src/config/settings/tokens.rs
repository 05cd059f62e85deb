//! Tokens and sessions.

use chrono::TimeDelta;
use url::Url;

use crate::{
    config::{
        reader::{Read, Reader},
        setting::{Optional, Setting, settings},
        value::{audience, whole},
    },
    domain::{session::SessionPolicy, token::TokenPolicy},
};

settings! {
    "Tokens and sessions";

    /// The `aud` of every token, required back where set. Name the services that accept them.
    JWT_AUDIENCE: Optional<String> = unset("https://api.example.org", audience);

    /// Seconds for which an access token is still taken after its end, since nodes' clocks
    /// differ: 0 to 300.
    JWT_LEEWAY_SECONDS: Setting<TimeDelta> = fixed(
        "60",
        |text| whole(text, 0..=300).map(TimeDelta::seconds),
    );

    /// The life of an access token in minutes, 1 to 1440.
    ACCESS_TOKEN_EXPIRE_MINUTES: Setting<TimeDelta> = fixed(
        "30",
        |text| whole(text, 1..=1440).map(TimeDelta::minutes),
    );

    /// The life of a refresh token in days from each rotation, 1 to 365: how long a browser may
    /// stay away and still be signed in.
    REFRESH_TOKEN_EXPIRE_DAYS: Setting<TimeDelta> = fixed(
        "7",
        |text| whole(text, 1..=365).map(TimeDelta::days),
    );

    /// Seconds in which the refresh token just replaced is answered with its successor again, for
    /// two tabs or a lost answer: 0 to 300. Later it counts as stolen.
    REFRESH_GRACE_SECONDS: Setting<TimeDelta> = fixed(
        "30",
        |text| whole(text, 0..=300).map(TimeDelta::seconds),
    );

    /// The longest life of a session in days, however often it is refreshed: 1 to 365.
    SESSION_MAX_DAYS: Setting<TimeDelta> = fixed(
        "30",
        |text| whole(text, 1..=365).map(TimeDelta::days),
    );

    /// The most sessions of one user that live at once, 1 to 1000. At a sign-in past that, the
    /// session that was unused longest ends.
    SESSIONS_PER_USER: Setting<i64> = fixed("100", |text| whole(text, 1..=1000));
}

/// The rules of tokens; `base_url` is their issuer.
pub(in crate::config) fn tokens(
    reader: &mut Reader<'_>,
    base_url: Read<&Url>,
) -> Read<TokenPolicy> {
    Ok(TokenPolicy {
        issuer: base_url?.as_str().trim_end_matches('/').to_owned(),
        audience: reader.optional(&JWT_AUDIENCE)?,
        access_leeway: reader.value(&JWT_LEEWAY_SECONDS)?,
        access_lifetime: reader.value(&ACCESS_TOKEN_EXPIRE_MINUTES)?,
        refresh_lifetime: reader.value(&REFRESH_TOKEN_EXPIRE_DAYS)?,
    })
}

/// The rules of sessions. Sessions that end before their refresh tokens are unusual, and allowed.
pub(in crate::config) fn sessions(reader: &mut Reader<'_>) -> Read<SessionPolicy> {
    let max_lifetime = reader.value(&SESSION_MAX_DAYS)?;
    if reader.value(&REFRESH_TOKEN_EXPIRE_DAYS)? > max_lifetime {
        reader.warn(
            "REFRESH_TOKEN_EXPIRE_DAYS is longer than SESSION_MAX_DAYS, which ends sessions first.",
        );
    }
    Ok(SessionPolicy {
        max_lifetime,
        refresh_grace: reader.value(&REFRESH_GRACE_SECONDS)?,
        most_per_user: reader.value(&SESSIONS_PER_USER)?,
    })
}
