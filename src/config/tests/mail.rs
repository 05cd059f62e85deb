//! The rules between the mail settings.

use super::*;
use crate::domain::network::smtp::TlsMode;

#[test]
fn plain_mail_stays_on_this_machine_in_production() {
    for host in ["localhost", "127.0.0.2", "::1"] {
        let config = config(production(&[("SMTP_HOST", host), ("SMTP_TLS", "none")]));
        assert_eq!(
            config.smtp.map(|smtp| (smtp.host, smtp.port)),
            Some((host.to_owned(), 25))
        );
    }
    let loaded = development(&[("SMTP_HOST", "mail.example.org"), ("SMTP_TLS", "none")]).unwrap();
    assert_eq!(
        loaded.warnings,
        ["SMTP_TLS is none: mails travel to SMTP_HOST in the clear."]
    );
}

#[test]
fn a_mail_account_needs_both_halves() {
    let host = ("SMTP_HOST", "smtp.example.org");
    assert_eq!(
        at_fault(development(&[host, ("SMTP_USERNAME", "a")])),
        ["SMTP_PASSWORD"]
    );
    assert_eq!(
        at_fault(development(&[host, ("SMTP_PASSWORD", "a")])),
        ["SMTP_USERNAME"]
    );
    let smtp = config(development(&[
        host,
        ("SMTP_USERNAME", "a"),
        ("SMTP_PASSWORD", " p "),
    ]))
    .smtp
    .unwrap();
    assert_eq!(smtp.password, Some(SecretString::from(" p ")));
    assert_eq!((smtp.port, smtp.tls), (587, TlsMode::Starttls));
    let loaded = development(&[("SMTP_PORT", "25")]).unwrap();
    assert_eq!(
        loaded.warnings,
        ["SMTP_PORT has no effect without SMTP_HOST."]
    );
}

#[test]
fn every_sender_is_accepted_by_the_mail_library() {
    let written = [
        "<a@example.org>",
        "Größe <no-reply@example.org>",
        "\"Doe, Jane\" <a@example.org>",
        "A B <a@mail.example>",
    ];
    for from in written {
        assert_eq!(config(development(&[("SMTP_FROM", from)])).smtp_from, from);
        assert!(from.parse::<lettre::message::Mailbox>().is_ok(), "{from}");
    }
    for (base_url, domain) in [
        ("https://sign-in.example.org", "sign-in.example.org"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("http://localhost:3000", "localhost"),
        ("http://192.0.2.1", "localhost"),
        ("http://[2001:db8::1]", "localhost"),
    ] {
        let from = config(development(&[("BASE_URL", base_url)])).smtp_from;
        assert_eq!(from, format!("Vestibule <no-reply@{domain}>"));
        assert!(from.parse::<lettre::message::Mailbox>().is_ok(), "{from}");
    }
    assert_eq!(
        at_fault(production(&[("BASE_URL", "https://192.0.2.1")])),
        ["SMTP_FROM"]
    );
}

#[test]
fn a_sender_without_a_name_has_the_name_of_the_service() {
    for (name, from) in [
        ("Blue Harbour", "Blue Harbour <no-reply@localhost>"),
        ("株式会社 Größe", "株式会社 Größe <no-reply@localhost>"),
        ("Acme, Inc.", "\"Acme, Inc.\" <no-reply@localhost>"),
        (r#"A "B" <a@b>\"#, "A B ab <no-reply@localhost>"),
        ("<>", "no-reply@localhost"),
    ] {
        let loaded = config(development(&[("SITE_NAME", name)]));
        assert_eq!(loaded.smtp_from, from);
        assert!(from.parse::<lettre::message::Mailbox>().is_ok(), "{from}");
        for written in [from, "no-reply@localhost"] {
            let written = development(&[("SITE_NAME", name), ("SMTP_FROM", written)]);
            assert_eq!(config(written).smtp_from, from);
        }
        let other = [("SITE_NAME", name), ("SMTP_FROM", "Post <a@example.org>")];
        assert_eq!(config(development(&other)).smtp_from, other[1].1);
    }
}
