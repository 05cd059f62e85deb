//! The outcome of `vestibule audit verify` as text and as JSON.

use chrono::SecondsFormat;
use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::{Value, json};

use crate::flows::audit::verify::{Finding, Noted, Report};

/// The verdict on a log: a word, and the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing was found.
    Ok,
    /// A row or a seal differs from what was sealed.
    Found,
    /// Nothing was found, but events have waited too long for their seal. Until they are sealed, changing
    /// or deleting them would not be noticed.
    Unsealed,
}

impl Status {
    pub(super) fn of(report: &Report) -> Self {
        match (report.findings, report.overdue) {
            (0, false) => Self::Ok,
            (0, true) => Self::Unsealed,
            _ => Self::Found,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Found => "found",
            Self::Unsealed => "unsealed",
        }
    }

    /// 2 is for a log that could not be read.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Found => 1,
            Self::Unsealed => 3,
        }
    }
}

/// One line for a finding.
pub(super) fn finding(finding: &Finding, json: bool) -> String {
    if json {
        return format!("{}\n", as_json(finding));
    }
    match finding {
        Finding::EventChanged { seq, seal } => {
            format!("event {seq} was changed after seal {seal}\n")
        }
        Finding::EventRemoved { seq, seal } => {
            format!("event {seq} was removed after seal {seal}\n")
        }
        Finding::EventInserted { seq } => {
            format!("event {seq} was inserted: no seal knows it\n")
        }
        Finding::SealChanged { seal } => {
            format!("seal {seal} was changed, or made without the key\n")
        }
        Finding::ListChanged { seal } => {
            format!("seal {seal} has another list of events than it was made over\n")
        }
        Finding::SealsRemoved { from, through } => {
            format!("seals {from} to {through} were removed\n")
        }
        Finding::SealUnlinked { seal } => {
            format!("seal {seal} does not follow from the one before it\n")
        }
        Finding::KeyMissing {
            from,
            through,
            key_id,
        } => format!(
            "seals {from} to {through} cannot be checked: SEALING_KEYS has no key {}\n",
            key_id.escape_debug()
        ),
        Finding::NotAsExpected { seal } => {
            format!("seal {seal} is not the expected one, or is gone with the end of the log\n")
        }
    }
}

fn as_json(finding: &Finding) -> Value {
    match finding {
        Finding::EventChanged { seq, seal } => {
            json!({ "finding": "event_changed", "seq": seq, "seal": seal })
        }
        Finding::EventRemoved { seq, seal } => {
            json!({ "finding": "event_removed", "seq": seq, "seal": seal })
        }
        Finding::EventInserted { seq } => json!({ "finding": "event_inserted", "seq": seq }),
        Finding::SealChanged { seal } => json!({ "finding": "seal_changed", "seal": seal }),
        Finding::ListChanged { seal } => json!({ "finding": "list_changed", "seal": seal }),
        Finding::SealsRemoved { from, through } => {
            json!({ "finding": "seals_removed", "from": from, "through": through })
        }
        Finding::SealUnlinked { seal } => json!({ "finding": "seal_unlinked", "seal": seal }),
        Finding::KeyMissing {
            from,
            through,
            key_id,
        } => json!({
            "finding": "key_missing", "from": from, "through": through, "key_id": key_id,
        }),
        Finding::NotAsExpected { seal } => json!({ "finding": "not_as_expected", "seal": seal }),
    }
}

/// The summary: the number of events, those without a seal, the findings, and the seal to note down.
pub(super) fn sum(report: &Report, json: bool, printed: u64) -> String {
    let since = report
        .waiting_since
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let head = report.head.as_ref().map(note);
    if json {
        let sum = json!({
            "status": Status::of(report).word(),
            "seals": report.seals,
            "events": report.events,
            "purged_through": report.purged_through,
            "waiting": report.waiting,
            "waiting_since": since,
            "overdue": report.overdue,
            "head": head,
            "findings": report.findings,
        });
        return format!("{}\n", json!({ "summary": sum }));
    }
    let Report {
        seals,
        events,
        purged_through,
        waiting,
        findings,
        ..
    } = report;
    let lines = [
        (*findings > printed).then(|| format!("and {} more", findings - printed)),
        Some(format!(
            "{events} events are as they were sealed, under {seals} seals."
        )),
        (*purged_through > 0)
            .then(|| format!("The events up to seal {purged_through} were purged.")),
        since.map(|since| format!("{waiting} events wait to be sealed, the oldest since {since}.")),
        report.overdue.then(|| {
            "Unsealed: that is too long. Until they are sealed, events can be changed or deleted unnoticed. Check that a node is running; docs/audit.md says what can delay sealing."
                .to_owned()
        }),
        head.map(|head| format!("The last seal is {head}.")),
        Some(match findings {
            0 => "Nothing was found.".to_owned(),
            count => format!("Findings: {count}."),
        }),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    lines.join("\n") + "\n"
}

fn note(noted: &Noted) -> String {
    let link = HEXLOWER_PERMISSIVE.encode(&noted.link);
    format!("{}:{link}", noted.seal)
}

/// Parses such a note.
pub(super) fn noted(text: &str) -> Result<Noted, String> {
    let read = || {
        let (seal, link) = text.trim().split_once(':')?;
        let link = HEXLOWER_PERMISSIVE.decode(link.as_bytes()).ok()?;
        Some(Noted {
            seal: seal.parse().ok()?,
            link: link.try_into().ok()?,
        })
    };
    read().ok_or_else(|| "write it as `vestibule audit verify` printed it, number:hash".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noted_seal_is_parsed_again() {
        let one = Noted {
            seal: 12,
            link: [0xab; 32],
        };
        assert_eq!(noted(&note(&one)), Ok(one));
        assert_eq!(noted(&note(&one).to_uppercase()), Ok(one));
        for bad in ["", "12", "12:ab", "x:00", &note(&one)[..60]] {
            assert!(noted(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn overdue_events_have_their_own_status() {
        let report = |findings, overdue| Report {
            overdue,
            findings,
            ..Report::default()
        };
        for (report, word, code) in [
            (report(0, false), "ok", 0),
            (report(2, false), "found", 1),
            (report(2, true), "found", 1),
            (report(0, true), "unsealed", 3),
        ] {
            assert_eq!(Status::of(&report).exit_code(), code);
            let json: Value = serde_json::from_str(&sum(&report, true, 0)).unwrap();
            assert_eq!(json["summary"]["status"], word);
            let said = sum(&report, false, 0).contains("Unsealed: that is too long.");
            assert_eq!(said, report.overdue);
        }
    }

    #[test]
    fn the_summary_has_the_waiting_events_and_the_last_seal() {
        let report = Report {
            seals: 2,
            events: 7,
            waiting: 1,
            waiting_since: chrono::DateTime::from_timestamp(0, 0),
            head: Some(Noted {
                seal: 2,
                link: [0; 32],
            }),
            findings: 3,
            ..Report::default()
        };
        let expected = format!(
            "and 1 more\n7 events are as they were sealed, under 2 seals.\n1 events wait to be \
             sealed, the oldest since 1970-01-01T00:00:00.000Z.\nThe last seal is 2:{}.\nFindings: 3.\n",
            "0".repeat(64)
        );
        assert_eq!(sum(&report, false, 2), expected);
        let json: Value = serde_json::from_str(&sum(&report, true, 2)).unwrap();
        assert_eq!(json["summary"]["findings"], 3);
    }
}
