//! One `vestibule` process.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};

use crate::cluster::{Cluster, environment};

/// The settings that all nodes of the tests share: secrets made for tests, one base URL for all tokens,
/// cheap hashes, and limits that no test reaches.
const SHARED: &[(&str, &str)] = &[
    ("LISTEN_ADDR", "127.0.0.1:0"),
    ("BASE_URL", "http://localhost:8080"),
    ("JWT_SECRET_KEY", "a key of tests that all readers know"),
    ("COOKIE_KEY", "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="),
    (
        "SEALING_KEYS",
        "t1:dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
    ),
    ("ARGON2_MEMORY_KIB", "8"),
    ("ARGON2_ITERATIONS", "1"),
    ("RATE_LIMIT_SCALE", "10000"),
];

/// `vestibule` without this machine's environment, in a folder without a `.env`.
pub(crate) fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.current_dir(folder).env_clear();
    for inherited in ["PATH", "PG_BIN_DIR"] {
        if let Some(value) = environment(inherited) {
            command.env(inherited, value);
        }
    }
    command
}

/// `vestibule` on a cluster's database, with the shared settings and these.
pub(crate) fn command_on(cluster: &Cluster, settings: &[(&str, &str)]) -> Command {
    let folder = cluster.folder();
    let mut command = vestibule(folder);
    command
        .envs(SHARED.iter().copied())
        .env("DATABASE_URL", cluster.url())
        .env("DATA_DIR", folder.join("untouched"))
        .envs(settings.iter().copied());
    command
}

/// The same command with a listener as file 3, as systemd passes the one of a socket unit.
pub(crate) fn on_listener(command: &Command, listener: &TcpListener) -> Command {
    let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .stdin(OwnedFd::from(
            listener.try_clone().expect("our own listener"),
        ));
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// The number of log lines that a failed test prints.
const SHOWN: usize = 60;

/// A running `vestibule serve`; killed when dropped.
pub(crate) struct Node {
    child: Child,
    /// Its log (standard error).
    log: PathBuf,
    /// Its standard output, which has the mails.
    printed: PathBuf,
    base: String,
    pub(crate) http: Client,
}

impl Node {
    /// Starts a node on a cluster's database, without waiting for it.
    pub(crate) fn spawn_on(cluster: &Cluster, settings: &[(&str, &str)]) -> Self {
        Self::spawn(cluster.folder(), command_on(cluster, settings))
    }

    /// Starts a node on a cluster's database, and waits until it is ready.
    pub(crate) async fn on(cluster: &Cluster) -> Self {
        Self::with(cluster, &[]).await
    }

    /// Like [`on`](Self::on), with further settings.
    pub(crate) async fn with(cluster: &Cluster, settings: &[(&str, &str)]) -> Self {
        Self::spawn_on(cluster, settings).ready().await
    }

    /// Starts a node on an embedded database with secrets of its own, and waits until it is ready.
    pub(crate) async fn embedded(folder: &Path, data_dir: &Path) -> Self {
        Self::embedded_with(folder, data_dir, &[]).await
    }

    /// Like [`embedded`](Self::embedded), with further settings.
    pub(crate) async fn embedded_with(
        folder: &Path,
        data_dir: &Path,
        settings: &[(&str, &str)],
    ) -> Self {
        let mut command = vestibule(folder);
        command
            .envs(SHARED.iter().copied())
            .env("DATA_DIR", data_dir)
            .envs(settings.iter().copied());
        for secret in ["JWT_SECRET_KEY", "COOKIE_KEY", "SEALING_KEYS"] {
            command.env_remove(secret);
        }
        Self::spawn(folder, command).ready().await
    }

    /// Starts a command that serves, without waiting for it.
    pub(crate) fn spawn(folder: &Path, mut command: Command) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let log = folder.join(format!("log-{count}"));
        let printed = folder.join(format!("printed-{count}"));
        let child = command
            .stdout(File::create(&printed).expect("our own folder"))
            .stderr(File::create(&log).expect("our own folder"))
            .spawn()
            .expect("the built binary");
        // Shorter than the server's keep-alive time, so that no request uses a connection that is being
        // closed.
        let http = Client::builder()
            .timeout(Duration::from_mins(1))
            .pool_idle_timeout(Duration::from_secs(1));
        Self {
            child,
            log,
            printed,
            base: String::new(),
            http: http.build().expect("a client"),
        }
    }

    /// Waits until it answers `/readyz`.
    pub(crate) async fn ready(mut self) -> Self {
        let began = Instant::now();
        loop {
            let ended = self.child.try_wait().expect("our own child");
            assert!(ended.is_none(), "it ended: {ended:?}\n{}", self.log());
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "never ready\n{}",
                self.log()
            );
            if let Some(address) = self.address() {
                self.base = format!("http://{address}");
                let answer = self.http.get(self.url("/readyz")).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return self;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until its log says that it is ready, for a node that serves over TLS.
    pub(crate) async fn ready_over_tls(mut self) -> Self {
        let began = Instant::now();
        while self.address().is_none() {
            let ended = self.child.try_wait().expect("our own child");
            assert!(ended.is_none(), "it ended: {ended:?}\n{}", self.log());
            assert!(began.elapsed() < Duration::from_mins(1), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let port = self
            .address()
            .and_then(|address| Some(address.rsplit_once(':')?.1.to_owned()));
        self.base = format!("https://localhost:{}", port.expect("a port"));
        self
    }

    /// The address from its log, since the port is chosen by the system.
    fn address(&self) -> Option<String> {
        let log = self.log();
        let (_, after) = log.split_once("Vestibule is ready")?;
        let (_, after) = after.split_once("listen=")?;
        after
            .split_once('\n')
            .map(|(address, _)| address.trim().to_owned())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Its address, as `host:port`.
    pub(crate) fn listens_on(&self) -> String {
        self.base.split_once("://").expect("a URL").1.to_owned()
    }

    /// The peak of its resident memory.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_kib(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("our own child");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|text| text.split_whitespace().next());
        kib.and_then(|kib| kib.parse().ok()).expect("a peak")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until its log has a text so often: a line is written a moment after what it tells of.
    pub(crate) async fn logged(&self, text: &str, times: usize) {
        let began = Instant::now();
        while self.log().matches(text).count() < times {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{text}: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The mails printed so far, as text.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(&self.printed).unwrap_or_default()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("our own child");
    }

    /// Waits for its end without blocking the test's other tasks.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "it does not end\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it with a signal, and asserts that it stops cleanly.
    pub(crate) async fn stop(mut self, signal: Signal) {
        self.signal(signal);
        let status = self.ended().await;
        assert!(status.success(), "{status}\n{}", self.log());
    }

    /// Ends it with SIGKILL.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(SHOWN);
            let shown = lines[last..].join("\n");
            eprintln!("-- what a node logged, {last} lines left out\n{shown}\n--");
        }
    }
}
