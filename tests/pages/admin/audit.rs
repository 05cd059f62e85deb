//! The audit log.

use vestibule::internals::web::{
    pages::{AuditLine, AuditPage, AuditQuery, Party},
    view::FieldErrors,
};

use super::{ID, admin, chip};
use crate::sample::{EMAIL, HOSTILE, Rendered, fine, html, seconds_ago, wrong};

fn audit_line(seq: i64, what: &str, actor: Party, subject: Party) -> AuditLine {
    AuditLine {
        seq,
        at: seconds_ago(90 * (40 - seq)),
        what: what.to_owned(),
        level: None,
        is_own: actor == subject,
        actor,
        subject,
        agent: "Firefox on Linux".to_owned(),
        address: "2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned(),
        session: ID.to_owned(),
        reason: String::new(),
        detail: String::new(),
    }
}

fn audit(events: Vec<AuditLine>, query: AuditQuery, errors: FieldErrors) -> String {
    html(&AuditPage {
        shell: admin(),
        older: if events.is_empty() {
            String::new()
        } else {
            "/admin/audit?cursor=7".to_owned()
        },
        query,
        events,
        errors,
    })
}

pub(super) fn pages() -> Vec<Rendered> {
    let account = |name: &str| Party {
        name: name.to_owned(),
        href: format!("/admin/users/{ID}"),
        id: ID.to_owned(),
    };
    let nobody = |name: &str| Party {
        name: name.to_owned(),
        href: String::new(),
        id: String::new(),
    };
    let events = vec![
        AuditLine {
            level: Some(chip("Notice", "accent")),
            reason: HOSTILE.to_owned(),
            ..audit_line(9, "User disabled", account(EMAIL), account(HOSTILE))
        },
        AuditLine {
            level: Some(chip("Warning", "warn")),
            session: String::new(),
            ..audit_line(
                8,
                "Sign in failed",
                nobody("not signed in"),
                nobody("an address without account"),
            )
        },
        AuditLine {
            detail: "methods: pwd otp mfa".to_owned(),
            ..audit_line(7, "Signed in", account(EMAIL), account(EMAIL))
        },
    ];
    let of = |event: &str, cursor: &str| AuditQuery {
        actor: HOSTILE.to_owned(),
        event: event.to_owned(),
        from: "2026-03-01".to_owned(),
        cursor: cursor.to_owned(),
        ..AuditQuery::default()
    };
    let mut errors = wrong("actor", "Enter a complete address, or the id of a user.");
    errors.add("to", "Write it as 2026-03-01 or 2026-03-01T12:00, in UTC.");
    vec![
        ("admin-audit", audit(events, of("signed_in", "9"), fine())),
        (
            "admin-audit-none",
            audit(Vec::new(), AuditQuery::default(), fine()),
        ),
        (
            "admin-audit-no-match",
            audit(Vec::new(), of("signed_in", ""), fine()),
        ),
        (
            "admin-audit-past-the-end",
            audit(Vec::new(), of("", "1"), fine()),
        ),
        ("admin-audit-wrong", audit(Vec::new(), of("", ""), errors)),
    ]
}
