//! Servers that answer unusually: slowly, tersely, or with refusals of the client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use vestibule::internals::domain::secrets::secret::SecretString;
use vestibule::internals::mail::{DeliveryError, SmtpSettings, TlsMode};

use super::{deliver, mail_to};

/// The replies that differ from the usual ones: the beginning of a command, and the reply. An empty
/// command is the greeting, `.` the end of the message, and an empty reply a closed connection.
pub(super) type Script = &'static [(&'static str, &'static str)];

/// A server that follows a script, and counts the messages that it accepted.
struct Scripted {
    port: u16,
    taken: Arc<AtomicUsize>,
}

impl Scripted {
    async fn start(script: Script, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, script, pause, Arc::clone(&count)));
            }
        });
        Self { port, taken }
    }

    fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: TlsMode::None,
            username: None,
            password: None,
            from: "no-reply@auth.example.com".to_owned(),
            ca_file: None,
            timeout: Duration::from_secs(2),
        }
    }

    async fn send(&self) -> Result<(), DeliveryError> {
        deliver(&self.settings(), &mail_to("grace@example.com")).await
    }
}

pub(super) async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Script,
    pause: Duration,
    taken: Arc<AtomicUsize>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut command = String::new();
    loop {
        let usual = match command.split([' ', ':', '\r']).next().unwrap() {
            "" => "220 here\r\n",
            "EHLO" => "250-here\r\n250 AUTH PLAIN\r\n",
            "DATA" => "354 go on\r\n",
            "AUTH" => "235 yes\r\n",
            _ => "250 yes\r\n",
        };
        let scripted = script.iter().find(|(start, _)| match *start {
            "" => command.is_empty(),
            start => command.starts_with(start),
        });
        let answer = scripted.map_or(usual, |(_, answer)| answer);
        if answer.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        if command.starts_with('.') && answer.starts_with('2') {
            taken.fetch_add(1, Ordering::Relaxed);
        }
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        let in_data = command.starts_with("DATA") && answer.starts_with('3');
        loop {
            command.clear();
            if stream.read_line(&mut command).await.ok()? == 0 {
                return None;
            }
            if !in_data || command == ".\r\n" {
                break;
            }
        }
    }
}

#[tokio::test]
async fn only_the_code_of_a_reply_counts() {
    let scripts: [Script; 4] = [
        &[
            ("MAIL", "250\r\n"),
            ("RCPT", "250\r\n"),
            ("DATA", "354\r\n"),
            (".", "250\r\n"),
        ],
        &[
            ("", "220-a\r\n220\r\n"),
            ("EHLO", "250\r\n"),
            ("RCPT", "251 \r\n"),
            (".", "250\n"),
        ],
        &[("EHLO", "502 what\r\n"), (".", "250 \u{fffd}\r\n")],
        &[
            ("EHLO", "500 what\r\n"),
            ("HELO", "250\r\n"),
            (".", "299 odd, and done\r\n"),
        ],
    ];
    for script in scripts {
        let server = Scripted::start(script, Duration::ZERO).await;
        assert_eq!(server.send().await, Ok(()), "{script:?}");
        assert_eq!(server.taken.load(Ordering::Relaxed), 1, "{script:?}");
    }
}

#[tokio::test]
async fn the_auth_keyword_is_case_insensitive() {
    let server = Scripted::start(
        &[
            ("EHLO", "250-here\r\n250 auth=login\r\n"),
            ("AUTH LOGIN", "334\r\n"),
            ("dmVzdGlidWxl", "334 word\r\n"),
            ("c2VjcmV0", "235\r\n"),
        ],
        Duration::ZERO,
    )
    .await;
    let settings = SmtpSettings {
        username: Some("vestibule".to_owned()),
        password: Some(SecretString::from("secret".to_owned())),
        ..server.settings()
    };
    let sent = deliver(&settings, &mail_to("grace@example.com")).await;
    assert_eq!(sent, Ok(()));
}

/// 250 after the final dot is success, whatever follows.
#[tokio::test]
async fn replies_after_the_accepted_message_are_ignored() {
    let scripts: [Script; 3] = [
        &[("QUIT", "")],
        &[("QUIT", "500 no\r\n")],
        &[("QUIT", "junk\r\n")],
    ];
    for script in scripts {
        let server = Scripted::start(script, Duration::ZERO).await;
        assert_eq!(server.send().await, Ok(()), "{script:?}");
    }
}

