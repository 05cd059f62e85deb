//! Files of the data directory. As root, no other account may be able to lead a write or a read to another file.

use std::fs::{self, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::account::Account;
use super::error::{At, IoError, StartError};

/// No file that is read here is longer; the longest is `pg_hba.conf`.
const LONGEST: u64 = 4 * 1024 * 1024;
/// A pipe would be waited for.
const NEITHER_LINK_NOR_PIPE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK);

/// As root, refuses a data directory that another account can change, or can put another one in place of.
///
/// Such an account could put links where root then writes. And a cluster of its own has a server that root would
/// not find, and disturb.
pub(super) async fn refuse_foreign(data_dir: &Path, account: &Account) -> Result<(), StartError> {
    if !account.switches {
        return Ok(());
    }
    // Where the way to it leads through links, both are looked at. The end of it need not be there yet.
    let resolved = data_dir
        .ancestors()
        .find_map(|path| fs::canonicalize(path).ok());
    let itself = fs::canonicalize(data_dir).ok();
    let ways = [Some(data_dir), resolved.as_deref()];
    for path in ways.into_iter().flatten().flat_map(Path::ancestors) {
        let Ok(found) = fs::symlink_metadata(path) else {
            continue;
        };
        if found.uid() != 0 {
            return Err(StartError::Foreign {
                path: path.to_owned(),
                owner: account.name_of(found.uid()).await,
            });
        }
        if is_open(&found, Some(path) == itself.as_deref()) {
            return Err(StartError::OpenToOthers(path.to_owned()));
        }
    }
    Ok(())
}

/// Whether accounts other than root may change what the folder contains. In a folder such as /tmp, they may add, but
/// neither rename nor remove what is not theirs.
fn is_open(found: &Metadata, is_data_dir: bool) -> bool {
    let by_group = found.mode() & 0o020 != 0 && found.gid() != 0;
    let only_added = found.mode() & 0o1000 != 0 && !is_data_dir;
    found.is_dir() && (by_group || found.mode() & 0o002 != 0) && !only_added
}

/// Reads a file that the server's account may have replaced by a link or a pipe.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(NEITHER_LINK_NOR_PIPE.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(text)
}

/// Writes a file beside its place and moves it there: whole or not at all, and never through a link.
pub(super) fn replace(
    path: &Path,
    draft: &Path,
    text: &[u8],
    mode: u32,
    owner: Option<&Account>,
) -> Result<(), IoError> {
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).at("remove", draft);
        }
        _ => (),
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(draft)
        .at("make", draft)?;
    file.write_all(text).at("write", draft)?;
    file.set_permissions(Permissions::from_mode(mode))
        .at("set the mode of", draft)?;
    if let Some(account) = owner {
        account.own(draft).at("give away", draft)?;
    }
    fs::rename(draft, path).at("write", path)
}
