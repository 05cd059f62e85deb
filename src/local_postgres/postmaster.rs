//! The server process: whether one runs on the cluster, and which.
//!
//! `postmaster.pid` alone proves nothing. After a crash or a reboot the number in it may belong
//! to any process, and Postgres itself then refuses to start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};

use super::account::Account;
use super::error::{At, IoError};
use super::files;
use super::layout::Layout;

/// What the cluster's `postmaster.pid` says, checked against the process table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Postmaster {
    /// No server runs.
    Absent,
    /// A server runs on this cluster.
    Runs(Pid),
    /// The file is left over from a server that is gone. Its process id may belong to another process now.
    Stale,
}

impl Postmaster {
    pub(super) async fn of(cluster: &Path, account: &Account) -> Result<Self, IoError> {
        let path = pid_file(cluster);
        let text = match files::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Absent),
            read => read.at("read", &path)?,
        };
        let text = String::from_utf8_lossy(&text);
        // A stand-alone backend writes its number with a minus sign.
        let number = text
            .lines()
            .next()
            .and_then(|line| line.trim().trim_start_matches('-').parse().ok());
        Ok(match number.and_then(Pid::from_raw) {
            Some(pid) if works_in(pid, cluster, account).await => Self::Runs(pid),
            _ => Self::Stale,
        })
    }
}

/// Makes a stale file name a process that cannot exist, so that Postgres accepts it as stale.
///
/// The file must not be deleted: its last number leads Postgres to the shared memory of the dead
/// server, where it sees whether orphans of that server still write to the cluster.
pub(super) fn disown(layout: &Layout, account: &Account) -> Result<(), IoError> {
    let path = pid_file(&layout.cluster);
    let text = files::read(&path).at("read", &path)?;
    let text = String::from_utf8_lossy(&text);
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    // Written beside the cluster and moved in, for root must not write where another user could
    // have put a link.
    let disowned = layout.data_dir.join("postmaster.pid.new");
    let text = format!("{}\n{rest}", i32::MAX);
    files::replace(&path, &disowned, text.as_bytes(), 0o600, Some(account))
}

fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Whether the process is a server of this cluster: servers keep it as their working directory.
async fn works_in(pid: Pid, cluster: &Path, account: &Account) -> bool {
    let number = pid.as_raw_nonzero();
    if !cfg!(target_os = "linux") {
        let mut ps = account.command(Path::new("ps"));
        let named = ps
            .args(["-o", "comm=", "-p", &number.to_string()])
            .output()
            .await;
        return test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
            && named
                .is_ok_and(|named| String::from_utf8_lossy(&named.stdout).contains("postgres"));
    }
    let link = format!("/proc/{number}/cwd");
    match fs::read_link(&link) {
        Ok(folder) => folder == cluster,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && account.switches => {
            // In a container, root may be barred from looking at another user's process; that
            // user is not.
            let mut readlink = account.command(Path::new("readlink"));
            let answer = readlink.args(["-n", "--", &link]).output().await;
            answer.is_ok_and(|answer| answer.status.success() && is_path(&answer.stdout, cluster))
        }
        Err(_) => false,
    }
}

fn is_path(bytes: &[u8], path: &Path) -> bool {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()) == bytes
}
