//! The certificate and its key.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use thiserror::Error;
use tokio::{task::spawn_blocking, time::sleep};

use crate::config::TlsFiles;

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

fn pair(files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
    let unusable = |setting, path: &Path| {
        let path = path.to_owned();
        move |why| TlsError::File { setting, path, why }
    };
    let certificates = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unusable("TLS_CERT_FILE", &files.certificate))?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate(files.certificate.clone()));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(unusable("TLS_KEY_FILE", &files.key))?;
    Ok(CertifiedKey::from_der(
        certificates,
        key,
        &ring::default_provider(),
    )?)
}
