//! Values in separate files, named by `NAME_FILE`.

use std::collections::BTreeSet;

use super::setting::Row;
use super::settings::rows;
use super::*;

#[test]
fn every_setting_can_be_in_a_file() {
    let folder = Folder::new();
    let jwt = folder.write("jwt", &format!("{JWT}\n"));
    let length = folder.write("length", "20\r\n");
    let from = folder.write("from", "Site <a@example.org>\n\n");
    let mut source = source(&with_secrets(&[
        ("JWT_SECRET_KEY", ""),
        ("JWT_SECRET_KEY_FILE", jwt.to_str().unwrap()),
        ("PASSWORD_MIN_LENGTH_FILE", length.to_str().unwrap()),
        ("SMTP_FROM_FILE", ""),
    ]));
    let dotenv = format!(
        "PASSWORD_MIN_LENGTH=30\nSMTP_FROM_FILE={}\n",
        from.display()
    );
    source.dotenv = Some(folder.write(".env", &dotenv));
    let loaded = load(&source).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(*loaded.config.secrets.jwt, JWT.as_bytes());
    assert_eq!(
        loaded.config.policy.passwords.min_length, 20,
        "the environment comes first"
    );
    assert_eq!(loaded.config.smtp_from, "Site <a@example.org>");
    let unknown = |warning: &&String| warning.contains("is not a setting");
    assert_eq!(loaded.warnings.iter().find(unknown), None);
    assert!(loaded.config.changed.contains(&"PASSWORD_MIN_LENGTH"));
}

#[test]
fn every_setting_can_be_read_from_a_file() {
    for name in names() {
        let by_file = format!("{name}_FILE");
        let faults = load(&source(&with_secrets(&[
            (name, ""),
            (&by_file, "/nonexistent/value"),
        ])));
        let faults = faults.unwrap_err();
        let found = faults
            .faults()
            .iter()
            .find(|fault| fault.setting == by_file);
        let found = found.unwrap_or_else(|| panic!("{by_file}: {faults}"));
        assert!(
            found.problem.contains("/nonexistent/value"),
            "{name}: {}",
            found.problem
        );
    }
}

#[test]
fn a_value_and_a_file_at_once_are_refused() {
    let folder = Folder::new();
    let file = folder.write("value", "a secret of the file");
    let faults = load(&source(&with_secrets(&[(
        "JWT_SECRET_KEY_FILE",
        file.to_str().unwrap(),
    )])));
    let faults = faults.unwrap_err();
    assert_eq!(faults.settings(), ["JWT_SECRET_KEY"]);
    let found = faults.to_string();
    assert!(
        found.contains("JWT_SECRET_KEY_FILE") && !found.contains("a secret"),
        "{found}"
    );
}

#[test]
fn a_credential_of_systemd_comes_between_the_environment_and_the_settings_file() {
    let folder = Folder::new();
    let credentials = folder.write("JWT_SECRET_KEY", &format!("{JWT}\n"));
    folder.write("PASSWORD_MIN_LENGTH", "20\n");
    folder.write("SMTP_FROM", "Site <b@example.org>\n");
    folder.write("COOKIE_KEY", "\n");
    let mut source = source(&with_secrets(&[
        ("JWT_SECRET_KEY", ""),
        ("PASSWORD_MIN_LENGTH", "25"),
        (
            "CREDENTIALS_DIRECTORY",
            credentials.parent().unwrap().to_str().unwrap(),
        ),
    ]));
    let dotenv =
        "JWT_SECRET_KEY=another\nSMTP_FROM='Site <a@example.org>'\nSMTP_TIMEOUT_SECONDS=7\n";
    source.dotenv = Some(folder.write(".env", dotenv));
    let config = load(&source)
        .unwrap_or_else(|faults| panic!("{faults}"))
        .config;
    assert_eq!(*config.secrets.jwt, JWT.as_bytes());
    assert_eq!(config.policy.passwords.min_length, 25);
    assert_eq!(config.smtp_from, "Site <b@example.org>");
    assert!(config.changed.contains(&"SMTP_TIMEOUT_SECONDS"));

    folder.write("SMTP_FROM", "no mailbox");
    let faults = load(&source).unwrap_err();
    assert_eq!(faults.settings(), ["SMTP_FROM"]);
}

/// The unit hands over every setting that holds a secret, and nothing that is no setting.
#[test]
fn the_systemd_unit_has_a_credential_for_every_secret() {
    let unit = include_str!("../../../packaging/systemd/vestibule.service");
    let loaded: BTreeSet<&str> = unit
        .lines()
        .filter_map(|line| line.strip_prefix("LoadCredential="))
        .map(|credential| {
            let (name, file) = credential.split_once(':').unwrap();
            assert_eq!(file, format!("vestibule.{name}"));
            name
        })
        .collect();
    let secret = |row: &&'static Row| row.keeps_spaces;
    let mut secrets: BTreeSet<&str> = rows().filter(secret).map(|row| row.name).collect();
    secrets.extend(["DATABASE_URL", "JWT_PREVIOUS_SECRET_KEYS"]);
    assert_eq!(loaded, secrets);
}
