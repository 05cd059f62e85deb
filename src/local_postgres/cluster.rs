//! The cluster's files: made once by `initdb`, and the settings the server runs with.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;

use tracing::info;

use super::account::Account;
use super::error::{At, StartError};
use super::files;
use super::layout::{Layout, make_private_folder};
use super::locks::Gate;
use super::programs::Programs;
use super::{Durability, NAME, Options, log};

/// The file that makes a folder a cluster.
const VERSION: &str = "PG_VERSION";

/// Finds the programs for the cluster that is there, or makes one. Must be called behind the gate.
pub(super) async fn ensure(
    options: &Options,
    layout: &Layout,
    account: &Account,
    gate: &Gate,
) -> Result<Programs, StartError> {
    if let Some(made_by) = version_of(&layout.cluster)? {
        return Programs::find(options, account, Some((made_by, &layout.cluster))).await;
    }
    if fs::read_dir(&layout.cluster).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(StartError::NotACluster(layout.cluster.clone()));
    }
    let programs = Programs::find(options, account, None).await?;
    info!(cluster = %layout.cluster.display(), version = programs.major, "making the local Postgres cluster");
    initialise(&programs, options.durability, layout, account, gate).await?;
    Ok(programs)
}

/// Refuses a cluster of another account, before anything is done that would disturb its server.
pub(super) fn refuse_foreign(layout: &Layout, account: &Account) -> Result<(), StartError> {
    if !exists(&layout.cluster) {
        return Ok(());
    }
    let found = fs::metadata(&layout.cluster).at("look at", &layout.cluster)?;
    let owner = found.uid();
    if owner == account.uid {
        return Ok(());
    }
    Err(StartError::OtherOwner {
        path: layout.cluster.clone(),
        owner,
        runs_as: account.uid,
    })
}

/// Whether there is a cluster, if only one that this account may not look at.
pub(super) fn exists(cluster: &Path) -> bool {
    !matches!(fs::exists(cluster.join(VERSION)), Ok(false))
}

fn version_of(cluster: &Path) -> Result<Option<u32>, StartError> {
    let path = cluster.join(VERSION);
    match files::read(&path) {
        Ok(version) => String::from_utf8_lossy(&version)
            .trim()
            .parse()
            .map(Some)
            .map_err(|_| StartError::NotACluster(cluster.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        failed => Ok(failed.at("read", &path).map(|_| None)?),
    }
}

/// Works under another name and renames at the end: a cluster is there whole or not at all.
///
/// `trust` admits any process that reaches the socket, whose folder only the server's account and root can
/// enter. TCP, which every account of the machine can reach, is refused.
async fn initialise(
    programs: &Programs,
    durability: Durability,
    layout: &Layout,
    account: &Account,
    gate: &Gate,
) -> Result<(), StartError> {
    match fs::remove_dir_all(&layout.unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).at("remove", &layout.unfinished)?;
        }
        _ => (),
    }
    make_private_folder(&layout.unfinished, account).at("make", &layout.unfinished)?;
    let program = programs.path("initdb");
    let mut initdb = account.command(&program);
    initdb.args([
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
        "--no-instructions",
    ]);
    initdb.arg(format!("--username={NAME}"));
    if durability == Durability::Throwaway {
        initdb.args(["--no-sync", "--wal-segsize=1"]);
    }
    initdb.arg("-D").arg(&layout.unfinished).kill_on_drop(true);
    initdb
        .stdin(gate.as_stdin().at("share", &layout.gate)?)
        .stdout(Stdio::null());
    let output = initdb.output().await.at("run", &program)?;
    if !output.status.success() {
        let _ = fs::remove_dir_all(&layout.unfinished);
        return Err(StartError::InitFailed(log::last_lines(&output.stderr)));
    }
    fs::rename(&layout.unfinished, &layout.cluster).at("rename to", &layout.cluster)?;
    if durability == Durability::Durable {
        File::open(&layout.data_dir)
            .and_then(|folder| folder.sync_all())
            .at("flush", &layout.data_dir)?;
    }
    Ok(())
}

/// Writes the settings file. It stands outside the cluster, so that root never writes into a
/// folder that another user controls.
pub(super) fn write_settings(
    layout: &Layout,
    sockets: &Path,
    durability: Durability,
) -> Result<(), StartError> {
    let fresh = layout.settings.with_extension("conf.new");
    let text = settings(sockets, durability);
    Ok(files::replace(
        &layout.settings,
        &fresh,
        &text,
        0o644,
        None,
    )?)
}

fn settings(sockets: &Path, durability: Durability) -> Vec<u8> {
    let mut text = b"\
# Written by Vestibule whenever it starts the server. Settings of your own go into
# postgres.local.conf beside this file; they win.
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
unix_socket_directories = '"
        .to_vec();
    text.extend(quoted_folder(sockets.as_os_str().as_bytes()));
    text.extend(
        b"'
max_connections = 100
shared_buffers = 32MB
maintenance_work_mem = 32MB
max_parallel_workers_per_gather = 0
jit = off
timezone = 'UTC'
# Terse: the details of an error quote the values of rows.
log_error_verbosity = terse
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
log_checkpoints = off
",
    );
    text.extend_from_slice(match durability {
        Durability::Durable => b"min_wal_size = 32MB\nmax_wal_size = 256MB\n",
        Durability::Throwaway => {
            b"\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = 8MB
max_wal_size = 64MB
"
        }
    });
    text.extend(b"include_if_exists = 'postgres.local.conf'\n");
    text
}

/// A folder as an element of Postgres's list of folders, which itself stands in single quotes:
/// double quotes guard commas and spaces, and each kind of quote is doubled.
fn quoted_folder(path: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for &byte in path {
        match byte {
            b'"' | b'\'' | b'\\' => quoted.extend([byte, byte]),
            b'\n' => quoted.extend(b"\\n"),
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_quoted_twice() {
        assert_eq!(quoted_folder(b"/a b,c"), br#""/a b,c""#);
        assert_eq!(quoted_folder(br#"/it's "x"\"#), br#""/it''s ""x""\\""#);
    }
}
