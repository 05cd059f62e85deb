//! Searching the audit log: the events to choose from, times as people write them, and the cursor of
//! a page.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use thiserror::Error;

/// Every event by name, in groups that a person looks through. A test compares them with the enum.
pub const EVENTS: [(&str, &[&str]); 6] = [
    (
        "Signing in and out",
        &[
            "signed_in",
            "sign_in_failed",
            "second_factor_required",
            "second_factor_failed",
            "backup_code_used",
            "sign_in_paused",
            "sign_in_blocked",
            "sign_in_unblocked",
            "reauthenticated",
            "reauthentication_failed",
            "signed_out",
            "signed_out_everywhere",
            "session_revoked",
            "other_sessions_revoked",
            "session_replaced",
            "session_limit_reached",
            "refresh_token_replayed",
            "refresh_token_repeated_elsewhere",
        ],
    ),
    (
        "Accounts",
        &[
            "registered",
            "imported",
            "registration_of_taken_address",
            "invitation_accepted",
            "verification_requested",
            "email_verified",
            "unverified_erased",
        ],
    ),
    (
        "Passwords",
        &[
            "password_changed",
            "password_reset_requested",
            "password_reset_awaits_code",
            "password_reset",
            "password_found_breached",
            "password_rehashed",
        ],
    ),
    (
        "Second factor",
        &[
            "totp_enabled",
            "totp_disabled",
            "backup_codes_replaced",
            "device_trusted",
            "trusted_device_revoked",
        ],
    ),
    (
        "Done by admins",
        &[
            "user_created",
            "user_invited",
            "user_invitation_resent",
            "user_invitation_revoked",
            "user_renamed",
            "user_disabled",
            "user_enabled",
            "user_role_changed",
            "user_password_change_required",
            "user_reset_sent",
            "user_verification_sent",
            "user_two_factor_reset",
            "user_session_revoked",
            "user_sessions_revoked",
            "user_deleted",
            "user_restored",
            "user_erased",
            "users_exported",
            "users_imported",
            "user_imports_unvouched",
            "users_import_undone",
            "audit_log_exported",
        ],
    ),
    (
        "The service",
        &[
            "service_started",
            "secrets_resealed",
            "audit_log_purged",
            "audit_log_cut",
        ],
    ),
];

/// What cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SearchError {
    /// Neither a date nor a moment.
    #[error("Write it as 2026-03-01 or 2026-03-01T12:00, in UTC.")]
    BadTime,
    /// No event of that name.
    #[error("Choose one of the events.")]
    UnknownEvent,
    /// Not a number of an event.
    #[error("This page of the log cannot be found again. Start from the newest one.")]
    BadCursor,
}

/// A moment: a day, which begins at midnight, or a time of it. What names no offset is UTC.
pub fn time(text: &str) -> Result<DateTime<Utc>, SearchError> {
    let text = text.trim();
    let rfc3339 = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    // As `<input type="datetime-local">` sends it, with seconds where they are not zero.
    let local = |format| NaiveDateTime::parse_from_str(text, format).map(|time| time.and_utc());
    let read = rfc3339
        .or_else(|_| local("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| local("%Y-%m-%dT%H:%M"))
        .or_else(|_| text.parse::<NaiveDate>().map(midnight));
    // What Postgres can compare with.
    read.ok()
        .filter(|time| (1970..=9999).contains(&time.year()))
        .ok_or(SearchError::BadTime)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// The name of an event that there is; blank is any.
pub fn event(name: &str) -> Result<Option<String>, SearchError> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let known = EVENTS.iter().any(|(_, names)| names.contains(&name));
    known
        .then(|| Some(name.to_owned()))
        .ok_or(SearchError::UnknownEvent)
}

/// The number of the event before a page; blank is the newest page.
pub fn cursor(text: &str) -> Result<Option<i64>, SearchError> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let seq = text.parse().ok().filter(|_| is_number);
    seq.map(Some).ok_or(SearchError::BadCursor)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn times_are_days_or_moments() {
        let read = |text: &str| time(text).map(|time| time.to_rfc3339());
        for (text, means) in [
            ("2026-03-01", "2026-03-01T00:00:00+00:00"),
            ("2026-03-01T12:00", "2026-03-01T12:00:00+00:00"),
            ("2026-03-01T12:00:30", "2026-03-01T12:00:30+00:00"),
            (" 2026-03-01T12:00:30.25 ", "2026-03-01T12:00:30.250+00:00"),
            ("2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00+00:00"),
        ] {
            assert_eq!(read(text).unwrap(), means);
        }
        for bad in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-03-01T25:00",
            "+262142-12-31",
            "0001-01-01",
            "1970-01-01T00:00:00+14:00",
        ] {
            assert_eq!(time(bad), Err(SearchError::BadTime), "{bad}");
        }
    }

    #[test]
    fn a_cursor_is_a_number() {
        assert_eq!(cursor(""), Ok(None));
        assert_eq!(cursor("42"), Ok(Some(42)));
        for bad in ["x", "-1", "+1", " 1", "1.0", "99999999999999999999"] {
            assert_eq!(cursor(bad), Err(SearchError::BadCursor), "{bad}");
        }
    }

    /// The names stand once in `Event::name`, and once here.
    #[test]
    fn every_event_can_be_chosen() {
        let source = include_str!("words.rs");
        let (_, names) = source.split_once("pub fn name(").unwrap();
        let (names, _) = names.split_once("pub fn level(").unwrap();
        let in_code: BTreeSet<&str> = names.split('"').skip(1).step_by(2).collect();
        let offered: Vec<&str> = EVENTS
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        assert!(in_code.len() > 50, "the names are read");
        assert_eq!(offered.len(), in_code.len(), "a name stands twice");
        assert_eq!(offered.into_iter().collect::<BTreeSet<_>>(), in_code);
        assert_eq!(event("signed_in"), Ok(Some("signed_in".to_owned())));
        assert_eq!(event(" "), Ok(None));
        assert_eq!(event("Signed_in"), Err(SearchError::UnknownEvent));
    }
}
