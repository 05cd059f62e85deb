//! The secrets that development creates and keeps in `DATA_DIR/secrets.env`.
//!
//! Processes that start at the same time must agree. Each writes a complete file under its own name and
//! links it to the final name, which succeeds once. Then all of them read that file.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use super::faults::Fault;
use super::fresh_secrets::fresh_secrets;
use super::source::{Dotenv, read_dotenv};

const HEADING: &str = "# Secrets that Vestibule made for development on this machine. Keep them with the database\n\
                       # beside this file: without SEALING_KEYS its second factors cannot be opened.\n";

/// The path of the secrets in that data directory.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("secrets.env")
}

/// Reads the file. If it does not exist, it is created with new secrets.
pub(super) fn read_or_make(data_dir: &Path, root: bool, fill: &dyn Fn(&mut [u8])) -> Dotenv {
    let target = path(data_dir);
    let made = match fs::exists(&target) {
        Ok(true) => Ok(()),
        Ok(false) => make_folder(data_dir, root).and_then(|()| make(&target, fill)),
        Err(error) => Err(error),
    };
    match made {
        Ok(()) => read_dotenv(&target),
        Err(error) => Dotenv {
            faults: vec![unwritable(data_dir, &error)],
            ..Dotenv::default()
        },
    }
}

/// Creates the data directory for its owner only. Under root, others may traverse it, since the embedded
/// database inside belongs to another account.
fn make_folder(data_dir: &Path, root: bool) -> io::Result<()> {
    let mode = if root { 0o711 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(data_dir)
}

fn make(target: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<()> {
    // Random, because process ids repeat between containers that share a volume.
    let mut tag = [0; 8];
    fill(&mut tag);
    let draft = target.with_file_name(format!(".secrets.env.{}", HEXLOWER.encode(&tag)));
    let written = write_private(&draft, &[HEADING, &fresh_secrets(fill).lines()]);
    let linked = written.and_then(|()| fs::hard_link(&draft, target));
    // A failure to remove the draft has the same cause as an error of the steps before, which is reported.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Writes a new file that only its owner may read.
fn write_private(draft: &Path, parts: &[&str]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)?;
    for part in parts {
        file.write_all(part.as_bytes())?;
    }
    file.sync_all()
}

fn unwritable(data_dir: &Path, error: &io::Error) -> Fault {
    Fault {
        setting: "DATA_DIR".to_owned(),
        problem: format!("cannot keep secrets in {}: {error}", data_dir.display()),
        remedy: "Name a folder that this account can write, or set all secrets.".to_owned(),
    }
}
