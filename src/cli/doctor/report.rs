//! The findings: a verdict, its subject, and what to do.

use serde_json::json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

#[derive(Debug)]
struct Finding {
    verdict: Verdict,
    check: &'static str,
    what: String,
    remedy: Option<String>,
}

/// Everything that was found, in order.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    /// Adds a check that passed.
    pub(super) fn ok(&mut self, check: &'static str, what: impl Into<String>) {
        self.note(Verdict::Ok, check, what, None);
    }

    /// Adds something that works but should be changed.
    pub(super) fn warn(&mut self, check: &'static str, what: impl Into<String>, remedy: &str) {
        self.note(Verdict::Warn, check, what, Some(remedy.to_owned()));
    }

    /// Adds something that does not work, or that must be changed.
    pub(super) fn fail(&mut self, check: &'static str, what: impl Into<String>, remedy: &str) {
        self.note(Verdict::Fail, check, what, Some(remedy.to_owned()));
    }

    fn note(
        &mut self,
        verdict: Verdict,
        check: &'static str,
        what: impl Into<String>,
        remedy: Option<String>,
    ) {
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.push(Finding {
            verdict,
            check,
            what: one_line(what.into()),
            remedy: remedy.map(one_line),
        });
    }

    /// The findings that are not good, in words.
    pub(super) fn faults(&self) -> impl Iterator<Item = String> {
        let faults = self
            .0
            .iter()
            .filter(|finding| finding.verdict != Verdict::Ok);
        faults.map(|finding| format!("{}: {}", finding.check, finding.what))
    }

    /// Whether nothing failed.
    pub(super) fn is_sound(&self) -> bool {
        self.count(Verdict::Fail) == 0
    }

    fn count(&self, verdict: Verdict) -> usize {
        let of_it = |finding: &&Finding| finding.verdict == verdict;
        self.0.iter().filter(of_it).count()
    }

    /// One line for each finding.
    pub(super) fn in_words(&self) -> String {
        let line = |finding: &Finding| {
            let Finding {
                verdict,
                check,
                what,
                remedy,
            } = finding;
            let remedy = remedy.as_ref();
            let remedy = remedy.map_or_else(String::new, |remedy| format!("  -> {remedy}"));
            format!("{:4}  {check}: {what}{remedy}\n", verdict.word())
        };
        self.0.iter().map(line).collect()
    }

    /// One JSON object, with the totals.
    pub(super) fn in_json(&self) -> String {
        let check = |finding: &Finding| {
            json!({
                "verdict": finding.verdict.word(),
                "check": finding.check,
                "what": finding.what,
                "remedy": finding.remedy,
            })
        };
        let all = json!({
            "ok": self.count(Verdict::Ok),
            "warn": self.count(Verdict::Warn),
            "fail": self.count(Verdict::Fail),
            "checks": self.0.iter().map(check).collect::<Vec<_>>(),
        });
        format!("{all}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_line() {
        let mut report = Report::default();
        report.ok("clock", "in step");
        report.warn("mail", "is\nprinted", "Set SMTP_HOST.");
        assert!(report.is_sound());
        report.fail("database", "gone", "Start it.");
        assert!(!report.is_sound());
        let expected = "ok    clock: in step\nwarn  mail: is printed  -> Set SMTP_HOST.\n\
            fail  database: gone  -> Start it.\n";
        assert_eq!(report.in_words(), expected);
    }
}
