//! Trusted are the system's roots and the certificates of a setting. A server that presents one of the
//! configured certificates is trusted directly: its name, its version and whether it may sign others do
//! not matter, only its dates. So self-signed certificates work as the manuals of Postgres and of mail
//! servers make them. A self-signed certificate in the system's store, which applies to every server, must
//! also match the server's name.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::presented::{Presented, Refusal};

/// Verifies by chain and name, or finds the certificate among those that are trusted directly.
#[derive(Debug)]
pub(super) struct Verifier {
    by_chain: Arc<WebPkiServerVerifier>,
    system: Vec<CertificateDer<'static>>,
    named: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// `roots` are all certificates of the two lists that can be roots, at least one.
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        roots: RootCertStore,
        system: Vec<CertificateDer<'static>>,
        named: Vec<CertificateDer<'static>>,
    ) -> Result<Self, Error> {
        let by_chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| Error::General(error.to_string()))?;
        Ok(Self {
            by_chain,
            system,
            named,
        })
    }

    /// Verifies a handshake with `verify`, using the key of a configured certificate of any version.
    fn verify_signature(
        &self,
        certificate: &CertificateDer<'_>,
        verify: impl FnOnce(&CertificateDer<'_>) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let readable = self
            .named
            .contains(certificate)
            .then(|| Presented::read(certificate)?.with_its_key().ok())
            .flatten();
        verify(readable.as_ref().unwrap_or(certificate)).map_err(|error| match error {
            Error::InvalidCertificate(_) => Refusal::Proof.into(),
            other => other,
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let presented = Presented::read(end_entity);
        let named = self.named.contains(end_entity);
        if let Some(presented) = &presented {
            presented.check_key()?;
            if named {
                presented.check_dates(now)?;
                return Ok(ServerCertVerified::assertion());
            }
            if !presented.has_version_3() {
                return Err(Refusal::Version.into());
            }
        }
        let by_chain = self.by_chain.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match by_chain {
            // webpki checks the dates before it checks the purpose and the issuer of a certificate.
            Err(Error::InvalidCertificate(why)) if named && !is_about_dates(&why) => {
                Ok(ServerCertVerified::assertion())
            }
            Err(Error::InvalidCertificate(why))
                if self.system.contains(end_entity) && is_about_authority(&why) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            // The library's own message is longer than a mail's last error may be.
            Err(Error::InvalidCertificate(
                CertificateError::UnsupportedSignatureAlgorithmContext { .. }
                | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
            )) => Err(Refusal::Signature.into()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(certificate, |certificate| {
            self.by_chain
                .verify_tls12_signature(message, certificate, signed)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(certificate, |certificate| {
            self.by_chain
                .verify_tls13_signature(message, certificate, signed)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_chain.supported_verify_schemes()
    }
}

pub(super) const fn is_about_dates(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::Revoked
    )
}

/// Whether a certificate is refused because of its issuer, or because it is an authority's.
const fn is_about_authority(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::UnknownIssuer
            | CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
            | CertificateError::Other(_)
    )
}
