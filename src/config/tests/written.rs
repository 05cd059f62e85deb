//! The files that are written from the declarations.

use super::*;
use crate::{config::reader::Reader, domain::policy::EmailVerification};

#[test]
fn the_committed_example_is_the_generated_one() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example");
    let committed = fs::read_to_string(file).unwrap_or_default();
    if committed != env_example() {
        fs::write(file, env_example()).unwrap();
        panic!(".env.example differed from the settings and has been written again; commit it");
    }
}

#[test]
fn every_declared_setting_is_read() {
    let source = source(&with_secrets(&[("SMTP_HOST", "localhost")]));
    let mut reader = Reader::new(&source);
    let _ = assemble::config(&mut reader, &counting());
    let (_, _, asked) = reader.finish();
    let known: std::collections::BTreeSet<_> = names().collect();
    assert_eq!(asked, known);
}

#[test]
fn every_example_is_a_good_value() {
    let folder = Folder::new();
    let absent = [
        "DATABASE_CA_FILE",
        "SMTP_CA_FILE",
        "SITE_LOGO_FILE",
        "TLS_CERT_FILE",
        "TLS_KEY_FILE",
        "PG_BIN_DIR",
        "BASE_URL",
    ];
    let uncommented: Vec<String> = env_example()
        .lines()
        .filter_map(|line| {
            line.strip_prefix('#')
                .filter(|line| !line.starts_with([' ', '-']) && line.contains('='))
        })
        .filter(|line| !absent.iter().any(|name| line.starts_with(name)))
        .map(str::to_owned)
        .collect();
    assert!(uncommented.len() > 40);
    let password = ("SMTP_PASSWORD", "x");
    let mut source = source(&with_secrets(&[
        password,
        ("ADMIN_PASSWORD", "x"),
        ("BASE_URL", "https://sign-in.example.org"),
    ]));
    source.dotenv = Some(folder.write(".env", &uncommented.join("\n")));
    let loaded = load(&source).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(loaded.config.smtp_from, "Example <no-reply@example.org>");
}

#[test]
fn a_fresh_file_starts_without_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let file = folder.write(".env", &env_file(false, &fresh_secrets(&counting())));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut source = source(&[("DATA_DIR", "/nonexistent")]);
    source.dotenv = Some(file);
    let loaded = load(&source).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(loaded.warnings, Vec::<String>::new());
    assert_eq!(
        loaded.config.secrets.cookie.expose().to_vec(),
        (32..64).collect::<Vec<u8>>()
    );
}

#[test]
fn an_untouched_production_file_reports_exactly_the_settings_to_fill_in() {
    let folder = Folder::new();
    let text = env_file(true, &fresh_secrets(&counting()));
    let mut source = source(&[("HOME", "/nonexistent")]);
    source.dotenv = Some(folder.write(".env", &text));
    let expected = [
        "BASE_URL",
        "DATABASE_URL",
        "SMTP_HOST",
        "SMTP_USERNAME",
        "SMTP_PASSWORD",
        "SMTP_FROM",
    ];
    let faults = load(&source).unwrap_err();
    let mut named = faults.settings();
    named.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(named, sorted);
    assert_eq!(faults.faults().len(), expected.len(), "{faults}");

    let filled_in = text.replace("CHANGE_ME", "example.org");
    let named = filled_in.replace("#SITE_NAME=Vestibule", "SITE_NAME='Blue Harbour'");
    source.dotenv = Some(folder.write(".env", &named));
    let sender = config(load(&source)).smtp_from;
    assert_eq!(sender, "Blue Harbour <no-reply@example.org>");

    source.dotenv = Some(folder.write(".env", &filled_in));
    let config = config(load(&source));
    assert_eq!(config.environment, Environment::Production);
    assert_eq!(
        config.policy.email_verification,
        EmailVerification::Required
    );
    assert_eq!(config.smtp_from, "Vestibule <no-reply@example.org>");
}

#[test]
fn settings_with_other_values_than_their_default_are_listed() {
    let changed = |variables: &[(&str, &str)]| load(&source(variables)).unwrap().config.changed;
    let secrets = ["JWT_SECRET_KEY", "COOKIE_KEY", "SEALING_KEYS"];
    let plain = changed(&with_secrets(&[
        ("PASSWORD_MIN_LENGTH", " 15 "),
        ("SMTP_HOST", ""),
    ]));
    assert_eq!(plain, secrets);
    let both = changed(&with_secrets(&[
        ("PASSWORD_MIN_LENGTH", "16"),
        ("REGISTRATION", "closed"),
    ]));
    assert_eq!(both[3..], ["REGISTRATION", "PASSWORD_MIN_LENGTH"]);
}
