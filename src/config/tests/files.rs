//! Values in separate files, named by `NAME_FILE`.

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
