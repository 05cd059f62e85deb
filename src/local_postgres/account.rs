//! Who runs the server: the user of this process, or `postgres` when this process is root
//! (Postgres refuses to run as root). Everything that depends on that difference is in here.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::error::StartError;

/// The account for the server when Vestibule runs as root; Debian, Red Hat and Docker agree on it.
const SERVER_ACCOUNT: &str = "postgres";

/// For a process that was started without a `PATH`.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The user and group that run the server's processes and own the cluster.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: u32,
    gid: u32,
    /// This process is root and must become someone else to run the server.
    pub(super) switches: bool,
    search_path: OsString,
}

impl Account {
    /// This process's own account, or `postgres` if this process is root.
    pub(super) async fn find(search_path: &OsStr) -> Result<Self, StartError> {
        let mut account = Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            switches: false,
            search_path: if search_path.is_empty() {
                USUAL_PATH.into()
            } else {
                search_path.to_owned()
            },
        };
        if rustix::process::geteuid().is_root() {
            account.uid = account
                .ask_id("-u")
                .await
                .ok_or(StartError::NoServerAccount)?;
            account.gid = account
                .ask_id("-g")
                .await
                .ok_or(StartError::NoServerAccount)?;
            account.switches = true;
        }
        Ok(account)
    }

    async fn ask_id(&self, flag: &str) -> Option<u32> {
        let id = self.id(flag, SERVER_ACCOUNT).await?.parse().ok()?;
        (id != 0).then_some(id)
    }

    /// The name of a user, or the number if it has none.
    pub(super) async fn name_of(&self, uid: u32) -> String {
        let uid = uid.to_string();
        self.id("-nu", &uid).await.unwrap_or(uid)
    }

    async fn id(&self, flag: &str, user: &str) -> Option<String> {
        let mut id = self.command(Path::new("id"));
        let output = id.args([flag, user]).output().await.ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| said.trim().to_owned())
    }

    /// A command that runs as this account.
    ///
    /// It starts with an almost empty environment: Vestibule's own holds secrets, and `PG*`
    /// variables would change what the programs do. It stands in a process group of its own, so
    /// that Ctrl-C reaches Vestibule alone, which then decides.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", &self.search_path)
            .env("LC_ALL", "C");
        command
            .stdin(Stdio::null())
            .process_group(0)
            .current_dir("/");
        if self.switches {
            // With a new user id, the standard library drops root's supplementary groups too.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// The same as the user of this process, root included: for programs that only answer a
    /// question.
    pub(super) fn command_as_caller(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", &self.search_path)
            .env("LC_ALL", "C");
        command
            .stdin(Stdio::null())
            .process_group(0)
            .current_dir("/");
        command
    }

    /// Gives a file or folder that this process made to the account.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        if self.switches {
            chown(path, Some(self.uid), Some(self.gid))
        } else {
            Ok(())
        }
    }

    /// Checks that the account can reach `folder` (absolute, links resolved); the error names the
    /// first folder on the way that stops it. Asks the kernel, because modes are not all there is.
    pub(super) async fn check_crossing(&self, folder: &Path) -> Result<(), StartError> {
        if !self.switches || self.can_enter(folder).await {
            return Ok(());
        }
        let mut way: Vec<PathBuf> = folder.ancestors().map(Path::to_owned).collect();
        way.reverse();
        for step in way {
            if !self.can_enter(&step).await {
                return Err(StartError::CannotCross(step));
            }
        }
        Ok(())
    }

    async fn can_enter(&self, folder: &Path) -> bool {
        let mut shell = self.command(Path::new("/bin/sh"));
        shell.args(["-c", r#"cd -- "$1""#, "sh"]).arg(folder);
        shell.stdout(Stdio::null()).stderr(Stdio::null());
        shell.status().await.is_ok_and(|status| status.success())
    }
}
