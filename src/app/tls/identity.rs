//! The certificate and its key.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use thiserror::Error;
use tokio::{task::spawn_blocking, time::sleep};

use crate::{config::TlsFiles, domain::network::tls, files};

/// The target of this module's log lines.
const LOG: &str = "vestibule::app::tls";

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    #[error("{setting} ({}): {why}", path.display())]
    File {
        setting: &'static str,
        path: PathBuf,
        why: pem::Error,
    },
    #[error("TLS_KEY_FILE ({}): the key has a passphrase, which the service cannot be asked for: store it without one", .0.display())]
    Passphrase(PathBuf),
    #[error("TLS_CERT_FILE ({}) holds no certificate", .0.display())]
    NoCertificate(PathBuf),
    #[error("TLS_CERT_FILE and TLS_KEY_FILE cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// What changes when a file is replaced or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl From<&Metadata> for Stamp {
    fn from(file: &Metadata) -> Self {
        Self {
            inode: file.ino(),
            bytes: file.len(),
            seconds: file.mtime(),
            nanoseconds: file.mtime_nsec(),
        }
    }
}

/// Both files; `None` for one that cannot be looked at.
type Stamps = [Option<Stamp>; 2];

/// What the service shows to prove its name.
#[derive(Debug)]
pub struct Identity {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
    /// The files when they were last read, whatever came of it.
    read: Mutex<Stamps>,
}

impl Identity {
    /// Reads certificate and key, which must belong together.
    pub fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        let read = Mutex::new(stamps(files));
        Ok(Self {
            current: RwLock::new(Arc::new(pair(files)?)),
            files: files.clone(),
            read,
        })
    }

    /// The certificate, and those that lead to its authority.
    pub fn certificates(&self) -> Vec<CertificateDer<'static>> {
        self.current().cert.clone()
    }

    /// For how many seconds the certificate is still good; 0 if it is not, or not yet.
    pub(in crate::app) fn seconds_left(&self, now: DateTime<Utc>) -> u64 {
        let now = Duration::from_secs(u64::try_from(now.timestamp()).unwrap_or_default());
        let current = self.current();
        let left = current
            .cert
            .first()
            .and_then(|own| tls::time_left(own, UnixTime::since_unix_epoch(now)));
        left.unwrap_or_default().as_secs()
    }

    /// Reads the files again. If they cannot be used, the earlier certificate stays.
    pub fn reload(&self) -> Result<(), TlsError> {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = stamps(&self.files);
        let fresh = Arc::new(pair(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reads the files again whenever they have changed and then stayed the same for a moment: certificate and key
    /// are written one after the other. Ends never.
    pub(in crate::app) async fn follow(self: Arc<Self>) {
        let mut last = None;
        loop {
            sleep(LOOK).await;
            let this = Arc::clone(&self);
            // A panic is in the log already.
            last = spawn_blocking(move || this.look(last)).await.ok();
        }
    }

    /// Reads the files again if they differ from what was read, and are as they were at the last look.
    fn look(&self, last: Option<Stamps>) -> Stamps {
        let now = stamps(&self.files);
        let read = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if now != read && Some(now) == last {
            match self.reload() {
                Ok(()) => {
                    tracing::info!(target: LOG, "the certificate has changed, and the new one is used");
                }
                Err(error) => tracing::error!(target: LOG, %error, "the earlier certificate stays"),
            }
        }
        now
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    let stamp = |path: &Path| -> io::Result<Stamp> { Ok((&fs::metadata(path)?).into()) };
    [&files.certificate, &files.key].map(|path| stamp(path).ok())
}

/// Whether a key (PEM) is encrypted, in the form of PKCS #8 or in the older one.
fn has_passphrase(pem: &[u8]) -> bool {
    let has = |word: &[u8]| pem.windows(word.len()).any(|part| part == word);
    has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED")
}

fn pair(named: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let unusable = |setting, path: &Path| {
        let path = path.to_owned();
        move |why| TlsError::File { setting, path, why }
    };
    let read = |path: &Path| files::read(path, files::MAX_CERTIFICATES).map_err(pem::Error::Io);
    let certificates = read(&named.certificate)
        .and_then(|pem| CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>())
        .map_err(unusable("TLS_CERT_FILE", &named.certificate))?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate(named.certificate.clone()));
    }
    let pem = read(&named.key).map_err(unusable("TLS_KEY_FILE", &named.key))?;
    let key = PrivateKeyDer::from_pem_slice(&pem);
    if key.is_err() && has_passphrase(&pem) {
        return Err(TlsError::Passphrase(named.key.clone()));
    }
    let key = key.map_err(unusable("TLS_KEY_FILE", &named.key))?;
    Ok(CertifiedKey::from_der(
        certificates,
        key,
        &ring::default_provider(),
    )?)
}
