//! The certificate that a server presents, parsed whatever its version: rustls parses version 3 only.

use std::time::Duration;

use rustls::{
    CertificateError,
    pki_types::{CertificateDer, UnixTime},
};
use thiserror::Error;
use x509_cert::{
    Certificate, Version,
    der::{self, Decode, Encode, Reader, SliceReader, asn1::ObjectIdentifier, asn1::UintRef},
};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// The sizes of RSA keys that rustls supports.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a certificate is refused, for reasons that rustls has no error for.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("the certificate's key is of RSA with {0} bits")]
    RsaBits(usize),
    #[error("the certificate's key is of a kind that is not supported")]
    Key,
    #[error("the certificate is of X.509 version 1 or 2")]
    Version,
    #[error("the certificate is signed in a way that is not supported, such as with SHA-1")]
    Signature,
    #[error("the server does not prove that it holds the certificate's key")]
    Proof,
}

impl From<Refusal> for rustls::Error {
    fn from(refusal: Refusal) -> Self {
        let refusal = rustls::OtherError(std::sync::Arc::new(refusal));
        Self::InvalidCertificate(CertificateError::Other(refusal))
    }
}

/// A certificate as a server presents it.
pub(super) struct Presented(Certificate);

impl Presented {
    /// `None` if it cannot be parsed.
    pub(super) fn read(certificate: &CertificateDer<'_>) -> Option<Self> {
        Certificate::from_der(certificate).ok().map(Self)
    }

    pub(super) fn has_version_3(&self) -> bool {
        self.0.tbs_certificate.version == Version::V3
    }

    /// Refuses a key with which no handshake can be verified.
    pub(super) fn check_key(&self) -> Result<(), Refusal> {
        let key = &self.0.tbs_certificate.subject_public_key_info;
        let curve = || key.algorithm.parameters.as_ref()?.decode_as().ok();
        match key.algorithm.oid {
            RSA => match rsa_bits(key.subject_public_key.raw_bytes()) {
                Ok(bits) if RSA_BITS.contains(&bits) => Ok(()),
                Ok(bits) => Err(Refusal::RsaBits(bits)),
                Err(_) => Err(Refusal::Key),
            },
            EC if matches!(curve(), Some(P256 | P384)) => Ok(()),
            ED25519 => Ok(()),
            _ => Err(Refusal::Key),
        }
    }

    /// Refuses a certificate that is not valid at `now`. Returns for how long it still is.
    pub(super) fn check_dates(&self, now: UnixTime) -> Result<Duration, CertificateError> {
        let validity = &self.0.tbs_certificate.validity;
        let now = Duration::from_secs(now.as_secs());
        if now < validity.not_before.to_unix_duration() {
            return Err(CertificateError::NotValidYet);
        }
        let left = validity.not_after.to_unix_duration().checked_sub(now);
        left.ok_or(CertificateError::Expired)
    }

    /// A version 3 certificate with the same key and without extensions. With it rustls can verify a
    /// handshake, for which it only uses the key.
    pub(super) fn with_its_key(mut self) -> der::Result<CertificateDer<'static>> {
        self.0.tbs_certificate.version = Version::V3;
        self.0.tbs_certificate.extensions = None;
        self.0.to_der().map(CertificateDer::from)
    }
}

/// The bits of the modulus of an `RSAPublicKey` (RFC 8017, A.1.1).
fn rsa_bits(key: &[u8]) -> der::Result<usize> {
    SliceReader::new(key)?.sequence(|key| {
        let modulus = UintRef::decode(key)?;
        UintRef::decode(key)?;
        let modulus = modulus.as_bytes();
        let zeros = modulus.first().map_or(0, |first| first.leading_zeros());
        Ok(modulus.len() * 8 - zeros as usize)
    })
}
