//! Where things stand in the data directory, and the directory itself.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::{At, StartError};

/// The cluster's folder in the data directory.
pub(super) const CLUSTER: &str = "postgres";

/// The paths of the embedded database, all absolute.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) data_dir: PathBuf,
    /// The cluster. Exists only whole: it is made under another name and renamed.
    pub(super) cluster: PathBuf,
    /// Where `initdb` works until it is done.
    pub(super) unfinished: PathBuf,
    pub(super) settings: PathBuf,
    pub(super) log: PathBuf,
    pub(super) gate: PathBuf,
    pub(super) members: PathBuf,
    /// The socket folder, or a link to it.
    pub(super) run: PathBuf,
}

impl Layout {
    /// Makes the data directory if it is absent.
    ///
    /// A user's directory is private (0700). Root's is 0711: the server, running as another user,
    /// must cross it but need not list it.
    pub(super) fn prepare(data_dir: &Path, account: &Account) -> Result<Self, StartError> {
        let mode = if account.switches { 0o711 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(data_dir)
            .at("make", data_dir)?;
        let data_dir = fs::canonicalize(data_dir).at("find", data_dir)?;
        if account.switches {
            let metadata = fs::metadata(&data_dir).at("look at", &data_dir)?;
            if metadata.uid() == 0 && metadata.mode() & 0o011 != 0o011 {
                let crossable = Permissions::from_mode(metadata.mode() & 0o7777 | 0o011);
                fs::set_permissions(&data_dir, crossable).at("set the mode of", &data_dir)?;
            }
        }
        Ok(Self {
            cluster: data_dir.join(CLUSTER),
            unfinished: data_dir.join("postgres.unfinished"),
            settings: data_dir.join("postgres.conf"),
            log: data_dir.join("postgres.log"),
            gate: data_dir.join("postgres.gate"),
            members: data_dir.join("postgres.members"),
            run: data_dir.join("postgres-run"),
            data_dir,
        })
    }
}

/// Makes a folder that only the account (and root) can enter. Fails if the path exists.
pub(super) fn make_private_folder(path: &Path, account: &Account) -> std::io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    account.own(path)
}
