//! The verdicts on the rows of a file, a page at a time.

use serde::Deserialize;

use crate::{
    domain::text,
    flows::imports::{
        Report, Show,
        at_once::{Judged, Verdict},
    },
};

/// The verdicts on the rows of a file.
#[derive(Clone, Debug)]
pub struct ReportView {
    pub new: u64,
    /// Rows whose address has an account.
    pub exists: u64,
    /// Rows that are invalid.
    pub bad: u64,
    /// The kinds of rows, as links.
    pub kinds: Vec<Kind>,
    pub rows: Vec<RowLine>,
    /// The link to the previous page; empty on the first one.
    pub previous: String,
    /// The link to the next page; empty on the last one.
    pub next: String,
}

#[derive(Clone, Debug)]
pub struct Kind {
    pub href: String,
    pub text: String,
    pub here: bool,
}

/// A row of a file.
#[derive(Clone, Debug)]
pub struct RowLine {
    /// The line on which it begins.
    pub line: u64,
    /// The address as written in the file, on one line; empty if there is none.
    pub email: String,
    pub verdict: String,
}

impl RowLine {
    fn of(judged: Judged) -> Self {
        let verdict = match judged.verdict {
            Verdict::New => "An account will be created.".to_owned(),
            Verdict::Exists => "Already has an account, which does not change.".to_owned(),
            Verdict::Bad(why) => text::one_line(&why),
        };
        let email = text::one_line(&judged.email);
        Self {
            line: judged.line,
            // An address has at most 254 characters.
            email: email.chars().take(254).collect(),
            verdict,
        }
    }
}

impl ReportView {
    pub(super) fn of(path: &str, report: Report) -> Self {
        let summary = report.summary;
        let link = |show: Show, page: u64| format!("{path}?show={}&page={page}", word(show));
        let kind = |show, text: &str, count: u64| Kind {
            href: link(show, 1),
            text: format!("{text} ({count})"),
            here: report.show == show,
        };
        let at = |page| link(report.show, page);
        Self {
            new: summary.new,
            exists: summary.exists,
            bad: summary.bad,
            kinds: vec![
                kind(Show::Bad, "Cannot be used", summary.bad),
                kind(Show::New, "New", summary.new),
                kind(Show::Exists, "Already have an account", summary.exists),
            ],
            previous: match report.page {
                0 | 1 => String::new(),
                page => at(page - 1),
            },
            next: if report.more {
                at(report.page + 1)
            } else {
                String::new()
            },
            rows: report.rows.into_iter().map(RowLine::of).collect(),
        }
    }
}

fn word(show: Show) -> &'static str {
    match show {
        Show::Bad => "bad",
        Show::New => "new",
        Show::Exists => "exists",
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct RowsQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    pub(super) page: String,
}

impl RowsQuery {
    pub(super) fn show(&self) -> Option<Show> {
        [Show::Bad, Show::New, Show::Exists]
            .into_iter()
            .find(|show| word(*show) == self.show)
    }
}
