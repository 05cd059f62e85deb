//! Whom we trust over TLS, for the database, the mail server and whatever else is asked: one verifier,
//! and words for what it refuses.
//!
//! Trusted are the system's roots and the certificates that a setting names. A server that presents one
//! of those very certificates is the one that was named: it is taken as it is, whether or not it may sign
//! others and whatever name it has, as long as its dates are right. So a self-signed certificate works as
//! the manuals of Postgres and of mail servers make it.

use std::{error::Error, io, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// TLS of a client that trusts the system's roots and the certificates that a setting names.
///
/// A system store may hold certificates that rustls cannot use; the others still count.
pub fn client_config(
    system: Vec<CertificateDer<'static>>,
    named: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system);
    roots.add_parsable_certificates(named.iter().cloned());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    if named.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let by_chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let verifier = Arc::new(Named { by_chain, named });
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Verifies by chain and name, or finds the certificate among those that were named.
#[derive(Debug)]
struct Named {
    by_chain: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let by_chain = self.by_chain.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match by_chain {
            // webpki looks at the dates before it looks at what a certificate is for, and by whom.
            Err(rustls::Error::InvalidCertificate(why))
                if self.named.contains(end_entity) && !is_about_dates(&why) =>
            {
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.by_chain
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.by_chain
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_chain.supported_verify_schemes()
    }
}

fn is_about_dates(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::Revoked
    )
}

/// The settings that a TLS failure may be mended by.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Who the server is.
    pub server: &'static str,
    /// Whether TLS is spoken, and when it begins.
    pub mode: &'static str,
    /// Which certificates are trusted besides the system's roots; `None` where there is no such setting.
    pub ca_file: Option<&'static str>,
}

/// What to do about an error that TLS caused, with the setting; `None` where it caused none.
pub fn advice(error: &(dyn Error + 'static), settings: Settings) -> Option<String> {
    let Settings { server, mode, .. } = settings;
    let trust = match settings.ca_file {
        Some(ca_file) => format!("name it in {ca_file}"),
        None => "add it to the certificates that the system trusts".to_owned(),
    };
    let why = match cause(error)? {
        rustls::Error::InvalidCertificate(why) => why,
        rustls::Error::InvalidMessage(_) => {
            return Some(format!("the server speaks no TLS here: see {mode}"));
        }
        _ => return Some(format!("TLS does not come about: see {mode}")),
    };
    Some(match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            format!("the certificate is signed by an authority that is not trusted: {trust}")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the certificate is for another name than {server} has, which must be one of its names"
            )
        }
        why if is_about_dates(why) => {
            "the certificate is out of date, or the clock of this machine is wrong".to_owned()
        }
        CertificateError::Other(_) => {
            format!(
                "the certificate cannot be a server's, such as that of an authority: {trust}, itself"
            )
        }
        _ => format!("the certificate is refused: see {server}, or {trust}"),
    })
}

/// The error of TLS among the causes; an `io::Error` keeps one beside its own causes.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