/// Each reply has its own timeout: a conversation may take longer than the longest wait for one of them.
#[tokio::test]
async fn a_slow_server_is_sent_a_mail_once() {
    let server = Scripted::start(&[], Duration::from_millis(600)).await;
    assert_eq!(server.send().await, Ok(()));
    assert_eq!(server.taken.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn refusals_of_the_client_are_transient_and_refusals_of_the_recipient_are_final() {
    let ours: [Script; 18] = [
        &[("", "554 go away\r\n")],
        &[("", "521 no mail here\r\n")],
        &[("EHLO", "550 who are you\r\n")],
        &[("MAIL", "550 5.1.8 this sender is unknown\r\n")],
        &[("MAIL", "530 authenticate first\r\n")],
        &[("RCPT", "550 5.7.1 relaying denied\r\n")],
        &[("RCPT", "554 5.7.1 <a>: Relay access denied\r\n")],
        &[("RCPT", "550 relay not permitted\r\n")],
        &[("DATA", "554 no\r\n")],
        &[(".", "554 5.7.1 looks like spam\r\n")],
        &[("RCPT", "452 too many\r\n")],
        &[("", "")],
        &[(
            "RCPT",
            "550 5.1.8 <no-reply@auth.example.com>: Sender address rejected: Domain not found\r\n",
        )],
        &[("RCPT", "553 5.1.7 Sender address rejected\r\n")],
        &[("RCPT", "550 5.1.0 Sender address rejected\r\n")],
        &[(
            "RCPT",
            "550-Verification failed\r\n550 Sender verify failed\r\n",
        )],
        &[(".", "550 5.1.8 this sender is unknown\r\n")],
        &[(".", "550 5.1.0 sender rejected\r\n")],
    ];
    for script in ours {
        let sent = Scripted::start(script, Duration::ZERO).await.send().await;
        assert!(
            matches!(sent, Err(DeliveryError::Transient(_))),
            "{script:?} {sent:?}"
        );
    }
    let recipient: [Script; 7] = [
        &[("RCPT", "550\r\n")],
        &[("RCPT", "550 5.1.1 no such user\r\n")],
        &[("RCPT", "553 no such name\r\n")],
        &[(".", "550 5.1.1 no such user\r\n")],
        &[(
            "RCPT",
            "550 5.1.1 <x>: User unknown in relay recipient table\r\n",
        )],
        &[(
            "RCPT",
            "550 5.1.1 <relayuser@example.org>: User unknown\r\n",
        )],
        &[(".", "550 5.1.1 <relayuser@example.org>: User unknown\r\n")],
    ];
    for script in recipient {
        let sent = Scripted::start(script, Duration::ZERO).await.send().await;
        assert!(
            matches!(sent, Err(DeliveryError::Permanent(_))),
            "{script:?} {sent:?}"
        );
    }
}

#[tokio::test]
async fn no_reply_leads_to_a_text_that_names_the_recipient() {
    let replies: [Script; 5] = [
        &[("RCPT", "550 5.1.1 <GRACE@Example.COM>: no user Grace\r\n")],
        &[(
            "RCPT",
            "450 4.2.1 mailbox \"gRaCe\" of example.com is busy\r\n",
        )],
        &[(
            "RCPT",
            "550-5.1.1 user grace\r\n550 5.1.1 @example.com is unknown\r\n",
        )],
        &[("DATA", "451 user=grace, try later\r\n")],
        &[(".", "554 grace: grace.\r\n")],
    ];
    for script in replies {
        let sent = Scripted::start(script, Duration::ZERO).await.send().await;
        let why = sent.unwrap_err().to_string();
        assert!(!why.to_lowercase().contains("grace"), "{script:?} {why}");
        assert!(why.contains("<address>"), "{script:?} {why}");
    }
    // A word that only contains the name is left.
    let script: Script = &[(".", "554 graceful shutdown\r\n")];
    let sent = Scripted::start(script, Duration::ZERO).await.send().await;
    let why = sent.unwrap_err().to_string();
    assert!(why.ends_with("554 graceful shutdown"), "{why}");
}
