//! Which servers are trusted over TLS, the database, the mail server and any other: one verifier, and
//! messages for its refusals. And whether our own certificate is good.

mod presented;
mod unverified;
mod verifier;

use std::{error::Error, io, sync::Arc, time::Duration};

use rustls::{
    AlertDescription, CertificateError, ClientConfig, RootCertStore,
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use presented::{Presented, Refusal};
use unverified::Unverified;
use verifier::Verifier;

/// A TLS client that trusts the system's roots and the certificates of a setting.
///
/// A system store may contain certificates that rustls cannot use; the others are still trusted.
pub fn client_config(
    system: Vec<CertificateDer<'static>>,
    named: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.iter().cloned());
    roots.add_parsable_certificates(named.iter().cloned());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    // Without a root, rustls refuses every certificate.
    if roots.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let verifier = Verifier::new(provider, roots, system, named)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// A TLS client that takes any certificate, for a connection that does not leave the machine.
pub fn unverified_client_config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Unverified(provider.signature_verification_algorithms));
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// For how long a certificate is still good for a host. The authority behind it is not checked.
pub fn valid_for(
    certificate: &CertificateDer<'_>,
    host: &str,
    now: UnixTime,
) -> Result<Duration, rustls::Error> {
    let name = ServerName::try_from(host).map_err(|_| CertificateError::NotValidForName)?;
    verify_server_name(&ParsedCertificate::try_from(certificate)?, &name)?;
    let presented = Presented::read(certificate).ok_or(CertificateError::BadEncoding)?;
    Ok(presented.check_dates(now)?)
}

/// For how long a certificate is still good; `None` if it is not.
pub fn time_left(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<Duration> {
    Presented::read(certificate)?.check_dates(now).ok()
}

/// The settings to name when TLS fails.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub server: &'static str,
    /// The setting that decides whether TLS is used, and when it begins.
    pub mode: &'static str,
    /// The setting with certificates to trust in addition to the system's roots; `None` if there is none.
    pub ca_file: Option<&'static str>,
}

/// What to do about an error that TLS caused, with the setting; `None` for any other error.
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
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure) => {
            return Some(format!(
                "the server has no method in common with us: it needs TLS 1.2 or 1.3, and {KEYS}"
            ));
        }
        _ => return Some(format!("TLS does not come about: see {mode}")),
    };
    if let CertificateError::Other(other) = why
        && let Some(refusal) = other.0.downcast_ref::<Refusal>()
    {
        return Some(remedy(refusal, settings));
    }
    Some(match why {
        CertificateError::UnknownIssuer => {
            format!("the certificate is signed by an authority that is not trusted: {trust}")
        }
        CertificateError::BadSignature => format!(
            "the certificate's signature does not fit the key of its authority, which may be another one of \
             that name or have fewer than 2048 bits: have it signed again, or take the server's own \
             certificate and {trust}"
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the certificate is for another name than {server} has, which must be one of its names"
            )
        }
        why if verifier::is_about_dates(why) => {
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

/// The supported keys.
const KEYS: &str =
    "a key of RSA with 2048 to 8192 bits, of ECDSA with P-256 or P-384, or of Ed25519";

/// The refusal and its remedy. Trusting the certificate is advised only if that helps.
fn remedy(refusal: &Refusal, settings: Settings) -> String {
    let advice = match refusal {
        Refusal::RsaBits(_) | Refusal::Key => {
            return format!("{refusal}: the server needs another certificate, with {KEYS}");
        }
        Refusal::Proof => {
            let server = settings.server;
            return format!("{refusal}: another server may answer in its place: see {server}");
        }
        Refusal::Version => "make it again with extensions, which gives version 3",
        Refusal::Signature => "have it signed again",
    };
    match settings.ca_file {
        Some(ca_file) => format!("{refusal}: {advice}, or name this very certificate in {ca_file}"),
        None => format!("{refusal}: {advice}"),
    }
}

/// The TLS error among the causes. An `io::Error` keeps its inner error apart from its causes.
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

#[cfg(test)]
mod tests;
