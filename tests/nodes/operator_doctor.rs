//! `vestibule doctor`: a good setup, and each fault on its own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::cluster::{Cluster, Folder};
use crate::node::{Node, vestibule};
use crate::operator::{Ran, run, run_with};
use crate::operator_mail::{borrowed, settings};
use crate::smtp::{Mode, SmtpServer};

/// Random secrets that no real service uses.
const GOOD: [(&str, &str); 5] = [
    ("BASE_URL", "https://sign-in.example.org"),
    ("TRUSTED_PROXIES", "10.0.0.0/8"),
    (
        "JWT_SECRET_KEY",
        "8kQ2vZ0xWm4Tn7RbYc1LpHs9JdFgAu3E6oViXyKtNlM",
    ),
    ("COOKIE_KEY", "3q2+7wABu0mX1fGz9PdE4hKjLlQrTnVwYxZaCcUiOpI="),
    (
        "SEALING_KEYS",
        "k1:Zx8Pq1Lw6Kd3Vn0Rt5Yb7Hc2Mf9Gj4SaEuIoTyQeWlA=",
    ),
];

/// Runs doctor on a cluster with good settings, except for those in `but`.
fn doctor(cluster: &Cluster, but: &[(&str, &str)]) -> Ran {
    let mut all = GOOD.to_vec();
    all.extend_from_slice(but);
    run_with(cluster, &all, &["doctor"])
}

/// Asserts that a line with this beginning has a remedy, and that the overall verdict matches.
#[track_caller]
fn assert_reported(ran: &Ran, line: &str) {
    let said = &ran.said;
    let has = |one: &str| one.starts_with(line) && one.contains("  -> ");
    assert!(said.lines().any(has), "{line} in\n{said}{}", ran.complaint);
    let fails = said.lines().any(|one| one.starts_with("fail"));
    assert_eq!(ran.done, !fails, "{said}");
    if line.starts_with("warn") {
        assert!(!fails, "{said}");
    }
}

#[tokio::test]
async fn a_good_setup_is_good() {
    let cluster = Cluster::start().await;
    assert_reported(&doctor(&cluster, &[]), "warn  migrations: ");
    run(&cluster, &["migrate"]).well();
    let server = SmtpServer::start(Mode::StartTls, "vestibule", "correct horse");
    let mail = settings(&server);
    let mut all = GOOD.to_vec();
    all.extend(borrowed(&mail));
    let said = run_with(&cluster, &all, &["doctor"]).well();
    for good in [
        "ok    settings: ",
        "ok    secrets: ",
        "ok    data directory: not used",
        "ok    database: ",
        // The cluster of the tests runs on the same machine.
        "warn  database role: vestibule is a superuser",
        "ok    migrations: ",
        "ok    second factors: ",
        "ok    audit log: sealed",
        "ok    clock: ",
        "ok    cookies: Secure",
        "ok    passkeys: they belong to sign-in.example.org, at https://sign-in.example.org",
        "ok    proxies: a request from 10.0.0.1 with X-Forwarded-For: 203.0.113.9 counts as 203.0.113.9",
        "ok    mail: localhost",
    ] {
        assert!(
            said.lines().any(|line| line.starts_with(good)),
            "{good}:\n{said}"
        );
    }
    assert_eq!(said.lines().count(), 13, "{said}");
    assert_eq!(server.mails().len(), 0, "no mail is sent");

    let said = run_with(&cluster, &all, &["doctor", "--json"]).well();
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["ok"], &report["fail"]), (&12.into(), &0.into()));
    assert_eq!(report["checks"][0]["check"], "settings");
}

#[tokio::test]
async fn faults_of_settings_secrets_cookies_and_proxies() {
    let cluster = Cluster::start().await;
    run(&cluster, &["migrate"]).well();
    let ran = doctor(
        &cluster,
        &[("BASE_URL", "sign-in"), ("JWT_SECRET_KEY", "short")],
    );
    assert_reported(&ran, "fail  settings: BASE_URL ");
    assert_reported(&ran, "fail  settings: JWT_SECRET_KEY is too short");
    assert_reported(
        &doctor(&cluster, &[("SMTP_PORT", "25")]),
        "warn  settings: SMTP_PORT has no effect",
    );

    // The secrets that the other tests use.
    let ran = run(&cluster, &["doctor"]);
    assert_reported(&ran, "fail  secrets: COOKIE_KEY ");
    assert_reported(
        &ran,
        "fail  secrets: SEALING_KEYS and COOKIE_KEY are the same key",
    );
    for weak in [
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "change-me-change-me-before-production",
    ] {
        let ran = doctor(&cluster, &[("JWT_SECRET_KEY", weak)]);
        assert_reported(&ran, "fail  secrets: JWT_SECRET_KEY ");
        assert!(!ran.said.contains(weak), "{}", ran.said);
    }

    let address = [("BASE_URL", "https://192.0.2.7")];
    assert_reported(&doctor(&cluster, &address), "warn  passkeys: none");
    let clear = [("BASE_URL", "http://sign-in.example.org")];
    assert_reported(&doctor(&cluster, &clear), "warn  cookies: ");
    assert_reported(
        &doctor(&cluster, &[("TRUSTED_PROXIES", "")]),
        "warn  proxies: ",
    );
}

