//! A real SMTP server (aiosmtpd) with a certificate of its own authority, and the mails it took.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use crate::folder::Folder;
use crate::harness::{eventually, run};

pub(crate) const USER: &str = "postbox";
pub(crate) const PASSWORD: &str = "a password for the mail server";

/// The extensions that a verifying client asks for: an authority, and a server named `localhost`.
const CERTIFICATES: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost
extendedKeyUsage = serverAuth
";

/// One mail as the server took it, its parts decoded.
#[derive(Debug, Deserialize)]
pub(crate) struct Mail {
    pub(crate) envelope_to: Vec<String>,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    pub(crate) tls: bool,
    pub(crate) authenticated: bool,
}

impl Mail {
    /// The first link of the text part whose path is `path`.
    pub(crate) fn link(&self, path: &str) -> Option<String> {
        let mut words = self.text.split_whitespace();
        let link = words
            .find(|word| word.starts_with("http://") && word.contains(&format!("{path}?token=")))?;
        Some(link.to_owned())
    }
}

/// The running server. Dropping it closes its standard input, on which it ends.
pub(crate) struct MailServer {
    child: Child,
    folder: Folder,
    pub(crate) port: u16,
}

impl MailServer {
    pub(crate) fn start() -> Self {
        let folder = Folder::new("mail");
        make_certificates(folder.path());
        fs::create_dir(folder.path().join("mails")).expect("our own folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("target/test-venv/bin/python");
        assert!(
            python.exists(),
            "{} is missing: run script/setup",
            python.display()
        );
        let mut child = Command::new(python)
            .args(["-W", "ignore::DeprecationWarning"])
            .arg(root.join("tests/browser/mail_server.py"))
            .args(["server.pem", "server.key", USER, PASSWORD, "mails"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut port)
            .expect("the server's port");
        let port = port
            .trim()
            .parse()
            .expect("the mail server starts and prints its port");
        Self {
            child,
            folder,
            port,
        }
    }

    /// The certificate of the authority that signed the server's.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Every mail taken so far, oldest first.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let entries = fs::read_dir(self.folder.path().join("mails")).expect("our own folder");
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.expect("our own folder").path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        paths
            .iter()
            .map(|path| {
                serde_json::from_slice(&fs::read(path).expect("a whole mail")).expect("JSON")
            })
            .collect()
    }

    /// Waits for the newest mail to `address` that carries a link to `path`; returns the link.
    pub(crate) async fn link(&self, address: &str, path: &str) -> String {
        eventually(
            Duration::from_secs(20),
            &format!("a mail to {address} linking to {path}"),
            async || {
                let mails = self.mails();
                mails
                    .iter()
                    .rev()
                    .filter(|mail| mail.envelope_to == [address])
                    .find_map(|mail| mail.link(path))
            },
        )
        .await
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

/// An authority, and a certificate of it for `localhost`, both good for two days.
fn make_certificates(folder: &Path) {
    fs::write(folder.join("openssl.cnf"), CERTIFICATES).expect("our own folder");
    let make = |name: &str, subject: &str, signer: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(folder);
        openssl.args([
            "req",
            "-x509",
            "-config",
            "openssl.cnf",
            "-days",
            "2",
            "-nodes",
        ]);
        openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-extensions", name, "-subj", subject]);
        openssl.args([
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.pem"),
        ]);
        run(openssl.args(signer));
    };
    make("authority", "/CN=Test authority", &[]);
    make(
        "server",
        "/CN=localhost",
        &["-CA", "authority.pem", "-CAkey", "authority.key"],
    );
}

#[test]
fn the_mail_server_insists_on_starttls() {
    let server = MailServer::start();
    let mut stream =
        BufReader::new(TcpStream::connect(("127.0.0.1", server.port)).expect("it listens"));
    let mut say = |line: &str| {
        write!(stream.get_mut(), "{line}\r\n").expect("open");
        let mut answer = String::new();
        while answer.is_empty() || answer.as_bytes().get(3) == Some(&b'-') {
            answer.clear();
            stream.read_line(&mut answer).expect("an answer");
        }
        answer
    };
    // The greeting answers the first line, so each answer read here is that of the line before.
    assert!(say("EHLO test").starts_with("220"));
    assert!(say("MAIL FROM:<a@example.org>").starts_with("250"));
    assert!(say("AUTH PLAIN AGEAYg==").starts_with("530"));
    assert!(!say("QUIT").starts_with('2'));
}
