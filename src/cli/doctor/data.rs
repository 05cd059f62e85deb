//! The content of the tables: events without a seal, and second factors that contradict each other.

use std::time::Duration;

use tokio::time::sleep;

use super::report::Report;
use crate::{
    app::SystemClock,
    cli::setup::Failure,
    db::{Connection, audit::waiting, upkeep::examine},
    domain::clock::Clock as _,
    flows::audit::waiting::LONGEST,
};

/// How long a node may take to seal events that were found unsealed. Events of a long transaction are
/// already old when they become visible.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// Checks a database whose migrations have run.
pub(super) async fn check(conn: &Connection, report: &mut Report) -> Result<(), Failure> {
    second_factors(&examine::second_factors(conn).await?, report);
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
}
