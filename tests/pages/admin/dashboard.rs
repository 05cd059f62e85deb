//! The dashboard.

use vestibule::internals::{
    domain::dashboard::{Figure, Precision, Span, days, hours},
    flows::admin::dashboard::{Dashboard, SignIns},
    web::pages::DashboardPage,
};

use super::admin;
use crate::sample::{Rendered, html, seconds_ago};

fn figure(count: i64, precision: Precision) -> Figure {
    Figure { count, precision }
}

fn sign_ins(spans: &[Span], most: i64) -> Vec<SignIns> {
    let one = |(n, span): (i64, &Span)| SignIns {
        span: *span,
        succeeded: figure(most * (n * 7 % 11) / 10, Precision::Exact),
        failed: figure(most * (n * 5 % 9) / 40, Precision::Exact),
    };
    (0..).zip(spans).map(one).collect()
}

fn dashboard(most: i64, precision: Precision, migrations_current: bool) -> String {
    let now = seconds_ago(0);
    html(&DashboardPage::of(
        admin(),
        Dashboard {
            users: figure(most * 50, precision),
            second_factors: figure(most * 20, precision),
            sessions: figure(most * 30, precision),
            mails_waiting: figure(2, Precision::Exact),
            mails_given_up: figure(0, Precision::Exact),
            paused: figure(20_000, Precision::AtLeast),
            blocked: figure(1, Precision::Exact),
            audit_waiting: figure(if migrations_current { 0 } else { 7 }, Precision::Exact),
            audit_overdue_since: (!migrations_current).then(|| seconds_ago(95)),
            day: sign_ins(&hours(now), most),
            month: sign_ins(&days(now), most * 24),
            migrations_current,
            last_migration: Some("20261122000013".to_owned()),
            version: "0.1.0",
        },
    ))
}

pub(super) fn pages() -> Vec<Rendered> {
    vec![
        ("admin-dashboard", dashboard(820, Precision::Estimate, true)),
        ("admin-dashboard-new", dashboard(0, Precision::Exact, false)),
    ]
}
