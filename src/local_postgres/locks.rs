//! The two file locks that processes on one data directory share.
//!
//! ```text
//! start:  gate ─ join members (shared) ─ init, start or attach ─ leave gate ─ use the cluster
//! stop:   gate ─ members exclusive? ─ yes: last, stop the cluster ─ leave gate
//!                                   └ no: others remain, just go
//! ```
//!
//! Every change of the members happens behind the gate, so no process can join between "I am the
//! last" and the end of the server. The kernel drops both locks when a process dies, however it
//! dies. See flock(2).

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tokio::time::{Instant, sleep};

use super::error::{At, IoError, LockError};

/// Longer than a first start on a slow disk, or the end of a busy server.
const GATE_PATIENCE: Duration = Duration::from_mins(2);
const GATE_POLL: Duration = Duration::from_millis(10);

/// The right to change the state of the cluster, held for the time of a start or a stop.
#[derive(Debug)]
pub(super) struct Gate {
    file: File,
}

impl Gate {
    /// Waits until no other process starts or stops the cluster.
    pub(super) async fn enter(path: &Path) -> Result<Self, LockError> {
        let file = open(path)?;
        let begun = Instant::now();
        while !try_lock(&file, FlockOperation::NonBlockingLockExclusive).at("lock", path)? {
            if begun.elapsed() > GATE_PATIENCE {
                return Err(LockError::Held {
                    path: path.to_owned(),
                    waited: GATE_PATIENCE,
                });
            }
            sleep(GATE_POLL).await;
        }
        Ok(Self { file })
    }

    /// The gate as standard input of a program that works on the cluster.
    ///
    /// Should this process be killed, the gate stays shut until that program has ended too, and
    /// the next process does not meet a half-made cluster that is still being written.
    pub(super) fn as_stdin(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.file.try_clone()?))
    }

    /// Opens the gate for the next process at once, even if a program from
    /// [`as_stdin`](Self::as_stdin) has yet to notice that its work is done.
    pub(super) fn leave(self) {
        // Closing the file unlocks it too, only later; a failure here needs no handling.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

/// The mark of a process that uses the cluster.
#[derive(Debug)]
pub(super) struct Membership {
    file: File,
}

impl Membership {
    /// Joins, and says whether no other process uses the cluster now.
    pub(super) async fn join(path: &Path, _behind: &Gate) -> Result<(Self, bool), LockError> {
        let file = open(path)?;
        let alone = try_lock(&file, FlockOperation::NonBlockingLockExclusive).at("lock", path)?;
        // Turning one kind of lock into the other is not atomic, but it happens behind the gate.
        let begun = Instant::now();
        while !try_lock(&file, FlockOperation::NonBlockingLockShared).at("lock", path)? {
            if begun.elapsed() > GATE_PATIENCE {
                return Err(LockError::Held {
                    path: path.to_owned(),
                    waited: GATE_PATIENCE,
                });
            }
            sleep(GATE_POLL).await;
        }
        Ok((Self { file }, alone))
    }

    /// Whether the cluster has no other user. If it has, this process is no longer counted.
    pub(super) fn is_last(&self, _behind: &Gate) -> Result<bool, IoError> {
        try_lock(&self.file, FlockOperation::NonBlockingLockExclusive)
            .at("lock", Path::new("postgres.members"))
    }

    /// Ceases to be counted. Before the gate opens: who comes next would meet the lock of the last
    /// one, and use the cluster without being counted.
    pub(super) fn leave(&self, _behind: &Gate) {
        // Closing the file unlocks it too, only later; a failure here needs no handling.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

/// Lock files are opened close-on-exec (as the standard library always does), so that the server,
/// which outlives a killed Vestibule, never holds them.
fn open(path: &Path) -> Result<File, IoError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .at("open", path)
}

fn try_lock(file: &File, operation: FlockOperation) -> Result<bool, Errno> {
    match flock(file, operation) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_while_the_last_one_goes_is_counted() {
        let name = format!("vestibule-locks-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let (gate_path, members) = (folder.join("gate"), folder.join("members"));

        let gate = Gate::enter(&gate_path).await.unwrap();
        let (going, alone) = Membership::join(&members, &gate).await.unwrap();
        assert!(alone && going.is_last(&gate).unwrap());
        going.leave(&gate);
        gate.leave();

        // The file of the one who goes is still open.
        let gate = Gate::enter(&gate_path).await.unwrap();
        let (coming, alone) = Membership::join(&members, &gate).await.unwrap();
        assert!(alone);
        let (third, alone) = Membership::join(&members, &gate).await.unwrap();
        assert!(!alone, "the second is counted");
        assert!(!third.is_last(&gate).unwrap());
        drop(third);
        assert!(coming.is_last(&gate).unwrap());
        drop(going);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
