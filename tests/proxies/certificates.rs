//! A certificate of the site, and the authority that signed it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Certificates {
    pub(crate) authority: PathBuf,
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
    /// Both in one file.
    pub(crate) both: PathBuf,
}

impl Certificates {
    pub(crate) fn make(folder: &Path, name: &str) -> Self {
        let made = Self {
            authority: folder.join("authority.pem"),
            chain: folder.join("fullchain.pem"),
            key: folder.join("privkey.pem"),
            both: folder.join("both.pem"),
        };
        let authority_key = folder.join("authority.key");
        let new = "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1";
        openssl(
            &format!("{new} -subj /CN=Authority"),
            &[("-out", &made.authority), ("-keyout", &authority_key)],
        );
        let extensions = "-addext basicConstraints=CA:FALSE -addext subjectAltName=DNS:";
        openssl(
            &format!("{new} -subj /CN={name} {extensions}{name}"),
            &[
                ("-CA", &made.authority),
                ("-CAkey", &authority_key),
                ("-out", &made.chain),
                ("-keyout", &made.key),
            ],
        );
        let parts = [&made.chain, &made.key].map(|part| fs::read_to_string(part).expect("made"));
        fs::write(&made.both, parts.concat()).expect("our own folder");
        made
    }
}

fn openssl(arguments: &str, files: &[(&str, &Path)]) {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' '));
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let output = command.output().expect("openssl: script/setup installs it");
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
