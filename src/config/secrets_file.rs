//! The secrets that development makes for itself and keeps in `DATA_DIR/secrets.env`.
//!
//! Two processes that start at once must agree. Each writes a whole file under a name of its own
//! and links it to the final name, which succeeds once; then both read what stands there.

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

/// Where the secrets of that data directory are kept.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("secrets.env")
}

/// Reads the file, making it with fresh secrets where it does not exist yet.
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

/// Makes the data directory, open to its owner alone. Root's can be crossed, since the embedded
/// database inside belongs to another account.
fn make_folder(data_dir: &Path, root: bool) -> io::Result<()> {
    let mode = if root { 0o711 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(data_dir)
}

fn make(target: &Path, fill: &dyn Fn(&mut [u8])) -> io::Result<()> {
    // Random, since process ids repeat between containers that share a volume.
    let mut tag = [0; 8];
    fill(&mut tag);
    let draft = target.with_file_name(format!(".secrets.env.{}", HEXLOWER.encode(&tag)));
    let written = write_private(&draft, &[HEADING, &fresh_secrets(fill).lines()]);
    let linked = written.and_then(|()| fs::hard_link(&draft, target));
    // What keeps the draft from being removed is reported by one of the two steps before.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Writes a new file that only its owner can read.
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
