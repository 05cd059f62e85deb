//! A summary of the service, for admins.

use chrono::{DateTime, Utc};

use crate::{
    db::{self, Connection, admin::dashboard as counts},
    domain::{
        audit::Event,
        dashboard::{Figure, Span, days, hours},
    },
    flows::{Result, Services, audit::waiting},
};

#[derive(Debug, Clone)]
pub struct Dashboard {
    pub users: Figure,
    /// Accounts with a second factor.
    pub second_factors: Figure,
    pub sessions: Figure,
    /// Mails that are waiting to be sent.
    pub mails_waiting: Figure,
    /// Mails that failed within 30 days.
    pub mails_given_up: Figure,
    /// Counters of failed attempts that are paused.
    pub paused: Figure,
    /// Counters of failed attempts that refuse unknown browsers.
    pub blocked: Figure,
    /// Audit events that wait to be sealed.
    pub audit_waiting: Figure,
    /// Since when the oldest of them has waited, if that is too long.
    pub audit_overdue_since: Option<DateTime<Utc>>,
    /// The last 24 hours, each hour separately.
    pub day: Vec<SignIns>,
    /// The last 30 days, each day separately.
    pub month: Vec<SignIns>,
    /// Whether every migration of this version has run.
    pub migrations_current: bool,
    /// The latest migration that ran.
    pub last_migration: Option<String>,
    /// The version of this process.
    pub version: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIns {
    pub span: Span,
    pub succeeded: Figure,
    /// Wrong passwords and wrong codes.
    pub failed: Figure,
}

/// Counts. Nothing is cached: each count reads a limited amount.
pub async fn look(s: &Services) -> Result<Dashboard> {
    let conn = s.db.connection().await?;
    let now = s.now();
    let waiting = waiting::waiting(s, &conn).await?;
    Ok(Dashboard {
        audit_waiting: Figure::bounded(
            waiting.map_or(0, |(waiting, _)| waiting.events),
            db::audit::waiting::BOUND,
        ),
        audit_overdue_since: waiting
            .filter(|(_, overdue)| *overdue)
            .map(|(waiting, _)| waiting.since),
        users: counts::users(&conn, now).await?,
        second_factors: counts::second_factors(&conn, now).await?,
        sessions: counts::sessions(&conn, now).await?,
        mails_waiting: counts::mails_waiting(&conn, now).await?,
        mails_given_up: counts::mails_given_up(&conn, now).await?,
        paused: counts::paused(&conn, now).await?,
        blocked: counts::blocked(&conn, now).await?,
        day: sign_ins(&conn, &hours(now)).await?,
        month: sign_ins(&conn, &days(now)).await?,
        migrations_current: db::migrate::readiness(&conn).await?.is_current,
        last_migration: counts::last_migration(&conn).await?,
        version: env!("CARGO_PKG_VERSION"),
    })
}

async fn sign_ins(conn: &Connection, spans: &[Span]) -> Result<Vec<SignIns>> {
    let succeeded = counts::events(conn, Event::SignedIn { methods: &[] }.name(), spans).await?;
    let passwords = counts::events(conn, Event::SignInFailed.name(), spans).await?;
    let code_failed = Event::SecondFactorFailed { reason: "" };
    let codes = counts::events(conn, code_failed.name(), spans).await?;
    let failed = passwords.into_iter().zip(codes).map(|(a, b)| a.and(b));
    let counted = succeeded.into_iter().zip(failed);
    let all = spans.iter().zip(counted);
    Ok(all
        .map(|(span, (succeeded, failed))| SignIns {
            span: *span,
            succeeded,
            failed,
        })
        .collect())
}
