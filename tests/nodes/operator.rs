//! An operator on the command line.

use std::path::Path;
use std::process::{Command, Output};

use crate::cluster::{Cluster, Sql};
use crate::node::command_on;

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) done: bool,
    pub(crate) said: String,
    pub(crate) complaint: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("the built binary");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            done: status.success(),
            said: text(stdout),
            complaint: text(stderr),
        }
    }

    /// The output; asserts that the command succeeded.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert!(self.done, "{self:?}");
        self.said
    }

    /// Asserts that the command was refused in one line that contains `why`.
    #[track_caller]
    pub(crate) fn refused(self, why: &str) {
        assert!(!self.done && self.said.is_empty(), "{self:?}");
        assert!(self.complaint.contains(why), "{self:?}");
        let ours = self.complaint.starts_with("vestibule: ");
        assert!(!ours || self.complaint.lines().count() == 1, "{self:?}");
    }
}

/// Runs a command on a cluster's database.
pub(crate) fn run(cluster: &Cluster, words: &[&str]) -> Ran {
    run_with(cluster, &[], words)
}

/// Like [`run`], with further settings.
pub(crate) fn run_with(cluster: &Cluster, settings: &[(&str, &str)], words: &[&str]) -> Ran {
    let mut command = command_on(cluster, settings);
    command.env("RUST_LOG", "warn");
    Ran::of(command.args(words))
}

/// The name of the latest audit event, and its user agent, which names the command.
pub(crate) async fn latest_event(sql: &Sql) -> (String, String) {
    let query = "SELECT event, user_agent, actor_id FROM audit_events ORDER BY seq DESC LIMIT 1";
    let row = sql.rows(query).await.swap_remove(0);
    assert_eq!(row[2], "", "an operator needs no account");
    (row[0].clone(), row[1].clone())
}

/// The number of mails of a kind.
pub(crate) async fn mails(sql: &Sql, kind: &str) -> i64 {
    sql.count(&format!("SELECT count(*) FROM mails WHERE kind = '{kind}'"))
        .await
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = path.metadata().expect("a file");
    metadata.permissions().mode() & 0o777
}
