//! The dashboard: counts, and charts with a table for each.

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::dashboard::{Figure, Precision},
    flows::admin::dashboard::{self, Dashboard, SignIns},
    web::{
        error::WebResult,
        extract::{AdminUser, PageShell},
        pages::answer::page,
        state::State,
        view::Shell,
    },
};

/// `/admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/dashboard.html")]
pub struct DashboardPage {
    pub shell: Shell,
    /// Counts with their names, in the order of the page.
    pub facts: Vec<Fact>,
    /// Since when audit events have waited too long to be sealed; empty if none has.
    pub audit_overdue_since: String,
    /// Sign-ins of the last day and the last month.
    pub charts: Vec<Chart>,
    /// The version of this process.
    pub version: &'static str,
    /// The latest migration that ran; empty if unknown.
    pub last_migration: String,
    /// Whether every migration of this version has run.
    pub migrations_current: bool,
}

/// A count with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    pub name: &'static str,
    /// The count as text.
    pub text: String,
    /// A remark; may be empty.
    pub hint: &'static str,
}

#[derive(Clone, Debug)]
pub struct Chart {
    /// The id of the chart within the page.
    pub id: &'static str,
    pub title: &'static str,
    /// The unit of a column.
    pub unit: &'static str,
    /// A sentence with the totals, for readers who do not see the drawing.
    pub summary: String,
    /// The width of the drawing; its height is [`HEIGHT`].
    pub width: usize,
    /// The columns, the oldest first.
    pub columns: Vec<Column>,
    /// The value of the highest column.
    pub highest: String,
}

/// A column of a chart, and its row in the table.
#[derive(Clone, Debug)]
pub struct Column {
    pub label: String,
    /// The number of sign-ins as text.
    pub succeeded: String,
    /// The number of failures as text.
    pub failed: String,
    /// Where the bar of sign-ins begins.
    pub x: usize,
    /// Where the bar of failures begins.
    pub failed_x: usize,
    pub succeeded_height: i64,
    pub failed_height: i64,
}

/// The height of a drawing.
const HEIGHT: i64 = 100;
/// The width of one bar, of which a column has two.
const BAR: usize = 6;
/// The width of the gap after them.
const GAP: usize = 4;

/// A count as text: `1,234`, `about 1,234`, `20,000 or more`.
pub fn figure_text(figure: Figure) -> String {
    let digits = grouped(figure.count);
    match figure.precision {
        Precision::Exact => digits,
        Precision::Estimate => format!("about {digits}"),
        Precision::AtLeast => format!("{digits} or more"),
    }
}

fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Chart {
    /// Draws the sign-ins of a period; `format` names a column.
    pub fn of(
        (id, title, unit): (&'static str, &'static str, &'static str),
        format: &str,
        all: &[SignIns],
    ) -> Self {
        let most = all
            .iter()
            .map(|one| one.succeeded.count.max(one.failed.count));
        let highest = most.max().unwrap_or(0).max(1);
        let height = |figure: Figure| match figure.count {
            0 => 0,
            // A count above zero is always visible.
            count => (count * HEIGHT / highest).max(1),
        };
        let column = |(at, one): (usize, &SignIns)| Column {
            label: one.span.from.format(format).to_string(),
            succeeded: figure_text(one.succeeded),
            failed: figure_text(one.failed),
            x: at * (2 * BAR + GAP),
            failed_x: at * (2 * BAR + GAP) + BAR,
            succeeded_height: height(one.succeeded),
            failed_height: height(one.failed),
        };
        let none = Figure {
            count: 0,
            precision: Precision::Exact,
        };
        let succeeded = all.iter().fold(none, |sum, one| sum.and(one.succeeded));
        let failed = all.iter().fold(none, |sum, one| sum.and(one.failed));
        Self {
            id,
            title,
            unit,
            summary: format!(
                "{} sign-ins, {} failures.",
                figure_text(succeeded),
                figure_text(failed)
            ),
            width: all.len() * (2 * BAR + GAP),
            columns: all.iter().enumerate().map(column).collect(),
            highest: grouped(highest),
        }
    }
}

/// `GET /admin`
pub async fn get(AdminUser(_): AdminUser, state: State, shell: PageShell) -> WebResult {
    let dashboard = dashboard::look(&state.services).await?;
    page(StatusCode::OK, DashboardPage::of(shell.take(), dashboard))
}

impl DashboardPage {
    /// The page with these counts.
    pub fn of(shell: Shell, dashboard: Dashboard) -> Self {
        let fact = |name, figure, hint| Fact {
            name,
            text: figure_text(figure),
            hint,
        };
        let day = ("day", "Sign-ins of the last 24 hours", "Hour (UTC)");
        let month = ("month", "Sign-ins of the last 30 days", "Day (UTC)");
        Self {
            shell,
            facts: vec![
                fact(
                    "Users",
                    dashboard.users,
                    "Includes deleted accounts until they are erased.",
                ),
                fact("Active sessions", dashboard.sessions, ""),
                Fact {
                    name: "Two-step sign-in",
                    text: share(dashboard.second_factors, dashboard.users),
                    hint: "",
                },
                fact("Mails waiting", dashboard.mails_waiting, ""),
                fact(
                    "Mails given up",
                    dashboard.mails_given_up,
                    "In the last 30 days: a server refused them, all attempts failed, or their link expired first.",
                ),
                fact(
                    "Sign-ins slowed down",
                    dashboard.paused,
                    "Addresses that must wait after failed attempts.",
                ),
                fact(
                    "Sign-ins blocked",
                    dashboard.blocked,
                    "Addresses with which new browsers cannot sign in until they are unlocked.",
                ),
                fact(
                    "Audit events without a seal",
                    dashboard.audit_waiting,
                    "Sealing takes about a second.",
                ),
            ],
            audit_overdue_since: dashboard
                .audit_overdue_since
                .map_or_else(String::new, |since| {
                    since.format("%-d %B %Y, %H:%M:%S UTC").to_string()
                }),
            charts: vec![
                Chart::of(day, "%-d %B, %H:00", &dashboard.day),
                Chart::of(month, "%-d %B", &dashboard.month),
            ],
            version: dashboard.version,
            last_migration: dashboard.last_migration.unwrap_or_default(),
            migrations_current: dashboard.migrations_current,
        }
    }
}

/// A count as part of another, with a whole percentage.
fn share(some: Figure, all: Figure) -> String {
    let percent = (some.count * 100).checked_div(all.count).unwrap_or(0);
    format!("{} ({}%)", figure_text(some), percent.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_formatted_as_text() {
        let figure = |count, precision| Figure { count, precision };
        assert_eq!(figure_text(figure(0, Precision::Exact)), "0");
        assert_eq!(figure_text(figure(999, Precision::Exact)), "999");
        assert_eq!(
            figure_text(figure(1_234_567, Precision::Estimate)),
            "about 1,234,567"
        );
        assert_eq!(
            figure_text(figure(20_000, Precision::AtLeast)),
            "20,000 or more"
        );
        let (some, all) = (figure(1, Precision::Exact), figure(3, Precision::Exact));
        assert_eq!(share(some, all), "1 (33%)");
        assert_eq!(
            share(figure(0, Precision::Exact), figure(0, Precision::Exact)),
            "0 (0%)"
        );
    }
}
