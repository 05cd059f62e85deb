//! `GET /api/admin/dashboard`.

use actix_web::{HttpResponse, web::to};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::dashboard::Figure,
    flows::admin::dashboard::{self, SignIns},
    web::{
        api::{call::Call, schemas, tag::Tag},
        error::WebResult,
        extract::AdminApi,
        guard::Guard,
        state::State,
    },
};

/// A count, and how exact it is: `estimate` is computed from a sample, `at_least` stopped at a bound.
#[derive(Serialize, ToSchema)]
#[schema(as = Figure)]
struct FigureAnswer {
    count: i64,
    #[schema(schema_with = schemas::precisions)]
    precision: &'static str,
}

impl From<Figure> for FigureAnswer {
    fn from(figure: Figure) -> Self {
        Self {
            count: figure.count,
            precision: figure.precision.as_str(),
        }
    }
}

/// Sign-ins from a time on, up to the next one.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIns)]
struct SignInsAnswer {
    #[schema(value_type = String, format = DateTime)]
    from: DateTime<Utc>,
    succeeded: FigureAnswer,
    /// Wrong passwords and codes.
    failed: FigureAnswer,
}

impl From<&SignIns> for SignInsAnswer {
    fn from(one: &SignIns) -> Self {
        Self {
            from: one.span.from,
            succeeded: one.succeeded.into(),
            failed: one.failed.into(),
        }
    }
}

/// The state of the service.
#[derive(Serialize, ToSchema)]
#[schema(as = Dashboard)]
struct Answer {
    users: FigureAnswer,
    active_sessions: FigureAnswer,
    two_factor_enabled: FigureAnswer,
    mails_waiting: FigureAnswer,
    /// In the last 30 days.
    mails_given_up: FigureAnswer,
    /// Addresses that have to wait after failed attempts.
    throttled_paused: FigureAnswer,
    /// Addresses that unknown browsers cannot sign in to until they are unlocked.
    throttled_blocked: FigureAnswer,
    /// Audit events that wait to be sealed.
    audit_waiting: FigureAnswer,
    /// Since when the oldest of them has waited, where that is longer than 10 s: until they are
    /// sealed, events can be changed unnoticed.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    audit_overdue_since: Option<DateTime<Utc>>,
    /// The last 24 hours, an hour each, the running one last.
    last_day: Vec<SignInsAnswer>,
    /// The last 30 days, a day each in UTC, today last.
    last_month: Vec<SignInsAnswer>,
    version: &'static str,
    migrations_current: bool,
    #[schema(required)]
    last_migration: Option<String>,
}

pub(super) fn call() -> Call {
    Call::get("/api/admin/dashboard", Guard::Admin, to(get))
        .about(Tag::Administration, "Shows how the service is doing.")
        .answers::<Answer>(200, "Figures.")
}

async fn get(state: State, _: AdminApi) -> WebResult {
    let seen = dashboard::look(&state.services).await?;
    Ok(HttpResponse::Ok().json(Answer {
        users: seen.users.into(),
        active_sessions: seen.sessions.into(),
        two_factor_enabled: seen.second_factors.into(),
        mails_waiting: seen.mails_waiting.into(),
        mails_given_up: seen.mails_given_up.into(),
        throttled_paused: seen.paused.into(),
        throttled_blocked: seen.blocked.into(),
        audit_waiting: seen.audit_waiting.into(),
        audit_overdue_since: seen.audit_overdue_since,
        last_day: seen.day.iter().map(SignInsAnswer::from).collect(),
        last_month: seen.month.iter().map(SignInsAnswer::from).collect(),
        version: seen.version,
        migrations_current: seen.migrations_current,
        last_migration: seen.last_migration,
    }))
}
