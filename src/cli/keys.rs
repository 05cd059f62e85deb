//! `vestibule keys rotate`: seals all stored secrets again, with the first key of `SEALING_KEYS`.

use std::{fmt::Write as _, io::Write as _, process::ExitCode};

use clap::Subcommand;

use super::setup::{Database, Failure};
use crate::{
    app::{App, System},
    config::Config,
    flows::upkeep::rotate_keys::{self, ColumnReport, KeyUse, Report},
};

/// The commands below `vestibule keys`.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Seal every secret at rest again, under the first key of `SEALING_KEYS`
    ///
    /// Put the new key first and keep the old one behind it: `SEALING_KEYS=k2:...,k1:...`. Nodes may
    /// keep serving, once all of them have both keys. It may be stopped at any moment and run
    /// again. At the end it says which keys are still needed.
    ///
    /// Backup codes are kept as one-way values and stay with their key until they are used or
    /// replaced by their owners.
    ///
    /// Exit status: 0 where everything sealed is under the first key, 1 otherwise.
    Rotate,
}

pub(super) async fn rotate(config: Config) -> Result<ExitCode, Failure> {
    let database = Database::open(&config).await?;
    let rotated = rotate_on(&config, &database).await;
    database.close().await?;
    let report = rotated?;
    std::io::stdout().write_all(output(&report).as_bytes())?;
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn rotate_on(config: &Config, database: &Database) -> Result<Report, Failure> {
    let app = App::wire(config, &database.options, System::default())?;
    Ok(rotate_keys::rotate(&app.services).await?)
}

fn output(report: &Report) -> String {
    let mut text = format!("The first key is {}.\n", report.key);
    for column in &report.columns {
        tell_column(&mut text, column);
    }
    for key in report.keys.iter().filter(|key| key.key_id != report.key) {
        tell_key(&mut text, key);
    }
    text
}

fn tell_column(text: &mut String, report: &ColumnReport) {
    let name = format!("{}.{}", report.column.table, report.column.column);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{name}: {} sealed again", report.resealed);
    for (row, why) in report.unopened.iter().take(20) {
        let _ = writeln!(text, "  {row} was left as it is: {why}");
    }
    if report.unopened.len() > 20 {
        let _ = writeln!(text, "  and {} more", report.unopened.len() - 20);
    }
}

fn tell_key(text: &mut String, key: &KeyUse) {
    let id = &key.key_id;
    let mut needs = Vec::new();
    if key.sealed > 0 {
        needs.push(format!("{} sealed values", key.sealed));
    }
    if key.backup_codes > 0 {
        needs.push(format!("{} unused backup codes", key.backup_codes));
    }
    let needs = needs.join(" and ");
    let _ = match (needs.is_empty(), key.in_ring) {
        (true, _) => writeln!(
            text,
            "Key {id} is not needed any more: take it out of SEALING_KEYS."
        ),
        (false, true) => writeln!(text, "Key {id} is still needed, for {needs}."),
        (false, false) => writeln!(
            text,
            "Key {id} is not in SEALING_KEYS, and lost without it are {needs}."
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{db::upkeep::sealed::SealedColumn, domain::secrets::sealing::SealError};

    fn key(id: &str, in_ring: bool, sealed: i64, backup_codes: i64) -> KeyUse {
        KeyUse {
            key_id: id.to_owned(),
            in_ring,
            sealed,
            backup_codes,
        }
    }

    #[test]
    fn the_report_says_what_was_done_and_which_keys_are_not_needed() {
        let column = |at: usize, resealed, unopened| ColumnReport {
            column: SealedColumn::ALL[at],
            resealed,
            unopened,
        };
        let lost = SealError::UnknownKey("k0".to_owned());
        let report = Report {
            key: "k3".to_owned(),
            columns: vec![
                column(0, 7, vec![(uuid::Uuid::nil(), lost)]),
                column(1, 0, vec![]),
            ],
            keys: vec![
                key("k3", true, 9, 10),
                key("k2", true, 0, 4),
                key("k1", true, 0, 0),
                key("k0", false, 1, 0),
            ],
        };
        assert!(!report.is_complete());
        let expected = "\
The first key is k3.
totp_authenticators.secret: 7 sealed again
  00000000-0000-0000-0000-000000000000 was left as it is: no sealing key has the id \"k0\": SEALING_KEYS must keep every key that still seals something
mails.sealed: 0 sealed again
Key k2 is still needed, for 4 unused backup codes.
Key k1 is not needed any more: take it out of SEALING_KEYS.
Key k0 is not in SEALING_KEYS, and lost without it are 1 sealed values.
";
        assert_eq!(output(&report), expected);
    }
}