#[tokio::test]
async fn faults_of_the_database() {
    let cluster = Cluster::start().await;
    let sql = cluster.sql().await;
    run(&cluster, &["migrate"]).well();
    let nowhere = [("DATABASE_URL", "postgres://vestibule@127.0.0.1:1/vestibule")];
    assert_reported(
        &doctor(&cluster, &nowhere),
        "fail  database: cannot connect",
    );

    // Functions of a schema before `pg_catalog` in the search path replace Postgres's own, such as its
    // clock.
    for (off, line) in [("-45", "fail  clock: "), ("5", "warn  clock: ")] {
        sql.run(&format!(
            "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql \
             AS 'SELECT pg_catalog.clock_timestamp() + interval ''{off} s'''; \
             ALTER DATABASE vestibule SET search_path = public, pg_catalog"
        ))
        .await;
        assert_reported(&doctor(&cluster, &[]), line);
    }
    sql.run("ALTER DATABASE vestibule RESET search_path").await;

    sql.run("ALTER DATABASE vestibule SET default_transaction_read_only = on")
        .await;
    let ran = doctor(&cluster, &[]);
    assert!(!ran.well().contains("takes no writes"), "our sessions do");
    sql.run("ALTER DATABASE vestibule RESET default_transaction_read_only")
        .await;

    sql.run("CREATE ROLE stranger LOGIN").await;
    let stranger = cluster.url().replacen("vestibule@", "stranger@", 1);
    let ran = doctor(&cluster, &[("DATABASE_URL", &stranger)]);
    assert_reported(&ran, "fail  database role: stranger may not read or write ");
    sql.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO stranger")
        .await;
    let ran = doctor(&cluster, &[("DATABASE_URL", &stranger)]);
    assert!(ran.well().contains("ok    database role: stranger "));
    // A table of another program does not count as one of ours.
    sql.run("CREATE TABLE keep_totp (id int)").await;
    let ran = doctor(&cluster, &[("DATABASE_URL", &stranger)]);
    assert!(ran.well().contains("ok    database role: stranger "));
    sql.run("REVOKE INSERT ON mails FROM stranger").await;
    let ran = doctor(&cluster, &[("DATABASE_URL", &stranger)]);
    assert_reported(
        &ran,
        "fail  database role: stranger may not read or write mails  ",
    );
    sql.run("GRANT INSERT ON mails TO stranger").await;

    sql.run(
        "DELETE FROM __diesel_schema_migrations
         WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
    )
    .await;
    assert_reported(&doctor(&cluster, &[]), "warn  migrations: 1 are to be run");
    let ran = doctor(&cluster, &[("DATABASE_URL", &stranger)]);
    assert_reported(
        &ran,
        "fail  migrations: 1 are to be run, and stranger may not make tables",
    );
    sql.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .await;
    assert_reported(
        &doctor(&cluster, &[]),
        "fail  migrations: the database has 1 ",
    );
    assert_reported(
        &doctor(&cluster, &[("DATABASE_POOL_SIZE", "1000")]),
        "fail  migrations: ",
    );
}

#[tokio::test]
async fn faults_of_the_mail_server() {
    let cluster = Cluster::start().await;
    run(&cluster, &["migrate"]).well();
    assert_reported(&doctor(&cluster, &[]), "warn  mail: SMTP_HOST is not set");
    for (mode, password, why) in [
        (Mode::StartTls, "wrong", "SMTP_USERNAME, SMTP_PASSWORD"),
        (Mode::NoStartTls, "correct horse", "STARTTLS"),
        (Mode::WrongName, "correct horse", "ertificate"),
    ] {
        let server = SmtpServer::start(mode, "vestibule", "correct horse");
        let mut mail = settings(&server);
        mail[3].1 = password.to_owned();
        let ran = doctor(&cluster, &borrowed(&mail));
        assert_reported(&ran, "fail  mail: localhost");
        assert!(ran.said.contains(why), "{why} in\n{}", ran.said);
        assert!(!ran.said.contains(password) || password == "wrong");
    }
}

