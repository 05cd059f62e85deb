//! The private folder of the server's Unix socket, and the URL that leads there.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::NAME;
use super::account::Account;
use super::error::{At, IoError, StartError};
use super::layout::{Layout, make_private_folder};

/// What Postgres calls its socket in the folder: the port it would have on TCP is in the name.
const SOCKET: &str = "/.s.PGSQL.5432";
/// The longest socket path that `sockaddr_un` holds, without the closing NUL.
const LONGEST_SOCKET: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// Where the folder goes when the data directory's path is too long. Not `TMPDIR`: two processes
/// may differ in it, and it may be long itself.
const SHORT_PARENT: &str = "/tmp";

/// A folder of mode 0700 that belongs to the account of the server.
#[derive(Debug, Clone)]
pub(super) struct SocketFolder {
    pub(super) path: PathBuf,
}

impl SocketFolder {
    /// Finds the folder of this data directory, or makes it. Must be called behind the gate.
    pub(super) fn prepare(layout: &Layout, account: &Account) -> Result<Self, StartError> {
        let path = if layout.run.as_os_str().len() + SOCKET.len() <= LONGEST_SOCKET {
            prepare_beside_cluster(&layout.run, account)?;
            layout.run.clone()
        } else {
            prepare_short(layout, account)?
        };
        Ok(Self { path })
    }

    /// Removes the socket of a dead server, and the lock file beside it, which Postgres would
    /// take for a living one's if its process id has been given to another process.
    pub(super) fn clear(&self) -> Result<(), IoError> {
        for name in [SOCKET.to_owned(), format!("{SOCKET}.lock")] {
            let path = self.path.join(name.trim_start_matches('/'));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).at("remove", &path);
                }
                _ => (),
            }
        }
        Ok(())
    }

    /// The connection URL of a database: the folder, percent-encoded, stands where the host would.
    pub(super) fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{NAME}@{folder}/{database}",
            folder = percent_encoded(self.path.as_os_str().as_bytes()),
            database = percent_encoded(database.as_bytes()),
        )
    }
}

fn prepare_beside_cluster(run: &Path, account: &Account) -> Result<(), IoError> {
    if fs::symlink_metadata(run).is_ok_and(|found| !found.is_dir()) {
        // The link from a time when the data directory had a longer path.
        fs::remove_file(run).at("remove", run)?;
    }
    if !is_private_folder(run, account) {
        let _ = fs::remove_dir_all(run);
        make_private_folder(run, account).at("make", run)?;
    }
    Ok(())
}

/// The link in the data directory remembers the short folder, for others could have taken its
/// name before us. The name says which data directory it serves, so that a copy of the directory,
/// link and all, does not lead to the server of the original.
fn prepare_short(layout: &Layout, account: &Account) -> Result<PathBuf, StartError> {
    let name = format!(
        "vestibule-{}",
        &hex(&Sha256::digest(layout.data_dir.as_os_str().as_bytes()))[..16]
    );
    if let Ok(remembered) = fs::read_link(&layout.run)
        && remembered.parent() == Some(Path::new(SHORT_PARENT))
        && remembered
            .file_name()
            .is_some_and(|f| f.as_bytes().starts_with(name.as_bytes()))
        && is_private_folder(&remembered, account)
    {
        return Ok(remembered);
    }
    let made = make_short(&name, account)?;
    match fs::symlink_metadata(&layout.run) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(&layout.run).at("remove", &layout.run)?,
        Ok(_) => fs::remove_file(&layout.run).at("remove", &layout.run)?,
        Err(_) => (),
    }
    symlink(&made, &layout.run).at("make", &layout.run)?;
    Ok(made)
}

/// Every account can write to /tmp: `mkdir` fails on a name that is taken, by any account, and the
/// next one is tried.
fn make_short(name: &str, account: &Account) -> Result<PathBuf, IoError> {
    let mut attempt = 0;
    loop {
        let path = Path::new(SHORT_PARENT).join(format!("{name}-{attempt}"));
        match make_private_folder(&path, account) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 99 => {
                if is_private_folder(&path, account) {
                    return Ok(path);
                }
                attempt += 1;
            }
            made => return made.at("make", &path).map(|()| path),
        }
    }
}

fn is_private_folder(path: &Path, account: &Account) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| {
        found.is_dir() && found.uid() == account.uid && found.mode() & 0o777 == 0o700
    })
}

/// Everything but RFC 3986's unreserved characters, byte by byte.
fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(
        String::with_capacity(bytes.len() * 2),
        |mut encoded, &byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
            encoded
        },
    )
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_the_folder_whatever_its_name() {
        let folder = SocketFolder {
            path: PathBuf::from("/srv/a b,c:d@e%/run"),
        };
        let url = folder.url("test 1");
        assert_eq!(
            url,
            "postgresql://vestibule@%2Fsrv%2Fa%20b%2Cc%3Ad%40e%25%2Frun/test%201"
        );
        let config: tokio_postgres::Config = url.parse().unwrap();
        assert_eq!(
            config.get_hosts(),
            [tokio_postgres::config::Host::Unix(folder.path)]
        );
        assert_eq!(config.get_dbname(), Some("test 1"));
        assert_eq!(config.get_user(), Some("vestibule"));
    }
}
