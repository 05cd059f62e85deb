//! Both gates with a frozen clock.

mod codec;
mod standing;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Claims, Extra, Purpose, TokenCodec, TokenPolicy};
use crate::domain::clock::from_millis;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW_MS: i64 = 1_800_000_000_123;

fn now() -> DateTime<Utc> {
    from_millis(NOW_MS)
}

fn policy() -> TokenPolicy {
    TokenPolicy {
        issuer: "https://auth.example.org".into(),
        audience: None,
        access_leeway: TimeDelta::seconds(60),
        access_lifetime: TimeDelta::minutes(30),
        refresh_lifetime: TimeDelta::days(7),
    }
}

fn codec() -> TokenCodec {
    TokenCodec::new(SECRET, &[], policy())
}

fn claims(purpose: Purpose) -> Claims {
    let bound = matches!(purpose, Purpose::Access | Purpose::Refresh);
    Claims {
        purpose,
        user_id: Uuid::from_u128(1),
        token_id: "abc".into(),
        issued_at: now(),
        expires_at: from_millis(1_800_000_300_000),
        rev: Some(3),
        session_id: bound.then(|| Uuid::from_u128(2)),
        extra: Extra {
            generation: (purpose == Purpose::Refresh).then_some(4),
            email: None,
        },
    }
}
