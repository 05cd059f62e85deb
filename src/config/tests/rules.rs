//! Defaults, precedence, and the rules between settings.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::*;
use crate::domain::policy::{EmailVerification, Registration};

#[test]
fn development_needs_nothing() {
    let config = config(development(&[]));
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.base_url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.listen_addr.to_string(), "127.0.0.1:8080");
    assert_eq!(
        config.data_dir,
        PathBuf::from("/home/a/.local/share/vestibule")
    );
    assert_eq!(config.database_pool_size, 10);
    assert!(matches!(config.database, DatabaseSource::Embedded { .. }));
    assert_eq!(config.tokens.issuer, "http://127.0.0.1:8080");
    assert_eq!(
        (config.tokens.access_leeway, config.tokens.access_lifetime),
        (TimeDelta::seconds(60), TimeDelta::minutes(30))
    );
    let sessions = config.policy.sessions;
    assert_eq!(
        (config.tokens.refresh_lifetime, sessions.refresh_grace),
        (TimeDelta::days(7), TimeDelta::seconds(30))
    );
    assert_eq!(
        (sessions.max_lifetime, config.cookie_secure),
        (TimeDelta::days(30), false)
    );
    assert!(config.smtp.is_none());
    assert_eq!(config.smtp_from, "Vestibule <no-reply@localhost>");
    assert_eq!(config.policy.registration, Registration::Open);
    assert_eq!(
        config.policy.email_verification,
        EmailVerification::Optional
    );
    assert_eq!(config.policy.passwords.min_length, 15);
    let argon2 = Argon2Settings {
        memory_kib: 19456,
        iterations: 2,
        parallelism: 1,
    };
    assert_eq!(
        (config.argon2, config.hashing_concurrency > 0),
        (argon2, true)
    );
    assert_eq!(
        config.limits.login.ip.map(|limit| limit.burst.get()),
        Some(60)
    );
    assert!(config.limits.exempt.is_empty());
    assert_eq!(config.limits.reset.email, None);
}

#[test]
fn the_process_comes_before_the_file_and_the_file_before_the_default() {
    let folder = Folder::new();
    let mut source = source(&with_secrets(&[
        ("SMTP_PORT", ""),
        ("SESSION_MAX_DAYS", "10"),
    ]));
    source.dotenv = Some(folder.write(
        ".env",
        "SESSION_MAX_DAYS=20\nJWT_LEEWAY_SECONDS= \nPASSWORD_MIN_LENGTH=12\n",
    ));
    let config = config(load(&source));
    assert_eq!(
        (
            config.policy.sessions.max_lifetime,
            config.policy.passwords.min_length,
            config.tokens.access_leeway
        ),
        (TimeDelta::days(10), 12, TimeDelta::seconds(60))
    );
}

#[test]
fn an_empty_value_counts_as_unset() {
    let folder = Folder::new();
    let mut source = source(&with_secrets(&[("SESSION_MAX_DAYS", "  ")]));
    source.dotenv = Some(folder.write(".env", "SESSION_MAX_DAYS=20\n"));
    assert_eq!(
        config(load(&source)).policy.sessions.max_lifetime,
        TimeDelta::days(20)
    );
}

#[test]
fn a_malformed_file_is_a_fault_beside_the_others() {
    let folder = Folder::new();
    let mut source = source(&with_secrets(&[("SMTP_PORT", "x")]));
    source.dotenv = Some(folder.write(".env", "A=1\nwhat is this\n"));
    let faults = load(&source).unwrap_err();
    assert!(
        faults.to_string().contains(".env is malformed at line 2"),
        "{faults}"
    );
    assert!(faults.settings().contains(&"SMTP_PORT"));
}

#[test]
fn unknown_names_are_warned_about() {
    let folder = Folder::new();
    let mut source = source(&with_secrets(&[("SMTP_PASS", "x"), ("EDITOR", "vi")]));
    let file = folder.write("site.env", "COLOUR=blue\nBASE_URLL=x\n");
    source.dotenv = Some(file.clone());
    let file = file.display();
    let warnings: Vec<_> = load(&source)
        .unwrap()
        .warnings
        .into_iter()
        .filter(|text| !text.contains("chmod"))
        .collect();
    assert_eq!(
        warnings,
        [
            format!("BASE_URLL in {file} is not a setting; did you mean BASE_URL?"),
            format!("COLOUR in {file} is not a setting and has no effect."),
            "SMTP_PASS in the environment is not a setting; did you mean SMTP_PASSWORD?".to_owned(),
        ]
    );
}

