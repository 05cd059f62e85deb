//! Mails over real SMTP: what the server received, and what the client refuses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "mail/certificates.rs"]
mod certificates;
#[path = "mail/replies.rs"]
mod replies;
#[path = "support/smtp.rs"]
mod smtp;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use smtp::{Mode, SmtpServer};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;
use vestibule::internals::domain::secrets::secret::SecretString;
use vestibule::internals::mail::{
    DeliveryError, MailContext, Message, RenderedMail, SetupError, SmtpSettings, TlsMode, Transport,
};

const USER: &str = "vestibule";
const PASSWORD: &str = "correct horse battery";

fn settings(server: &SmtpServer, tls: TlsMode) -> SmtpSettings {
    SmtpSettings {
        host: server.host.clone(),
        port: server.port,
        tls,
        username: Some(USER.to_owned()),
        password: Some(SecretString::from(PASSWORD.to_owned())),
        from: "Vestibule <no-reply@auth.example.com>".to_owned(),
        ca_file: Some(server.ca_file.clone()),
        timeout: Duration::from_secs(10),
    }
}

fn mail_to(to: &str) -> RenderedMail {
    RenderedMail {
        to: to.to_owned(),
        subject: "A subject".to_owned(),
        text: "Text.\n".to_owned(),
        html: "<p>HTML.</p>\n".to_owned(),
        id: None,
    }
}

async fn deliver(settings: &SmtpSettings, mail: &RenderedMail) -> Result<(), DeliveryError> {
    Transport::smtp(settings).unwrap().send(mail).await
}

/// The text of a transient error; asserts that it contains neither password nor address.
fn transient(result: Result<(), DeliveryError>) -> String {
    let Err(DeliveryError::Transient(text)) = result else {
        panic!("expected a transient error, got {result:?}")
    };
    assert!(
        !text.contains(PASSWORD) && !text.contains('@') && !text.contains('\n'),
        "{text}"
    );
    text
}

fn same_text(received: &str, sent: &str) {
    assert_eq!(received.replace("\r\n", "\n").trim_end(), sent.trim_end());
}

#[tokio::test]
async fn a_mail_arrives_unchanged_in_every_tls_mode() {
    let link = format!(
        "https://auth.example.com/verify-email?token={}",
        "abcDEF-_123.".repeat(40)
    );
    let message = Message::VerifyEmail {
        link: link.clone(),
        expires_in: chrono::Duration::hours(24),
        deleted_after: None,
    };
    let context = MailContext {
        branding: Arc::default(),
        site: "auth.example.com".to_owned(),
        forgot_password_link: "https://auth.example.com/forgot-password".to_owned(),
    };
    let mut mail = message.render("grace@example.com", &context).unwrap();
    mail.id = Some(Uuid::from_u128(7));

    for (mode, tls) in [
        (Mode::StartTls, TlsMode::Starttls),
        (Mode::Tls, TlsMode::Tls),
        (Mode::Plain, TlsMode::None),
    ] {
        let server = SmtpServer::start(mode, USER, PASSWORD);
        deliver(&settings(&server, tls), &mail).await.unwrap();

        let received = server.mails().pop().unwrap();
        assert_eq!(
            (received.encrypted, received.authenticated),
            (tls != TlsMode::None, true),
            "{mode:?}"
        );
        assert_eq!(received.from, "no-reply@auth.example.com");
        assert_eq!(received.to, ["grace@example.com"]);
        assert_eq!(received.subject, mail.subject);
        assert_eq!(received.link(), Some(link.as_str()));
        same_text(&received.text, &mail.text);
        same_text(&received.html, &mail.html);
        assert_eq!(
            received.headers_named("From"),
            ["Vestibule <no-reply@auth.example.com>"]
        );
        assert_eq!(received.headers_named("To"), ["grace@example.com"]);
        assert_eq!(received.headers_named("Auto-Submitted"), ["auto-generated"]);
        assert_eq!(
            received.headers_named("Message-ID"),
            ["<00000000000000000000000000000007@auth.example.com>"]
        );
        assert_eq!(received.headers_named("Date").len(), 1);
    }
}

