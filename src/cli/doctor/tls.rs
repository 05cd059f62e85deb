//! TLS without a proxy: the key's permissions, and whether the certificate is good for `BASE_URL`.

use std::{fs, os::unix::fs::MetadataExt, time::Duration};

use rustls::pki_types::{CertificateDer, UnixTime};

use super::report::Report;
use crate::{
    app::{Identity, SystemClock},
    config::{Config, TlsFiles},
    domain::{clock::Clock as _, network::tls},
};

const DAY: Duration = Duration::from_hours(24);
/// Authorities renew a certificate earlier than this.
const ENDS_SOON: Duration = Duration::from_hours(10 * 24);

/// Checks the files of `TLS_CERT_FILE` and `TLS_KEY_FILE`, if they are set.
pub(super) fn check(config: &Config, report: &mut Report) {
    let Some(files) = &config.tls else {
        return;
    };
    permissions(files, report);
    if config.base_url.scheme() != "https" {
        let what = "TLS is served, and BASE_URL is http";
        report.fail("tls", what, "Set BASE_URL to the https address.");
    }
    match Identity::read(files) {
        Ok(identity) => {
            if let Some(own) = identity.certificates().first() {
                certificate(config, own, report);
            }
        }
        Err(error) => {
            let remedy = "Name a certificate (PEM) and the key that belongs to it.";
            report.fail("tls", error.to_string(), remedy);
        }
    }
}

fn permissions(files: &TlsFiles, report: &mut Report) {
    let shown = files.key.display();
    match fs::metadata(&files.key) {
        Ok(found) if found.mode() & 0o027 != 0 => report.fail(
            "tls",
            format!("{shown} can be read by others, or written by its group"),
            &format!("chmod u=rw,g=r,o= {shown}"),
        ),
        Ok(found) if found.mode() & 0o040 != 0 => {
            let what = format!("{shown} can be read by its owner and its group");
            report.ok("tls", what);
        }
        Ok(_) => report.ok("tls", format!("{shown} can be read by its owner")),
        Err(error) => report.fail(
            "tls",
            format!("{shown} cannot be looked at: {error}"),
            "Run as the account of the service.",
        ),
    }
}

fn certificate(config: &Config, own: &CertificateDer<'_>, report: &mut Report) {
    let host = config.base_url.host_str().unwrap_or_default();
    let now = u64::try_from(SystemClock.now().timestamp()).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    let checked = tls::valid_for(own, host.trim_matches(['[', ']']), now);
    match checked {
        Ok(left) if left < ENDS_SOON => {
            let days = left.as_secs() / DAY.as_secs();
            let what = format!("the certificate ends in {days} days");
            report.warn("tls", what, "See why it has not been renewed.");
        }
        Ok(_) => report.ok("tls", format!("the certificate is for {host}, and in date")),
        Err(error) => {
            let what = format!("browsers refuse the certificate for {host}: {error}");
            report.fail("tls", what, "Get one that names this host and is in date.");
        }
    }
}
