//! Temporary data directories that leave no server behind, and processes that hold a cluster.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio_postgres::{NoTls, SimpleQueryMessage};
use vestibule::internals::local_postgres::{Durability, Options};

/// The line that a holding process prints once it holds the cluster.
pub(crate) const HOLD: &str = "holding the cluster";
/// The environment variable with the data directory of a holding process.
const DATA_DIR: &str = "LOCAL_POSTGRES_TEST_DATA_DIR";

/// A data directory. Drop stops its server and removes its files.
pub(crate) struct Place {
    pub(crate) data_dir: PathBuf,
    /// The outermost folder, removed at the end; a holding process has none to remove.
    root: Option<PathBuf>,
}

impl Place {
    /// Below /tmp whatever the build folder is: the server's account must be able to traverse it.
    pub(crate) fn new(name: &str) -> Self {
        let top = name.split('/').next().unwrap().get(..8).unwrap_or(name);
        let root = PathBuf::from(format!(
            "/tmp/vestibule-test-{}-{}-{}",
            std::process::id(),
            top.replace('/', "-"),
            name.len()
        ));
        let data_dir = fs::canonicalize("/tmp").unwrap().join(&root).join(name);
        fs::create_dir_all(data_dir.parent().unwrap()).unwrap();
        Self {
            data_dir,
            root: Some(root),
        }
    }

    pub(crate) fn from_environment() -> Option<Self> {
        Some(Self {
            data_dir: environment(DATA_DIR)?.into(),
            root: None,
        })
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            data_dir: self.data_dir.clone(),
            bin_dir: environment("PG_BIN_DIR").map(PathBuf::from),
            search_path: environment("PATH").unwrap_or_default(),
            durability: Durability::Throwaway,
        }
    }

    pub(crate) fn durable(&self) -> Options {
        Options {
            durability: Durability::Durable,
            ..self.options()
        }
    }

    /// Kills the server as the kernel's out-of-memory killer would, and waits until it is gone.
    pub(crate) fn kill_server(&self) {
        let Some(pid) = postmaster_of(&self.data_dir).and_then(Pid::from_raw) else {
            return;
        };
        let _ = kill_process(pid, Signal::KILL);
        wait_until("the server is gone", || {
            !Path::new(&format!("/proc/{}/cwd", pid.as_raw_nonzero())).exists()
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(root) = &self.root {
            self.kill_server();
            let _ = fs::remove_dir_all(root);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests take the place of the config, which reads the environment"
)]
fn environment(variable: &str) -> Option<OsString> {
    std::env::var_os(variable)
}

/// Another process that starts (or attaches to) the cluster and stays.
pub(crate) struct Holder {
    child: Child,
}

impl Holder {
    /// Starts one and waits until it holds the cluster.
    pub(crate) fn start(place: &Place) -> Self {
        let mut holder = Self::spawn(place);
        let mut lines = BufReader::new(holder.child.stdout.as_mut().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().contains(HOLD)),
            "the holder ended early"
        );
        holder
    }

    /// Starts one and does not wait.
    pub(crate) fn spawn(place: &Place) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "hold", "--ignored", "--nocapture"])
            .env(DATA_DIR, &place.data_dir);
        Self {
            child: command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        }
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it properly.
    pub(crate) fn leave(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// The process id of the server on this data directory, if one lives.
pub(crate) fn postmaster_of(data_dir: &Path) -> Option<i32> {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.parse().ok()?;
    test_kill_process(Pid::from_raw(pid)?).ok().map(|()| pid)
}

/// The first column of the first row, as text; empty if there is none.
pub(crate) async fn query(url: &str, sql: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let answer = client.simple_query(sql).await.unwrap();
    answer
        .iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .unwrap_or_default()
}

/// One column of `ps` for a process.
pub(crate) fn column(name: &str, pid: i32) -> String {
    let output = Command::new("ps")
        .args(["-o", &format!("{name}="), "-p", &pid.to_string()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("gave up waiting until {what}");
}