#[tokio::test]
async fn one_transport_sends_many_mails_at_once() {
    let server = SmtpServer::start(Mode::StartTls, USER, PASSWORD);
    let transport = Transport::smtp(&settings(&server, TlsMode::Starttls)).unwrap();
    let addresses: Vec<_> = (0..8).map(|n| format!("user{n}@example.com")).collect();
    let sends = addresses.iter().map(|to| {
        let (transport, mail) = (transport.clone(), mail_to(to));
        tokio::spawn(async move { transport.send(&mail).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    let mut received: Vec<_> = server.mails().into_iter().flat_map(|m| m.to).collect();
    received.sort();
    assert_eq!(received, addresses);
}

#[tokio::test]
async fn dots_long_lines_and_non_latin_text_arrive_unchanged() {
    let server = SmtpServer::start(Mode::StartTls, USER, PASSWORD);
    let transport = Transport::smtp(&settings(&server, TlsMode::Starttls)).unwrap();
    let long = "x".repeat(5000);
    let bodies = [
        ".\n..\n.hidden\nQUIT\n".to_owned(),
        format!("before\n{long}\nafter, and = at the end=\n"),
        format!("Grüße, 日本語, {long}\n.\n"),
    ];
    for body in &bodies {
        let mut mail = mail_to("grace@example.com");
        mail.subject = format!("Grüße {}", "and more words ".repeat(20));
        mail.text.clone_from(body);
        mail.html = format!("<pre>{body}</pre>\n");
        transport.send(&mail).await.unwrap();

        let received = server.mails().pop().unwrap();
        same_text(&received.text, &mail.text);
        same_text(&received.html, &mail.html);
        assert_eq!(received.subject, mail.subject.trim_end());
        assert!(received.raw.lines().all(|line| line.len() <= 998));
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let server = SmtpServer::start(Mode::StartTls, USER, PASSWORD);
    let implicit = SmtpServer::start(Mode::Tls, USER, PASSWORD);
    let other = SmtpServer::start(Mode::StartTls, USER, PASSWORD);
    for (server, tls) in [(&server, TlsMode::Starttls), (&implicit, TlsMode::Tls)] {
        for ca_file in [None, Some(other.ca_file.clone())] {
            let settings = SmtpSettings {
                ca_file,
                ..settings(server, tls)
            };
            let text = transient(deliver(&settings, &mail_to("grace@example.com")).await);
            assert!(text.contains("certificate"), "{text}");
        }
        assert!(server.mails().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let server = SmtpServer::start(Mode::WrongName, USER, PASSWORD);
    let text = transient(
        deliver(
            &settings(&server, TlsMode::Starttls),
            &mail_to("grace@example.com"),
        )
        .await,
    );
    assert!(text.contains("certificate"), "{text}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_without_starttls_is_sent_no_mail() {
    let server = SmtpServer::start(Mode::NoStartTls, "", "");
    let text = transient(
        deliver(
            &settings(&server, TlsMode::Starttls),
            &mail_to("grace@example.com"),
        )
        .await,
    );
    assert!(text.contains("STARTTLS"), "{text}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_wrong_smtp_password_is_a_transient_failure() {
    let server = SmtpServer::start(Mode::StartTls, USER, "another password");
    let text = transient(
        deliver(
            &settings(&server, TlsMode::Starttls),
            &mail_to("grace@example.com"),
        )
        .await,
    );
    assert!(
        text.contains("SMTP_PASSWORD") && text.contains("535"),
        "{text}"
    );

    let anonymous = SmtpSettings {
        username: None,
        password: None,
        ..settings(&server, TlsMode::Starttls)
    };
    let text = transient(deliver(&anonymous, &mail_to("grace@example.com")).await);
    assert!(
        text.contains("SMTP_USERNAME") && text.contains("530"),
        "{text}"
    );
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_5xx_answer_is_final_and_a_4xx_answer_is_not() {
    let server = SmtpServer::start(Mode::StartTls, USER, PASSWORD);
    let settings = settings(&server, TlsMode::Starttls);
    let error = deliver(&settings, &mail_to("bounce@example.com"))
        .await
        .unwrap_err();
    let DeliveryError::Permanent(text) = error else {
        panic!("{error:?}")
    };
    assert!(
        text.contains("550") && text.contains("<address>") && !text.contains("bounce"),
        "{text}"
    );

    let text = transient(deliver(&settings, &mail_to("busy@example.com")).await);
    assert!(text.contains("451"), "{text}");
}

#[tokio::test]
async fn two_addresses_in_one_recipient_are_refused_before_anything_is_sent() {
    let server = SmtpServer::start(Mode::Plain, USER, PASSWORD);
    let settings = settings(&server, TlsMode::None);
    for to in [
        "a@example.com, b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com>\r\nRCPT TO:<b@example.com",
    ] {
        assert!(
            matches!(
                deliver(&settings, &mail_to(to)).await,
                Err(DeliveryError::Permanent(_))
            ),
            "{to:?}"
        );
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let server = SmtpServer::start(Mode::Silent, "", "");
    for tls in [TlsMode::Starttls, TlsMode::Tls, TlsMode::None] {
        let settings = SmtpSettings {
            timeout: Duration::from_millis(500),
            ..settings(&server, tls)
        };
        let start = Instant::now();
        transient(deliver(&settings, &mail_to("grace@example.com")).await);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{tls:?} took {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn a_server_that_never_ends_its_reply_times_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let talker = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.write_all(b"220-wait\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        username: None,
        password: None,
        from: "no-reply@auth.example.com".to_owned(),
        ca_file: None,
        timeout: Duration::from_millis(500),
    };
    let text = transient(deliver(&settings, &mail_to("grace@example.com")).await);
    assert!(text.contains("0.5 s"), "{text}");
    talker.await.unwrap();

    // Nothing listens on that port any more.
    transient(deliver(&settings, &mail_to("grace@example.com")).await);
}

#[test]
fn faulty_settings_are_named() {
    let server = SmtpServer::start(Mode::Silent, "", "");
    let folder = server.ca_file.parent().unwrap();
    let file = |name: &str, content: &[u8]| {
        std::fs::write(folder.join(name), content).unwrap();
        folder.join(name)
    };
    let fault = |change: &dyn Fn(&mut SmtpSettings)| -> SetupError {
        let mut settings = settings(&server, TlsMode::Starttls);
        change(&mut settings);
        Transport::smtp(&settings).unwrap_err()
    };
    let ca_fault = |path: &Path| fault(&|s| s.ca_file = Some(path.to_owned())).to_string();

    let unusable = [
        (file("empty.pem", b""), "holds no certificate"),
        (
            file("words.pem", b"not a certificate"),
            "holds no certificate",
        ),
        (folder.join("ca.key"), "holds no certificate"),
        (
            file("cut.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n"),
            "is not a PEM file",
        ),
        (
            file(
                "odd.pem",
                b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            ),
            "holds something that is not a certificate",
        ),
        (folder.join("missing.pem"), "cannot be read"),
        (folder.to_owned(), "cannot be read"),
    ];
    for (path, fault) in unusable {
        let text = ca_fault(&path);
        assert!(
            text.starts_with("SMTP_CA_FILE: ") && text.contains(fault),
            "{text}"
        );
    }
    assert_eq!(
        fault(&|s| s.from = "nobody".to_owned()).to_string(),
        "SMTP_FROM is not an address like name@example.com"
    );
    assert_eq!(
        fault(&|s| s.password = None).to_string(),
        "SMTP_USERNAME and SMTP_PASSWORD must be set together"
    );
    assert!(
        fault(&|s| s.host = "not a host".to_owned())
            .to_string()
            .starts_with("SMTP_HOST")
    );
    assert!(!format!("{:?}", settings(&server, TlsMode::Tls)).contains(PASSWORD));
}
