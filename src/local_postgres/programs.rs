//! Finding the Postgres programs of the machine, and their version.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::Options;
use super::account::Account;
use super::error::{OLDEST, StartError};

/// Folders of packages that keep a folder per major version: parent, and what stands before the
/// version. The programs are in `bin` below.
const PACKAGED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),                       // Debian, Ubuntu
    ("/usr", "pgsql-"), // the PostgreSQL project's packages for Red Hat
    ("/opt/homebrew/opt", "postgresql@"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@"), // Homebrew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@"), // Homebrew on Linux
];

/// A folder with `postgres`, `initdb` and `pg_ctl` of one version.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    dir: PathBuf,
    /// The major version, 14 or later.
    pub(super) major: u32,
}

impl Programs {
    /// The programs to use: `PG_BIN_DIR` if set, else the first fit in `PATH`, `pg_config
    /// --bindir` and the packages' folders (newest first).
    ///
    /// `made_by` is the major version of the cluster that is there already, for no other can run it.
    pub(super) async fn find(
        options: &Options,
        account: &Account,
        made_by: Option<(u32, &Path)>,
    ) -> Result<Self, StartError> {
        let mut unfit: Option<Self> = None;
        for dir in candidates(options, account).await {
            let Some(found) = Self::look_in(&dir, account).await else {
                continue;
            };
            if found.major >= OLDEST && made_by.is_none_or(|(major, _)| major == found.major) {
                account
                    .check_crossing(&fs::canonicalize(&found.dir).unwrap_or(dir))
                    .await?;
                return Ok(found);
            }
            if unfit.as_ref().is_none_or(|known| known.major < found.major) {
                unfit = Some(found);
            }
        }
        Err(match (unfit, made_by, &options.bin_dir) {
            (Some(unfit), Some((made_by, cluster)), _) if unfit.major >= OLDEST => {
                StartError::OtherVersion {
                    cluster: cluster.to_owned(),
                    made_by,
                    found: unfit.major,
                }
            }
            (Some(unfit), ..) => StartError::TooOld {
                major: unfit.major,
                dir: unfit.dir,
            },
            (None, _, Some(bin_dir)) => StartError::NotInBinDir(bin_dir.clone()),
            (None, _, None) => StartError::NoPrograms,
        })
    }

    /// The path of one of the programs.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.dir.join(program)
    }

    async fn look_in(dir: &Path, account: &Account) -> Option<Self> {
        if !["postgres", "initdb", "pg_ctl"]
            .iter()
            .all(|program| dir.join(program).is_file())
        {
            return None;
        }
        // Asked as the own user even for root, so that a folder the server's account cannot
        // cross is reported as that and not as missing.
        let version = account
            .command_as_caller(&dir.join("postgres"))
            .arg("--version")
            .output()
            .await
            .ok()?;
        let major = parse_major(&String::from_utf8_lossy(&version.stdout))?;
        Some(Self {
            dir: dir.to_owned(),
            major,
        })
    }
}

async fn candidates(options: &Options, account: &Account) -> Vec<PathBuf> {
    if let Some(bin_dir) = &options.bin_dir {
        return vec![std::path::absolute(bin_dir).unwrap_or_else(|_| bin_dir.clone())];
    }
    let on_path: Vec<PathBuf> = std::env::split_paths(&options.search_path)
        .filter(|dir| dir.is_absolute())
        .collect();
    let configured = pg_config_bindir(&on_path, account).await;
    let mut all = on_path;
    all.extend(configured);
    for (parent, prefix) in PACKAGED {
        all.extend(packaged(Path::new(parent), prefix));
    }
    all
}

async fn pg_config_bindir(on_path: &[PathBuf], account: &Account) -> Option<PathBuf> {
    let program = on_path
        .iter()
        .map(|dir| dir.join("pg_config"))
        .find(|program| program.is_file())?;
    let mut answer = account
        .command_as_caller(&program)
        .arg("--bindir")
        .output()
        .await
        .ok()?
        .stdout;
    answer.truncate(answer.trim_ascii_end().len());
    Some(PathBuf::from(std::ffi::OsString::from_vec(answer)))
}

/// The `bin` folders of a package that names its folders by version, newest first.
fn packaged(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                version_in_name(&entry.file_name(), prefix)?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

fn version_in_name(name: &OsStr, prefix: &str) -> Option<u32> {
    name.to_str()?.strip_prefix(prefix)?.parse().ok()
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian ...)`, and development versions such as `18beta1`.
/// Before version 10 the major version had two parts; the first is enough to call it too old.
fn parse_major(answer: &str) -> Option<u32> {
    let version = answer.split_once("(PostgreSQL) ")?.1;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(parse_major("something else"), None);
    }

    #[test]
    fn folders_are_ordered_by_number_and_not_by_letter() {
        assert_eq!(
            version_in_name(OsStr::new("postgresql@9"), "postgresql@"),
            Some(9)
        );
        assert_eq!(version_in_name(OsStr::new("17"), ""), Some(17));
        assert_eq!(version_in_name(OsStr::new("9.6"), ""), None);
        assert_eq!(
            version_in_name(OsStr::new("postgresql@"), "postgresql@"),
            None
        );
    }
}
