//! The data directory: its owner, and who else may read or write it.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::Path,
};

use rustix::process::geteuid;

use super::report::Report;
use crate::config::{Config, DatabaseSource};

/// Checks the directory, before the embedded database is opened in it.
pub(super) fn check(config: &Config, report: &mut Report) {
    let DatabaseSource::Embedded { data_dir, .. } = &config.database else {
        return report.ok("data directory", "not used, as DATABASE_URL is set");
    };
    let shown = data_dir.display();
    match fs::metadata(data_dir) {
        Ok(found) if found.is_dir() => rights(data_dir, &found, report),
        Ok(_) => report.fail(
            "data directory",
            format!("{shown} is no folder"),
            "Move it away, or set DATA_DIR.",
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            report.ok("data directory", format!("{shown} will be made"));
        }
        Err(error) => report.fail(
            "data directory",
            format!("{shown} cannot be looked at: {error}"),
            "Run as its owner, or set DATA_DIR.",
        ),
    }
}

fn rights(data_dir: &Path, found: &Metadata, report: &mut Report) {
    let shown = data_dir.display();
    let before = report.is_sound();
    if found.mode() & 0o022 != 0 {
        report.fail(
            "data directory",
            format!("{shown} can be written to by others"),
            &format!("chmod go-w {shown}"),
        );
    }
    if found.uid() != geteuid().as_raw() {
        report.fail(
            "data directory",
            format!("{shown} belongs to another account"),
            "Run as the account that made it.",
        );
    }
    let secrets = data_dir.join("secrets.env");
    if fs::metadata(&secrets).is_ok_and(|found| found.mode() & 0o077 != 0) {
        let secrets = secrets.display();
        report.fail(
            "data directory",
            format!("{secrets} can be read by others"),
            &format!("chmod 600 {secrets}"),
        );
    }
    if before && report.is_sound() {
        report.ok("data directory", format!("{shown} is its owner's alone"));
    }
}