#[test]
fn the_embedded_database_and_its_folder() {
    let folder = Folder::new();
    let look = || {
        let mut command = vestibule(folder.path());
        Ran::of(command.arg("doctor").env("DATA_DIR", folder.data_dir()))
    };
    let said = look().well();
    assert!(
        said.contains("ok    database: ") && said.contains("ok    secrets: "),
        "{said}"
    );
    assert!(said.contains("ok    database role: "), "{said}");
    assert_eq!(folder.postmaster(), None);

    let secrets = folder.data_dir().join("secrets.env");
    fs::set_permissions(&secrets, Permissions::from_mode(0o644)).unwrap();
    assert_reported(&look(), "fail  data directory: ");
    fs::set_permissions(&secrets, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(folder.data_dir(), Permissions::from_mode(0o777)).unwrap();
    let ran = look();
    assert_reported(&ran, "fail  data directory: ");
    assert!(
        ran.said.contains("can be written to by others"),
        "{}",
        ran.said
    );
    let mut command = vestibule(folder.path());
    command.arg("doctor").env("DATA_DIR", "/dev/null");
    assert_reported(&Ran::of(&mut command), "fail  settings: ");
}

#[test]
fn in_production_only_the_service_makes_the_embedded_database() {
    let folder = Folder::new();
    let in_production = |words: &[&str]| {
        let mut command = vestibule(folder.path());
        command
            .envs(GOOD)
            .envs([("ENVIRONMENT", "production"), ("SMTP_HOST", "localhost")])
            .envs([("SMTP_FROM", "no-reply@example.org"), ("SMTP_TLS", "none")])
            .env("DATA_DIR", folder.data_dir());
        Ran::of(command.args(words))
    };
    for command in [
        &["user", "create", "--admin", "ada@example.org"][..],
        &["migrate"],
        &["keys", "rotate"],
        &["audit", "verify"],
    ] {
        let ran = in_production(command);
        assert!(!ran.done, "{}", ran.said);
        assert!(
            ran.complaint.contains("DATABASE_URL is not set"),
            "{}",
            ran.complaint
        );
    }
    let said = in_production(&["doctor"]).said;
    let warned = "warn  database: there is none yet, and DATABASE_URL is not set; Postgres ";
    assert!(said.lines().any(|line| line.starts_with(warned)), "{said}");
    assert!(!folder.data_dir().exists());
}

#[tokio::test]
async fn the_running_service_as_seen_from_outside() {
    let cluster = Cluster::start().await;
    let node = Node::with(&cluster, &GOOD).await;
    let url = node.url("");
    let ask = |but: &[(&str, &str)], url: &str| {
        let mut all = GOOD.to_vec();
        all.extend_from_slice(but);
        run_with(&cluster, &all, &["doctor", "--url", url])
    };
    let said = ask(&[], &url).well();
    for good in [
        &format!("ok    reachable: {url} is ready, without TLS"),
        "ok    host: sign-in.example.org is served",
        "ok    headers: as the service sends them, with HSTS",
        "ok    cookies as sent: ",
        "ok    proxy headers: this request comes from 127.0.0.1, and an address it claims is not believed",
    ] {
        assert!(
            said.lines().any(|line| line.starts_with(good)),
            "{good}:\n{said}"
        );
    }

    let nowhere = [("BASE_URL", "http://127.0.0.1:1")];
    let mut settings = GOOD.to_vec();
    settings.extend(nowhere);
    let ran = run_with(&cluster, &settings, &["doctor", "--url"]);
    assert_reported(&ran, "fail  reachable: http://127.0.0.1:1: ");
    let over_tls = url.replacen("http:", "https:", 1);
    assert_reported(&ask(&[], &over_tls), "fail  reachable: ");
    let other_name = [("BASE_URL", "https://other.example.org")];
    assert_reported(
        &ask(&other_name, &url),
        "fail  host: asked for other.example.org, ",
    );
    let other_key = [("COOKIE_KEY", "Zx8Pq1Lw6Kd3Vn0Rt5Yb7Hc2Mf9Gj4SaEuIoTyQeWlA=")];
    assert_reported(
        &ask(&other_key, &url),
        "fail  proxy headers: the service does not tell",
    );

    // Clients without the probe's secret learn nothing, whatever they send.
    for probe in ["", "1772546700.AAAA", "x"] {
        let asked = node
            .http
            .get(node.url("/healthz"))
            .header("vestibule-probe", probe);
        assert_eq!(asked.send().await.unwrap().text().await.unwrap(), "ok\n");
    }
    let believing = [GOOD.as_slice(), &[("TRUSTED_PROXIES", "127.0.0.0/8")]].concat();
    let node = Node::with(&cluster, &believing).await;
    assert_reported(
        &ask(&[], &node.url("")),
        "fail  proxy headers: X-Forwarded-For is believed",
    );
}