#[test]
fn production_refuses_missing_and_insecure_settings() {
    assert_eq!(at_fault(production(&[])), Vec::<String>::new());
    let bare = load(&source(&[
        ("ENVIRONMENT", "production"),
        ("HOME", "/home/a"),
    ]));
    assert_eq!(
        at_fault(bare),
        [
            "BASE_URL",
            "SMTP_HOST",
            "JWT_SECRET_KEY",
            "COOKIE_KEY",
            "SEALING_KEYS"
        ]
    );
    assert_eq!(
        at_fault(production(&[("BASE_URL", "http://sign-in.example.org")])),
        ["BASE_URL"]
    );
    assert_eq!(
        at_fault(production(&[("JWT_SECRET_KEY", "short")])),
        ["JWT_SECRET_KEY"]
    );
    assert_eq!(at_fault(production(&[("SMTP_TLS", "none")])), ["SMTP_TLS"]);
}

#[test]
fn cookies_follow_the_scheme() {
    let secure = |base_url, written| {
        let loaded = development(&[("BASE_URL", base_url), ("COOKIE_SECURE", written)]);
        loaded.map(|loaded| loaded.config.cookie_secure).ok()
    };
    assert_eq!(secure("https://a.example", ""), Some(true));
    assert_eq!(secure("https://a.example", "false"), None);
    assert_eq!(secure("http://a.example", ""), Some(false));
    assert_eq!(secure("http://a.example", "true"), None);
    assert_eq!(secure("http://localhost:8080", "true"), Some(true));
    assert_eq!(secure("http://[::1]:8080", "true"), Some(true));
}

#[test]
fn the_base_url_of_development_follows_the_listener() {
    let base_url = |listen| {
        config(development(&[("LISTEN_ADDR", listen)]))
            .base_url
            .to_string()
    };
    assert_eq!(base_url("127.0.0.1:9000"), "http://127.0.0.1:9000/");
    assert_eq!(base_url("0.0.0.0:9000"), "http://127.0.0.1:9000/");
    assert_eq!(base_url("[::1]:9000"), "http://[::1]:9000/");
    assert_eq!(base_url("127.0.0.1:0"), "http://127.0.0.1:8080/");
}

#[test]
fn the_data_directory_follows_the_platform() {
    let data_dir = |variables: &[(&str, &str)], root| {
        let mut source = source(&with_secrets(variables));
        source.root = root;
        config(load(&source)).data_dir
    };
    assert_eq!(
        data_dir(&[("XDG_DATA_HOME", "/d")], false),
        PathBuf::from("/d/vestibule")
    );
    assert_eq!(
        data_dir(&[("XDG_DATA_HOME", "d")], false),
        PathBuf::from("/home/a/.local/share/vestibule")
    );
    assert_eq!(
        data_dir(&[("XDG_DATA_HOME", "/d")], true),
        PathBuf::from("/var/lib/vestibule")
    );
    assert_eq!(
        data_dir(&[("DATA_DIR", "/own")], true),
        PathBuf::from("/own")
    );
    assert!(data_dir(&[("DATA_DIR", "own")], false).is_absolute());
}

#[test]
fn lists_are_read_item_by_item() {
    let config = config(development(&[
        (
            "CORS_ORIGINS",
            "https://A.example , http://localhost:3000/,https://b.example:443",
        ),
        ("TRUSTED_PROXIES", "10.1.2.3/8, 2001:db8::1"),
        (
            "JWT_PREVIOUS_SECRET_KEYS",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        ),
        ("SEALING_KEYS", &format!("k2:{KEY}, {RING}")),
    ]));
    assert_eq!(
        config.cors_origins,
        [
            "https://a.example",
            "http://localhost:3000",
            "https://b.example"
        ]
    );
    let proxies: Vec<_> = config
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["10.0.0.0/8", "2001:db8::1/128"]);
    assert!(config.trusted_proxies[0].contains(&IpAddr::from([10, 9, 9, 9])));
    assert_eq!(*config.secrets.jwt, JWT.as_bytes());
    assert_eq!(
        *config.secrets.jwt_previous,
        [vec![b'a'; 32], vec![b'b'; 32]]
    );
    let ids: Vec<_> = config.secrets.sealing.ids().collect();
    assert_eq!(
        (ids, config.secrets.cookie.expose()),
        (vec!["k2", "k1"], &[0; 32])
    );
}

#[test]
fn argon2_needs_room_for_its_lanes() {
    let lanes = [("ARGON2_MEMORY_KIB", "31"), ("ARGON2_PARALLELISM", "4")];
    assert_eq!(at_fault(development(&lanes)), ["ARGON2_MEMORY_KIB"]);
    let weak = [("ARGON2_MEMORY_KIB", "32"), ("ARGON2_PARALLELISM", "4")];
    assert!(development(&weak).unwrap().warnings.is_empty());
    assert_eq!(production(&weak).unwrap().warnings.len(), 1);
}

