//! The content of the tables: events without a seal, and second factors that contradict each other or cannot be used.

use std::time::Duration;

use tokio::time::sleep;

use super::report::Report;
use crate::{
    app::SystemClock,
    cli::setup::Failure,
    config::Config,
    db::{Connection, audit::waiting, upkeep::examine},
    domain::clock::Clock as _,
    flows::audit::waiting::LONGEST,
};

/// How long a node may take to seal events that were found unsealed. Events of a long transaction are
/// already old when they become visible.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// Checks a database whose migrations have run.
pub(super) async fn check(
    config: &Config,
    conn: &Connection,
    report: &mut Report,
) -> Result<(), Failure> {
    second_factors(&examine::second_factors(conn).await?, report);
    let stored = examine::stored_factors(conn).await?;
    let (phones, passkeys) = (config.sms.is_some(), config.relying_party.is_some());
    not_offered(&stored, phones, passkeys, report);
    audit_log(conn, report).await
}

async fn audit_log(conn: &Connection, report: &mut Report) -> Result<(), Failure> {
    let overdue = async || -> Result<Option<waiting::Waiting>, Failure> {
        let waiting = waiting::waiting(conn).await?;
        Ok(waiting.filter(|waiting| SystemClock.now() - waiting.since > LONGEST))
    };
    let Some(first) = overdue().await? else {
        report.ok("audit log", "sealed");
        return Ok(());
    };
    sleep(SECOND_LOOK).await;
    match overdue().await? {
        Some(still) if still.first_seq == first.first_seq => {
            let (events, since) = (still.events, still.since.format("%Y-%m-%dT%H:%M:%SZ"));
            let what = format!("{events} events wait to be sealed, the oldest since {since}");
            report.warn(
                "audit log",
                what,
                "Check that a node is running; if one is, docs/audit.md says what can delay sealing. Until then events can be changed or deleted unnoticed.",
            );
        }
        _ => report.ok("audit log", "sealed"),
    }
    Ok(())
}

fn second_factors(found: &examine::SecondFactors, report: &mut Report) {
    let examine::SecondFactors {
        lost,
        unnoted,
        first,
    } = found;
    let first = first.as_deref().unwrap_or_default();
    if *lost > 0 {
        let what = format!(
            "{lost} accounts are noted to have one, and none is stored ({first} is the first)"
        );
        let remedy = "Rows are missing, as after a restore that failed halfway: restore \
                      totp_authenticators, passkeys and phones from the backup, or run `vestibule user reset-two-factor` for each. \
                      None of these accounts can sign in until then.";
        report.fail("second factors", what, remedy);
    }
    if *unnoted > 0 {
        let what = format!(
            "{unnoted} accounts have one, and are noted to have none ({first} is the first)"
        );
        let remedy = "Restore `users` from the same backup, or, where the factors are right, UPDATE users \
                      SET two_factor = true for them. None of these accounts can sign in until then.";
        report.fail("second factors", what, remedy);
    }
    if *lost == 0 && *unnoted == 0 {
        report.ok("second factors", "are as noted");
    }
}

/// Stored second factors of a kind that this site does not offer (`phones`, `passkeys`).
fn not_offered(stored: &examine::StoredFactors, phones: bool, passkeys: bool, report: &mut Report) {
    let remedy = |before: &str| {
        format!(
            "{before}, or run `vestibule user reset-two-factor` for each user who asks. Until then they need a backup code, or an \
             authenticator app beside it."
        )
    };
    if !phones && stored.phones > 0 {
        let what = format!(
            "{} phones are stored, and no code is sent to them without SMS_GATEWAY_URL",
            stored.phones
        );
        report.warn("phones", what, &remedy("Set SMS_GATEWAY_URL"));
    }
    if !passkeys && stored.passkeys > 0 {
        let what = format!(
            "{} are stored, and none works while BASE_URL has an IP address",
            stored.passkeys
        );
        report.warn(
            "passkeys",
            what,
            &remedy("Set BASE_URL to the name for which they were made"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictory_factors_are_reported_in_both_directions() {
        let output = |lost, unnoted| {
            let mut report = Report::default();
            let first = Some("an-id".to_owned());
            let found = examine::SecondFactors {
                lost,
                unnoted,
                first,
            };
            second_factors(&found, &mut report);
            report.in_words()
        };
        assert!(output(0, 0).starts_with("ok"));
        assert!(output(1, 0).starts_with("fail  second factors: 1 accounts are noted"));
        assert!(output(0, 2).starts_with("fail  second factors: 2 accounts have one"));
        assert_eq!(output(3, 4).lines().count(), 2);
    }

    #[test]
    fn factors_that_the_site_does_not_offer_are_reported() {
        let output = |phones, passkeys| {
            let mut report = Report::default();
            let stored = examine::StoredFactors {
                phones: 2,
                passkeys: 3,
            };
            not_offered(&stored, phones, passkeys, &mut report);
            report.in_words()
        };
        assert_eq!(output(true, true), "");
        assert!(output(false, true).starts_with("warn  phones: 2 phones are stored"));
        assert!(output(true, false).starts_with("warn  passkeys: 3 are stored"));
    }
}
