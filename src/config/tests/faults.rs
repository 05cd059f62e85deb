//! Bad values of every setting: all are reported at once, and no secret is shown.

use proptest::prelude::*;

use super::*;

/// Every setting with values that must be refused.
const BAD: &[(&str, &[&str])] = &[
    ("ENVIRONMENT", &["staging", "Production", "dev"]),
    (
        "BASE_URL",
        &[
            "example.org",
            "ftp://example.org",
            "https://",
            "https://a:b@example.org",
            "https://example.org/sign-in",
            "https://example.org?a=b",
            "https://example.org/#a",
            "https://exa mple.org",
            "https://a\"b.example.org",
        ],
    ),
    (
        "LISTEN_ADDR",
        &["8080", "localhost:8080", "127.0.0.1", "127.0.0.1:65536"],
    ),
    (
        "SITE_NAME",
        &[
            "\u{2060}",
            "a\u{1b}b",
            "a\u{202e}b",
            "a\u{200b}b",
            "Sixty-one characters, which is one more than a name may have..",
        ],
    ),
    (
        "SITE_LOGO_FILE",
        &["/nonexistent/logo.svg", "/", "/etc/hostname", "/dev/zero"],
    ),
    (
        "SITE_ACCENT",
        &[
            "teal",
            "#e9a936",
            "#0f5c52,#0f5c52",
            "#0f5c52,",
            "#0f5c52;}",
        ],
    ),
    (
        "SITE_SUPPORT_URL",
        &[
            "help@example.org",
            "http://example.org/help",
            "javascript:alert(1)",
            "https://me:word@example.org",
            "mailto:",
            "mailto:a@example.org,b@example.org",
            "mailto:a@example.org?bcc=b@example.org",
            "mailto:a%0ab@example.org",
        ],
    ),
    (
        "SITE_PRIVACY_URL",
        &[
            "/privacy",
            "http://example.org/privacy",
            "mailto:help@example.org",
            "data:text/html,a",
            "https://a\"onmouseover=x/",
        ],
    ),
    ("RUST_LOG", &["vestibule=loud", "a=b=c"]),
    (
        "DATABASE_URL",
        &[
            "dbname=a",
            "postgres://localhost/a?schema=b",
            "mysql://a/b",
            "/var/run/postgresql",
            "postgres://a:b@h:port/d",
        ],
    ),
    (
        "TLS_CERT_FILE",
        &["/nonexistent/fullchain.pem", "/", "/dev/zero"],
    ),
    ("TLS_KEY_FILE", &["/nonexistent/privkey.pem", "/"]),
    ("METRICS_ADDR", &["9090", "localhost:9090"]),
    ("MAX_CONNECTIONS", &["0", "1000001", "many"]),
    ("KEEP_ALIVE_SECONDS", &["0", "3601", "75s"]),
    ("DATABASE_POOL_SIZE", &["0", "-1", "1001", "ten", "1.5"]),
    ("ADMIN_EMAIL", &["nobody", "a@", "Ada <ada@example.org>"]),
    ("DATABASE_CA_FILE", &["/nonexistent/ca.pem", "/"]),
    ("PG_BIN_DIR", &["/nonexistent/bin", "/etc/hostname"]),
    (
        "JWT_SECRET_KEY",
        &[
            "short",
            "0123456789abcdef0123456789abcde",
            " 0123456789abcdef0123456789abcdef",
        ],
    ),
    (
        "JWT_PREVIOUS_SECRET_KEYS",
        &["short", "0123456789abcdef0123456789abcdef,", ",,"],
    ),
    (
        "COOKIE_KEY",
        &[
            "AAAA",
            "not base64 at all",
            "0123456789abcdef0123456789abcdef",
        ],
    ),
    (
        "SEALING_KEYS",
        &[
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ":AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "k1:AAAA",
            "k 1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ],
    ),
    ("JWT_AUDIENCE", &["a\u{1b}b"]),
    ("JWT_LEEWAY_SECONDS", &["-1", "301", "1m"]),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", &["0", "1441"]),
    (
        "REFRESH_TOKEN_EXPIRE_DAYS",
        &["0", "366", "99999999999999999999"],
    ),
    ("REFRESH_GRACE_SECONDS", &["-1", "301"]),
    ("SESSION_MAX_DAYS", &["0", "366"]),
    ("UNVERIFIED_DAYS", &["-1", "3651", "never"]),
    ("DELETION_GRACE_DAYS", &["0", "366", "never"]),
    ("RECOVERY_DELAY_HOURS", &["-1", "337", "1.5", "never"]),
    ("SESSIONS_PER_USER", &["0", "1001", "all"]),
    ("AUDIT_RETENTION_DAYS", &["0", "-1", "36501", "for ever"]),
    ("COOKIE_SECURE", &["yes", "TRUE", "1"]),
    (
        "SMTP_HOST",
        &[
            "smtp://example.org",
            "smtp.example.org:587",
            "a b",
            "user@example.org",
        ],
    ),
    ("SMTP_PORT", &["0", "65536", "smtp"]),
    ("SMTP_TLS", &["ssl", "STARTTLS"]),
    (
        "SMTP_FROM",
        &[
            "nobody",
            "@example.org",
            "a@",
            "a@b@c",
            "a@[192.0.2.1]",
            "Name <a@example.org",
            "Doe, Jane <a@example.org>",
            "a@example.org\r\nBcc: b@example.org",
            "N\r\nBcc: b <a@example.org>",
        ],
    ),
    ("SMTP_CA_FILE", &["/nonexistent/ca.pem"]),
    ("SMTP_TIMEOUT_SECONDS", &["0", "3601", "5m"]),
    (
        "SMS_GATEWAY_URL",
        &[
            "http://sms.example.org",
            "sms.example.org",
            "https://a:b@sms.example.org",
            "https://sms.example.org/?to",
        ],
    ),
    ("SMS_GATEWAY_TOKEN", &["a b", "a\u{e9}b", "a\u{1b}b"]),
    ("SMS_MAX_PER_HOUR", &["0", "-1", "1000001", "many"]),
    ("SMS_COUNTRIES", &["DE", "49,", "0", "999", "491"]),
    (
        "CORS_ORIGINS",
        &[
            "*",
            "null",
            "app.example.org",
            "https://a.example/path",
            "https://a.example,,https://b.example",
        ],
    ),
    (
        "PASSKEY_ORIGINS",
        &[
            "*",
            "http://shop.example.org",
            "https://192.0.2.1",
            "https://shop.example.org/path",
            "https://a.example,,https://b.example",
        ],
    ),
    (
        "TRUSTED_PROXIES",
        &["10.0.0.0/33", "proxy.example.org", "10.0.0.1,"],
    ),
    ("REGISTRATION", &["yes", "Open"]),
    ("EMAIL_VERIFICATION", &["true"]),
    ("PASSWORD_MIN_LENGTH", &["7", "0", "129"]),
    ("HIBP_ENABLED", &["yes", "1"]),
    (
        "HIBP_API_URL",
        &["http://hibp.example.org", "hibp.example.org"],
    ),
    ("ARGON2_MEMORY_KIB", &["7", "1048577", "19MiB"]),
    ("ARGON2_ITERATIONS", &["0", "65"]),
    ("ARGON2_PARALLELISM", &["0", "17"]),
    ("HASHING_CONCURRENCY", &["0", "257"]),
    (
        "RATE_LIMIT_SCALE",
        &["0", "-1", "NaN", "inf", "1e9", "twice"],
    ),
];

/// Settings that accept every text, or whose check depends on the file system.
const ALWAYS_FINE: [&str; 4] = [
    "ADMIN_PASSWORD",
    "DATA_DIR",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
];

#[test]
fn every_bad_value_is_refused_by_its_name() {
    for (name, values) in BAD {
        for value in *values {
            assert_eq!(
                at_fault(development(&[(name, value)])),
                [*name],
                "{name}={value}"
            );
        }
    }
    for name in names().filter(|name| is_limit(name)) {
        assert_eq!(at_fault(development(&[(name, "often")])), [name]);
    }
}

fn is_limit(name: &str) -> bool {
    name.starts_with("RATE_LIMIT_") && name != "RATE_LIMIT_SCALE"
}

#[test]
fn no_setting_is_left_out_above() {
    for name in names() {
        let listed = BAD.iter().any(|(known, _)| *known == name);
        assert!(
            listed || is_limit(name) || ALWAYS_FINE.contains(&name),
            "{name}"
        );
    }
}

#[test]
fn all_faults_are_reported_together() {
    let variables: Vec<_> = BAD
        .iter()
        .map(|(name, values)| (*name, values[0]))
        .collect();
    let faults = development(&variables).unwrap_err();
    for (name, _) in BAD {
        assert!(faults.settings().contains(name), "{name} in {faults}");
    }
}

#[test]
fn a_report_reads_as_name_problem_remedy() {
    let faults = development(&[("SMTP_PORT", "smtp"), ("REGISTRATION", "yes\x1b[2J")]).unwrap_err();
    insta::assert_snapshot!(faults, @r#"
    2 faults in the settings:

      SMTP_PORT is not such a number: "smtp"
        Use a whole number from 1 to 65535.

      REGISTRATION does not know "yes\u{1b}[2J"
        Use one of `open`, `invite`, `closed`.
    "#);
}

#[test]
fn an_unreadable_environment_leaves_the_secrets_undecided() {
    let variables = [("HOME", "/nonexistent"), ("ENVIRONMENT", "prod")];
    assert_eq!(at_fault(load(&source(&variables))), ["ENVIRONMENT"]);
}

#[test]
fn a_value_that_is_not_text_is_a_fault() {
    use std::os::unix::ffi::OsStringExt;
    let mut source = source(&with_secrets(&[]));
    source
        .env
        .insert("SMTP_HOST".to_owned(), OsString::from_vec(vec![0xff]));
    assert_eq!(at_fault(load(&source)), ["SMTP_HOST"]);
}

#[test]
fn debug_output_shows_no_secret() {
    let loaded = development(&[
        ("DATABASE_URL", "postgres://me:hunter2@db/vestibule"),
        ("SMTP_HOST", "localhost"),
        ("SMTP_USERNAME", "me"),
        ("SMTP_PASSWORD", "hunter2"),
        ("SMS_GATEWAY_URL", "https://sms.example.org"),
        ("SMS_GATEWAY_TOKEN", "hunter2"),
    ]);
    let shown = format!("{loaded:?}");
    assert!(loaded.is_ok() && shown.contains("k1"));
    assert!(
        !shown.contains("hunter2") && !shown.contains("48, 49, 50") && !shown.contains("0, 0, 0"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn no_fault_quotes_a_secret(secret in "[A-Za-z0-9@:/?#,= %]{12,80}") {
        for name in ["JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEYS", "COOKIE_KEY", "SEALING_KEYS", "DATABASE_URL", "SMS_GATEWAY_TOKEN"] {
            // The id of a key may be shown, but nothing after the colon.
            let value = if name == "SEALING_KEYS" { format!("k1:{secret}") } else { secret.clone() };
            let others = [("SMTP_PASSWORD", secret.as_str()), ("REGISTRATION", "yes"), (name, &value)];
            let faults = development(&others).unwrap_err();
            let report = format!("{faults} {faults:?}");
            prop_assert!(!report.contains(secret.trim()));
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>()) {
        let names = names().filter(|name| *name != "DATA_DIR");
        let variables: Vec<_> = names.map(|name| (name, text.as_str())).collect();
        let _ = development(&variables);
    }
}
