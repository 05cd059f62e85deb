//! Processes of a server that was killed. They end by themselves, but only between two statements,
//! and until then Postgres refuses to start beside them.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use tracing::warn;

/// Ends the processes that work in the cluster; its server must be dead. The next start recovers as
/// after any crash, so nothing that was committed is lost. Looks them up on Linux alone.
pub(super) fn end(cluster: &Path, signal: Signal) {
    let mut ended = 0;
    for pid in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let works_here = fs::read_link(pid.path().join("cwd")).is_ok_and(|cwd| cwd == cluster);
        let number = pid.file_name().to_str().and_then(|name| name.parse().ok());
        let Some(pid) = number.and_then(Pid::from_raw).filter(|_| works_here) else {
            continue;
        };
        if is_backend(pid) && kill_process(pid, signal).is_ok() {
            ended += 1;
        }
    }
    if ended > 0 {
        warn!(
            processes = ended,
            "ended processes that a dead Postgres left behind"
        );
    }
}

/// A shell may have the folder as its working directory as well.
fn is_backend(pid: Pid) -> bool {
    let name = fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero()));
    name.is_ok_and(|name| name.starts_with("postgres"))
}
