//! The server's log file: kept bounded, and quoted when a start fails.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tracing::warn;

/// The log and its predecessor take about twice this at most.
const LIMIT: u64 = 4 * 1024 * 1024;
const CHECK_EVERY: Duration = Duration::from_mins(1);
/// How much of a failed start is quoted.
const QUOTED_LINES: usize = 3;
const QUOTED_BYTES: u64 = 16 * 1024;

/// Opens the log for the server, which appends to it, trimmed if it had grown too long.
pub(super) fn open(log: &Path) -> io::Result<File> {
    trim(log)?;
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(log)
}

/// Looks at the log every minute for as long as this process uses the cluster.
pub(super) async fn keep_bounded(log: PathBuf) {
    let mut clock = tokio::time::interval(CHECK_EVERY);
    loop {
        clock.tick().await;
        let log = log.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || trim(&log)).await {
            warn!(%error, "cannot trim the log of the local Postgres");
        }
    }
}

/// Moves the content of a log that is too long to `postgres.log.old`.
///
/// The server keeps the file open for appending, so the file is copied and emptied in place. A
/// line written between the two is lost, which a log of last resort can bear.
fn trim(log: &Path) -> io::Result<()> {
    let file = match OpenOptions::new().write(true).open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    // Of several processes on the data directory, one does it.
    if file.metadata()?.len() <= LIMIT
        || flock(&file, FlockOperation::NonBlockingLockExclusive).is_err()
    {
        return Ok(());
    }
    if file.metadata()?.len() > LIMIT {
        fs::copy(log, log.with_extension("log.old"))?;
        file.set_len(0)?;
    }
    Ok(())
}

/// The last lines written after byte `since`, on one line.
pub(super) fn last_lines_since(log: &Path, since: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(
            since.max(end.saturating_sub(QUOTED_BYTES)).min(end),
        ))?;
        file.read_to_end(&mut text)
    });
    match read {
        Ok(_) => last_lines(&text),
        Err(error) => error.to_string(),
    }
}

/// The last few lines of a program's output, on one line.
pub(super) fn last_lines(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| is_telling(line))
        .collect();
    match lines.len() {
        0 => "it said nothing".to_owned(),
        n => lines[n.saturating_sub(QUOTED_LINES)..].join(" / "),
    }
}

/// Leaves out that it failed, and what only surrounds the reason.
fn is_telling(line: &str) -> bool {
    const EMPTY_TALK: [&str; 3] = [
        "could not start server",
        "Examine the log output",
        "database system is shut down",
    ];
    !line.is_empty() && !EMPTY_TALK.iter().any(|talk| line.contains(talk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_output_fits_on_a_line() {
        assert_eq!(last_lines(b"a\n\nb\n c \nd\n"), "b / c / d");
        assert_eq!(last_lines(b"one"), "one");
        assert_eq!(
            last_lines(b"pg_ctl: could not start server\n \n"),
            "it said nothing"
        );
    }

    #[test]
    fn a_long_log_is_moved_aside_and_goes_on() {
        let log = std::env::temp_dir().join(format!("vestibule-log-{}.log", std::process::id()));
        fs::write(&log, vec![b'x'; usize::try_from(LIMIT).unwrap() + 1]).unwrap();
        open(&log).unwrap();
        assert_eq!(fs::metadata(&log).unwrap().len(), 0);
        assert_eq!(
            fs::metadata(log.with_extension("log.old")).unwrap().len(),
            LIMIT + 1
        );
        fs::remove_file(log.with_extension("log.old")).unwrap();
        fs::remove_file(&log).unwrap();
    }
}
