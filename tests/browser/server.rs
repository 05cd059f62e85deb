//! The built binary, started as an operator starts it.

use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use reqwest::header::COOKIE;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::folder::Folder;
use crate::harness::{eventually, free_port, run};
use crate::mail::{self, MailServer};

/// A running `vestibule serve` on an embedded Postgres of its own.
pub(crate) struct Server {
    child: Child,
    folder: Folder,
    base: String,
}

impl Server {
    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(mail: &MailServer) -> Self {
        Self::start_with(mail, &[]).await
    }

    /// Like [`start`](Self::start), with further settings.
    pub(crate) async fn start_with(mail: &MailServer, further: &[(&str, &str)]) -> Self {
        Self::start_as(mail, "127.0.0.1", further).await
    }

    /// Like [`start`](Self::start), under a name: passkeys belong to a host name.
    pub(crate) async fn start_named(mail: &MailServer) -> Self {
        Self::start_as(mail, "localhost", &[]).await
    }

    async fn start_as(mail: &MailServer, host: &str, further: &[(&str, &str)]) -> Self {
        let folder = Folder::new("server");
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let base = format!("http://{host}:{port}");
        let log = File::create(folder.path().join("log")).expect("our own folder");
        let child = Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .arg("serve")
            // Without this machine's environment, and without the repository's `.env`.
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", search_path())
            .env("LISTEN_ADDR", &address)
            .env("BASE_URL", &base)
            .env("DATA_DIR", folder.path().join("data"))
            .env("SMTP_HOST", "localhost")
            .env("SMTP_PORT", mail.port().to_string())
            .env("SMTP_TLS", "starttls")
            .env("SMTP_USERNAME", mail::USER)
            .env("SMTP_PASSWORD", mail::PASSWORD)
            .env("SMTP_FROM", "no-reply@vestibule.example")
            .env("SMTP_CA_FILE", mail.authority())
            // The tests take seconds for what takes a person days.
            .env("RATE_LIMIT_SCALE", "10")
            .envs(further.iter().copied())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("the built binary");
        let mut server = Self {
            child,
            folder,
            base,
        };
        let ready = server.url("/readyz");
        eventually(
            Duration::from_mins(1),
            "the server to be ready",
            async || {
                let ended = server.child.try_wait().expect("our own child");
                assert!(ended.is_none(), "the server ended at once: {ended:?}");
                let answer = reqwest::get(&ready).await.ok()?;
                answer.status().is_success().then_some(())
            },
        )
        .await;
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The signed-in user as the API returns it, for a browser's cookies.
    pub(crate) async fn me(&self, cookies: &str) -> Value {
        let request = reqwest::Client::new()
            .get(self.url("/api/auth/me"))
            .header(COOKIE, cookies);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("JSON")
    }

    /// Runs a statement in its database.
    pub(crate) fn sql(&self, statement: &str) {
        let socket = self.folder.path().join("data/postgres-run");
        let mut psql = Command::new("psql");
        psql.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "vestibule",
            "-d",
            "vestibule",
        ]);
        run(psql.arg("-h").arg(socket).args(["-c", statement]));
    }

    /// Ends the server with a signal, and asserts that it leaves nothing running.
    pub(crate) fn stop(mut self) {
        let status = self
            .terminate()
            .expect("the server ends within 20 s of SIGTERM");
        assert!(status.success(), "the server ended with {status}");
        let left: Vec<_> = files_named(&self.folder.path().join("data"), "postmaster.pid");
        assert!(left.is_empty(), "Postgres still runs: {left:?}");
    }

    fn terminate(&mut self) -> Option<ExitStatus> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM).ok();
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait()
            && self.terminate().is_none()
        {
            self.child.kill().ok();
            self.child.wait().ok();
        }
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            eprintln!("-- what the server logged\n{log}--");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server finds Postgres where the test would"
)]
fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").expect("a PATH")
}

fn files_named(folder: &std::path::Path, name: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.path() {
            path if path.is_dir() => files_named(&path, name),
            path if path.file_name().is_some_and(|found| found == name) => vec![path],
            _ => Vec::new(),
        })
        .collect()
}