#[test]
fn odd_values_are_warned_about() {
    let loaded = development(&[
        ("SESSION_MAX_DAYS", "1"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("RATE_LIMIT_EXEMPT", "::/0"),
    ])
    .unwrap();
    assert_eq!(loaded.warnings.len(), 3, "{:?}", loaded.warnings);
}

#[test]
fn the_scale_reaches_every_limit() {
    let limits = config(development(&[
        ("RATE_LIMIT_SCALE", "10"),
        ("RATE_LIMIT_LOGIN_EMAIL", "3/1h"),
    ]))
    .limits;
    let bursts = [limits.login.email, limits.login.ip, limits.reset.ip]
        .map(|limit| limit.map(|limit| limit.burst.get()));
    assert_eq!(bursts, [Some(30), Some(600), Some(300)]);
}

#[test]
fn every_limit_can_be_turned_off_and_networks_exempt() {
    let off: Vec<(&str, &str)> = names()
        .filter(|name| name.starts_with("RATE_LIMIT_"))
        .filter(|name| !matches!(*name, "RATE_LIMIT_SCALE" | "RATE_LIMIT_EXEMPT"))
        .map(|name| (name, "off"))
        .chain([("RATE_LIMIT_EXEMPT", "192.0.2.7/24, 2001:db8::1")])
        .collect();
    let limits = config(development(&off)).limits;
    for route in [
        limits.login,
        limits.second_factor,
        limits.register,
        limits.forgot_password,
        limits.reset,
    ] {
        assert_eq!((route.ip, route.email, route.email_ip), (None, None, None));
    }
    let exempt: Vec<String> = limits.exempt.iter().map(ToString::to_string).collect();
    assert_eq!(exempt, ["192.0.2.0/24", "2001:db8::1/128"]);
}

#[test]
fn breached_passwords_are_looked_up_in_production_and_if_enabled() {
    assert!(config(development(&[])).breach_check.is_none());
    assert!(config(production(&[])).breach_check.is_some());
    let off = config(production(&[("HIBP_ENABLED", "false")]));
    assert!(off.breach_check.is_none());
    let on = |url: &str| {
        config(development(&[
            ("HIBP_ENABLED", "true"),
            ("HIBP_API_URL", url),
        ]))
        .breach_check
    };
    let url = on("").unwrap();
    assert_eq!(url.as_str(), "https://api.pwnedpasswords.com/");
    assert!(on("http://127.0.0.1:9/mirror").is_some());
    for refused in [
        "http://hibp.example.org",
        "https://a:b@hibp.example.org",
        "https://hibp.example.org/?x",
        "api.pwnedpasswords.com",
    ] {
        let faulty = at_fault(development(&[("HIBP_API_URL", refused)]));
        assert_eq!(faulty, ["HIBP_API_URL"], "{refused}");
    }
}

#[test]
fn the_first_admin_needs_address_and_password() {
    assert!(config(development(&[])).first_admin.is_none());
    let both = [
        ("ADMIN_EMAIL", " Ada@Example.ORG "),
        ("ADMIN_PASSWORD", " spaces are a password's own "),
    ];
    let admin = config(development(&both)).first_admin.unwrap();
    assert_eq!(admin.email.as_str(), "Ada@example.org");
    assert_eq!(admin.password.expose(), " spaces are a password's own ");
    for (alone, missing) in [(both[0], "ADMIN_PASSWORD"), (both[1], "ADMIN_EMAIL")] {
        assert_eq!(at_fault(development(&[alone])), [missing]);
    }
}

#[test]
fn tls_needs_certificate_and_key() {
    let folder = Folder::new();
    let certificate = folder.write("fullchain.pem", "");
    let key = folder.write("privkey.pem", "");
    let both = [
        ("TLS_CERT_FILE", certificate.to_str().unwrap()),
        ("TLS_KEY_FILE", key.to_str().unwrap()),
    ];
    let with_tls = config(development(&both));
    let files = with_tls.tls.unwrap();
    assert_eq!(
        (files.certificate, files.key),
        (certificate.clone(), key.clone())
    );
    assert_eq!(with_tls.base_url.as_str(), "https://127.0.0.1:8080/");
    assert!(config(development(&[])).tls.is_none());
    for (alone, missing) in [(both[0], "TLS_KEY_FILE"), (both[1], "TLS_CERT_FILE")] {
        assert_eq!(at_fault(development(&[alone])), [missing]);
    }
}
