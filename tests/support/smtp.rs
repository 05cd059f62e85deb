//! A real SMTP server for tests: starts `tests/smtp/server.py` and reads the mails that it received. It
//! listens on 127.0.0.1, with a certificate for `localhost` made for this run.
#![allow(
    dead_code,
    clippy::expect_used,
    reason = "each test program uses a part of this, and a test fails by panicking"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// Which kind of TLS the server uses, if any.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// STARTTLS, required before anything else.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// No TLS.
    Plain,
    /// STARTTLS, with a certificate for another host.
    WrongName,
    /// No STARTTLS, for clients that must require it.
    NoStartTls,
    /// Accepts connections and never answers.
    Silent,
}

/// A mail as the server received it. Python's `email` decodes the parts, not our own library.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReceivedMail {
    /// The sender of the envelope.
    pub(crate) from: String,
    /// The recipients of the envelope.
    pub(crate) to: Vec<String>,
    /// The decoded subject.
    pub(crate) subject: String,
    /// Every header in order, unfolded and decoded.
    pub(crate) headers: Vec<(String, String)>,
    /// The `text/plain` part.
    pub(crate) text: String,
    /// The `text/html` part.
    pub(crate) html: String,
    /// The message as it came over the wire, dot-stuffing undone.
    pub(crate) raw: String,
    /// Whether it came over TLS.
    pub(crate) encrypted: bool,
    /// Whether the client had authenticated.
    pub(crate) authenticated: bool,
}

impl ReceivedMail {
    /// The values of every header of that name, in order.
    pub(crate) fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The first line of the text part that is a link.
    pub(crate) fn link(&self) -> Option<&str> {
        self.text
            .lines()
            .map(str::trim)
            .find(|l| l.starts_with("http://") || l.starts_with("https://"))
    }
}

/// A running server; dropping it ends the process and removes its folder.
#[derive(Debug)]
pub(crate) struct SmtpServer {
    /// The name the certificate is for.
    pub(crate) host: String,
    /// The TCP port on 127.0.0.1.
    pub(crate) port: u16,
    /// The PEM file of the authority that signed the certificate.
    pub(crate) ca_file: PathBuf,
    folder: PathBuf,
    process: Child,
}

#[derive(Deserialize)]
struct Ready {
    port: u16,
    ca_file: PathBuf,
}

impl SmtpServer {
    /// Starts a server; with an empty `user` it asks for no authentication.
    ///
    /// # Panics
    ///
    /// When the server does not start. It needs `target/test-venv` with aiosmtpd, which `script/setup`
    /// makes, and the `openssl` program.
    pub(crate) fn start(mode: Mode, user: &str, password: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let name = format!(
            "vestibule-smtp-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder for the mail server");

        let mut command = Command::new(root.join("target/test-venv/bin/python"));
        command
            .arg(root.join("tests/smtp/server.py"))
            .arg("--dir")
            .arg(&folder)
            .args(["--mode", mode.word()]);
        if !user.is_empty() {
            command.args(["--user", user, "--password", password]);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("target/test-venv/bin/python runs (script/setup makes it)");

        let mut line = String::new();
        let stdout = process.stdout.take().expect("a piped standard output");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("a line from the mail server");
        let ready: Ready =
            serde_json::from_str(&line).expect("the mail server starts and says its port");
        Self {
            host: "localhost".to_owned(),
            port: ready.port,
            ca_file: ready.ca_file,
            folder,
            process,
        }
    }

    /// Every mail taken so far, in order of arrival.
    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        let entries = std::fs::read_dir(self.folder.join("mails")).expect("the folder of mails");
        let mut paths: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
        paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
        paths.sort();
        let read = |p: &PathBuf| std::fs::read(p).expect("a mail");
        paths
            .iter()
            .map(|p| serde_json::from_slice(&read(p)).expect("a mail as JSON"))
            .collect()
    }

    /// Waits, asleep between looks, until `count` mails have come; gives them all.
    ///
    /// # Panics
    ///
    /// When fewer have come after 20 seconds.
    pub(crate) fn wait_for_mails(&self, count: usize) -> Vec<ReceivedMail> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(
                Instant::now() < deadline,
                "{} of {count} mails came within 20 s",
                mails.len()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Mode {
    const fn word(self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::Plain => "plain",
            Self::WrongName => "wrong-name",
            Self::NoStartTls => "no-starttls",
            Self::Silent => "silent",
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // Errors are of no use here: a server that already ended, or a folder already gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
