//! Certificates made as the manuals of Postgres and of mail servers show.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use rustls::{
    SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use tokio::net::TcpListener;
use vestibule::internals::mail::{SmtpSettings, TlsMode};

use super::{deliver, mail_to, replies::talk};

/// A folder for the certificates of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = format!("vestibule-tls-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A certificate and its key.
struct Made {
    certificate: PathBuf,
    key: PathBuf,
}

impl Made {
    /// A self-signed certificate with the name in its subject only.
    fn self_signed(folder: &Folder, name: &str) -> Self {
        let made = Self::places(folder, name);
        let arguments = "req -new -x509 -days 2 -nodes -text -subj /CN=mail.example.com";
        openssl(
            arguments,
            &[("-out", &made.certificate), ("-keyout", &made.key)],
        );
        made
    }

    /// A certificate that an authority signs without extensions, which makes it version 1; and the
    /// authority's.
    fn of_version_1(folder: &Folder) -> (Self, Self) {
        let (made, authority) = (
            Self::places(folder, "server"),
            Self::self_signed(folder, "authority"),
        );
        let request = folder.0.join("server.csr");
        let arguments = "req -new -nodes -text -subj /CN=mail.example.com";
        openssl(arguments, &[("-out", &request), ("-keyout", &made.key)]);
        openssl(
            "x509 -req -text -days 2 -CAcreateserial",
            &[
                ("-in", &request),
                ("-CA", &authority.certificate),
                ("-CAkey", &authority.key),
                ("-out", &made.certificate),
            ],
        );
        let text = std::fs::read_to_string(&made.certificate).unwrap();
        assert!(text.contains("Version: 1 (0x0)"), "{text}");
        (made, authority)
    }

    fn places(folder: &Folder, name: &str) -> Self {
        let place = |kind: &str| folder.0.join(format!("{name}.{kind}"));
        Self {
            certificate: place("crt"),
            key: place("key"),
        }
    }
}

fn openssl(arguments: &str, files: &[(&str, &Path)]) {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' '));
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let made = command.output().unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// A mail server that presents this certificate.
async fn server(made: &Made, version: &'static SupportedProtocolVersion) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from_pem_file(&made.key).unwrap();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let chain = vec![CertificateDer::from_pem_file(&made.certificate).unwrap()];
    let presented = SingleCertAndKey::from(CertifiedKey::new(chain, key));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(presented));
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.ok()?;
                talk(stream, &[], Duration::ZERO, Arc::default()).await
            });
        }
    });
    port
}

/// The error about the server with `ca_file` as the setting; `None` if it accepts a mail.
async fn refusal(port: u16, ca_file: Option<&Path>) -> Option<String> {
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: TlsMode::Tls,
        username: None,
        password: None,
        from: "no-reply@auth.example.com".to_owned(),
        ca_file: ca_file.map(Path::to_owned),
        timeout: Duration::from_secs(5),
    };
    let sent = deliver(&settings, &mail_to("grace@example.com")).await;
    sent.err().map(|error| error.to_string())
}

#[tokio::test]
async fn a_self_signed_certificate_in_the_ca_file_is_trusted() {
    let folder = Folder::new("self-signed");
    let made = Made::self_signed(&folder, "server");
    let other = Made::self_signed(&folder, "other");
    for version in [&TLS12, &TLS13] {
        let port = server(&made, version).await;
        assert_eq!(refusal(port, Some(&made.certificate)).await, None);
        for ca_file in [None, Some(other.certificate.as_path())] {
            let said = refusal(port, ca_file).await.unwrap();
            assert!(
                said.contains("certificate") && said.contains("SMTP_CA_FILE"),
                "{said}"
            );
        }
    }
}

#[tokio::test]
async fn a_version_1_certificate_in_the_ca_file_is_trusted() {
    let folder = Folder::new("version-1");
    let (made, authority) = Made::of_version_1(&folder);
    for version in [&TLS12, &TLS13] {
        let port = server(&made, version).await;
        assert_eq!(refusal(port, Some(&made.certificate)).await, None);
        for ca_file in [None, Some(authority.certificate.as_path())] {
            let said = refusal(port, ca_file).await.unwrap();
            assert!(
                said.contains("version 1") && said.contains("SMTP_CA_FILE"),
                "{said}"
            );
        }
    }
}

/// The configured certificate is public: only a server that has its key is trusted.
#[tokio::test]
async fn a_server_without_the_key_of_a_trusted_certificate_is_refused() {
    let folder = Folder::new("without-key");
    let (made, authority) = Made::of_version_1(&folder);
    let thief = Made {
        certificate: made.certificate.clone(),
        key: authority.key,
    };
    for version in [&TLS12, &TLS13] {
        let port = server(&thief, version).await;
        let said = refusal(port, Some(&made.certificate)).await.unwrap();
        assert!(
            said.contains("does not prove") && !said.contains("CA_FILE"),
            "{said}"
        );
    }
}
