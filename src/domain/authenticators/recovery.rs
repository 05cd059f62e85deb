//! The recovery of an account whose owner has lost the second factor. The password starts it, and after a delay
//! the mailbox completes it (NIST SP 800-63B-4, 4.2).
//!
//! ```text
//!   none ──password──> waiting ──half──> reminded ──delay over──> link mailed ──used──> factors removed
//!    ^                    │                  │                       │
//!    └────────────────────┴──────────────────┴───────────────────────┘
//!      cancelled, a sign-in with the factor, a rise of `rev`, or 24 h after the link
//! ```

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long the mailed link works.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// The longest delay that a setting allows: as long as the links in the mails about it work.
pub const LONGEST_DELAY: TimeDelta = TimeDelta::days(14);

/// A recovery that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    pub user_id: Uuid,
    /// The `rev` at the start.
    pub rev: i64,
    pub started_at: DateTime<Utc>,
    /// When the delay is over.
    pub ends_at: DateTime<Utc>,
    /// The client that started it.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the mailed link expires; `None` before it is mailed.
    pub link_expires_at: Option<DateTime<Utc>>,
}

/// What a recovery is due for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Nothing,
    Reminder,
    Link,
    /// The link has expired.
    End,
}

impl Recovery {
    /// Half the delay.
    pub fn halfway_at(&self) -> DateTime<Utc> {
        self.started_at + (self.ends_at - self.started_at) / 2
    }

    /// What it is due for. A reminder that is late is never skipped.
    pub fn due(&self, now: DateTime<Utc>) -> Due {
        match self.link_expires_at {
            Some(at) if at <= now => Due::End,
            None if self.reminded_at.is_none() && self.halfway_at() <= now => Due::Reminder,
            None if self.reminded_at.is_some() && self.ends_at <= now => Due::Link,
            _ => Due::Nothing,
        }
    }

    /// When the delay ends if the reminder is written now: half of it comes afterwards.
    pub fn end_if_reminded(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.ends_at.max(now + (self.ends_at - self.started_at) / 2)
    }

    /// Whether the link may be mailed at the end of the delay. The owner must have been told of the start, at least half
    /// of the delay before; `told_at` is when that mail was sent. `delay` is that of the settings, which may have changed.
    pub fn after(
        &self,
        told_at: Option<DateTime<Utc>>,
        delay: TimeDelta,
        now: DateTime<Utc>,
    ) -> DelayOver {
        let earliest = told_at.unwrap_or(now) + delay.min(self.ends_at - self.started_at) / 2;
        if told_at.is_none() && self.started_at + LONGEST_DELAY * 2 <= now {
            DelayOver::Never
        } else if told_at.is_some() && earliest <= now {
            DelayOver::Yes
        } else {
            DelayOver::NotBefore(earliest)
        }
    }
}

/// Whether a delay is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelayOver {
    Yes,
    /// It lasts until then.
    NotBefore(DateTime<Utc>),
    /// The owner could not be told in two weeks after the longest delay: the address gets no mail.
    Never,
}

/// Why a recovery ended before it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// Its owner cancelled it.
    Owner,
    /// A sign-in with the second factor.
    SignIn,
    /// Password, address or second factor changed, or every session was ended.
    Change,
    /// The link was not used in time.
    Expiry,
}

impl EndedBy {
    /// The name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::SignIn => "sign_in",
            Self::Change => "change",
            Self::Expiry => "expiry",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// A recovery of 72 hours, just started.
    fn waiting() -> Recovery {
        Recovery {
            user_id: Uuid::nil(),
            rev: 0,
            started_at: START,
            ends_at: START + TimeDelta::hours(72),
            ip: None,
            user_agent: None,
            reminded_at: None,
            link_expires_at: None,
        }
    }

    #[test]
    fn each_deadline_is_met_to_the_millisecond() {
        let (start, hour, waiting) = (START, TimeDelta::hours(1), waiting());
        let reminded = Recovery {
            reminded_at: Some(start + hour * 36),
            ..waiting.clone()
        };
        let mailed = Recovery {
            link_expires_at: Some(start + hour * 96),
            ..reminded.clone()
        };
        for (recovery, hours, before, then) in [
            (&waiting, 36, Due::Nothing, Due::Reminder),
            (&waiting, 72, Due::Reminder, Due::Reminder),
            (&reminded, 36, Due::Nothing, Due::Nothing),
            (&reminded, 72, Due::Nothing, Due::Link),
            (&mailed, 96, Due::Nothing, Due::End),
        ] {
            let at = start + hour * hours;
            let moments = [at - TimeDelta::milliseconds(1), at];
            let found = moments.map(|now| recovery.due(now));
            assert_eq!(found, [before, then], "{hours} h");
        }
        // A late reminder leaves half of the delay, one in time all of it.
        let end = |hours: i32| waiting.end_if_reminded(start + hour * hours);
        assert_eq!([end(36), end(60)], [start + hour * 72, start + hour * 96]);
    }

    #[test]
    fn no_link_is_mailed_before_half_a_delay_after_the_owner_was_told() {
        let (start, hour) = (START, TimeDelta::hours(1));
        let recovery = Recovery {
            reminded_at: Some(start + hour * 36),
            ..waiting()
        };
        for (told, now, expected) in [
            (Some(0), 72, DelayOver::Yes),
            (Some(36), 72, DelayOver::Yes),
            (Some(37), 72, DelayOver::NotBefore(start + hour * 73)),
            (None, 72, DelayOver::NotBefore(start + hour * 108)),
            (None, 28 * 24, DelayOver::Never),
        ] {
            let told_at = told.map(|hours: i32| start + hour * hours);
            let found = recovery.after(told_at, hour * 72, start + hour * now);
            assert_eq!(found, expected, "{told:?} {now}");
        }
    }
}
