//! Certificates made by `openssl`, valid for ten years from November 2026.

use rustls::{
    client::danger::{ServerCertVerified, ServerCertVerifier},
    pki_types::{ServerName, UnixTime, pem::PemObject},
};

use super::*;

/// Version 1, as `openssl x509 -req` makes it without extensions.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBOjCB4QIUSvrPjxa9xu6mD2+zHd7Pn1P7KOMwCgYIKoZIzj0EAwIwIDEeMBwG
A1UEAwwVZGJob3N0LnlvdXJkb21haW4uY29tMB4XDTI2MTEyNjE4Mjg1N1oXDTM2
MTEyMzE4Mjg1N1owIDEeMBwGA1UEAwwVZGJob3N0LnlvdXJkb21haW4uY29tMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAyO6UJDlOr2Pkzesy2g4K5EK4oHcq7y
e1muYbhB4ePr73qlwCGmFsu8qucRDwSK/8zoGYisFktoZVieGFrAYzAKBggqhkjO
PQQDAgNIADBFAiEArIatlccvMjQLZ3gGvhBoCeH+2uPY2F1ABMSmjnPmxPkCIDQt
yQ98AjW/Yu6iAOzhhjFy4DLbR2dYPoOcUjk5LGhI
-----END CERTIFICATE-----";
/// With an RSA key of 1024 bits.
const SMALL: &str = "-----BEGIN CERTIFICATE-----
MIICEjCCAXugAwIBAgIUVBnI+Ko5Jv247aR7qQiGsUKpfJowDQYJKoZIhvcNAQEL
BQAwGzEZMBcGA1UEAwwQbWFpbC5leGFtcGxlLmNvbTAeFw0yNjExMjYxODI4NTda
Fw0zNjExMjMxODI4NTdaMBsxGTAXBgNVBAMMEG1haWwuZXhhbXBsZS5jb20wgZ8w
DQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAMa/CMcRcHaYawBobHV03GEKpvnrTL2u
0018uRMqQ7UiRqs1t8B8CClYA4iNcI/bTODTcUHIJBNjOEKux6GE3zsJ1LvnohLG
6AtF6P1Fp0STmVuitQS1JeBR9MRYZ2JEiwljiQNW7Nleu2ioXl7IVpT0KRBJOEwp
deMUsKYAz0QbAgMBAAGjUzBRMB0GA1UdDgQWBBTRrArxdmJTnN1k1A3tA2dwkV65
eDAfBgNVHSMEGDAWgBTRrArxdmJTnN1k1A3tA2dwkV65eDAPBgNVHRMBAf8EBTAD
AQH/MA0GCSqGSIb3DQEBCwUAA4GBAGc4SQkk5+m/3vYZrrARV9uFvSegW+AJzupU
kfaL0eU74UYITx/s5duOQoX3vjSsyTTBL84WGsrq7LGkezjpXSYHPZpK3qRtXm+r
SIqZWU6UnQHsPMpISlHp69PCJ7k7CEf0bA2/0iZyHDX7Hai8Oy4l9eIUDtSKDrJL
US3dGgIy
-----END CERTIFICATE-----";
/// With an ECDSA key on P-521.
const P521: &str = "-----BEGIN CERTIFICATE-----
MIICEzCCAXSgAwIBAgIUWOamo4J1y5D0v8OoicCf/Grju3kwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQbWFpbC5leGFtcGxlLmNvbTAeFw0yNjExMjYxODI4NTdaFw0z
NjExMjMxODI4NTdaMBsxGTAXBgNVBAMMEG1haWwuZXhhbXBsZS5jb20wgZswEAYH
KoZIzj0CAQYFK4EEACMDgYYABABIRfhI+8WoquBepHzHtlamxHI+c5HDDcsDLpBj
1o+Ltl4DafOh1uk+6yoKwKB0RdMOq8CPfF0nJrDFBTKc8UaT4AA61KjI9rsf49rW
jWDFMUbpY91Dw5qK2alseGQAAAsafhSApzdDxq5o9X9vyxq6wBu1OlMjzB77oZv+
P0nUtrc6rKNTMFEwHQYDVR0OBBYEFF0tO5UNTZ2IEDvmDlmrHokhXee/MB8GA1Ud
IwQYMBaAFF0tO5UNTZ2IEDvmDlmrHokhXee/MA8GA1UdEwEB/wQFMAMBAf8wCgYI
KoZIzj0EAwIDgYwAMIGIAkIBwbebqaceSssRn/uN6/24gAZWDi9jzjoA0f2EfjVu
76h0RMwWdN0hqrA2Fb1nAv4ZQ494hini3wfLZd8CvciPOCkCQgE3TdB0xR4+xevm
mtCJgoo4vXIl/zJ4WqxV+KQWCm+CDA3AUfYHJHoIgjlirQ/fwzbFpopY350Vsk8a
uE7gp0PFfA==
-----END CERTIFICATE-----";
/// Self-signed with `CA:TRUE`, and an alternative name.
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----
MIIBpzCCAU6gAwIBAgIUUhi+fbUNXeQvs5FI+HgPNP6pleAwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQbWFpbC5leGFtcGxlLmNvbTAeFw0yNjExMjYxODI4NTdaFw0z
NjExMjMxODI4NTdaMBsxGTAXBgNVBAMMEG1haWwuZXhhbXBsZS5jb20wWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAASc25EPJDIG4MxIRnwHwXSiZYEqJht02byCImpI
EF3sUlbCMM+ig06tmt587uMHS4r4UqHajwNYiwq+Wrm0Ol2Ho3AwbjAdBgNVHQ4E
FgQU1E3DcZTIlHm7dY7LjqiaXCSKrekwHwYDVR0jBBgwFoAU1E3DcZTIlHm7dY7L
jqiaXCSKrekwDwYDVR0TAQH/BAUwAwEB/zAbBgNVHREEFDASghBtYWlsLmV4YW1w
bGUuY29tMAoGCCqGSM49BAMCA0cAMEQCIDuyJwCaLSPFqBlks5LAIFzHoseWX5jY
ZhLi++dSWfWEAiBcqWC2tZhP4DiB9tLwchNgV0SfK4B6Bc7xanZIXVei1A==
-----END CERTIFICATE-----";

const IN_TIME: u64 = 1_800_000_000;
const SETTINGS: Settings = Settings {
    server: "SMTP_HOST",
    mode: "SMTP_TLS",
    ca_file: Some("SMTP_CA_FILE"),
};

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// The refusal of `presented` at `now`, if `system` and `named` are trusted.
fn judge(
    presented: &str,
    system: &[&str],
    named: &[&str],
    name: &'static str,
    now: u64,
) -> Result<ServerCertVerified, rustls::Error> {
    let all = |pems: &[&str]| pems.iter().map(|pem| certificate(pem)).collect::<Vec<_>>();
    let (system, named) = (all(system), all(named));
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system.iter().chain(&named).cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(provider, roots, system, named).unwrap();
    verifier.verify_server_cert(
        &certificate(presented),
        &[],
        &ServerName::try_from(name).unwrap(),
        &[],
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(now)),
    )
}

fn words(error: &rustls::Error, ca_file: Option<&'static str>) -> String {
    let settings = Settings {
        ca_file,
        ..SETTINGS
    };
    format!("{error}: {}", advice(error, settings).unwrap())
}

#[test]
fn a_configured_version_1_certificate_is_trusted_within_its_dates() {
    let at = |now| judge(VERSION_1, &[], &[VERSION_1], "localhost", now);
    at(IN_TIME).unwrap();
    for now in [1_500_000_000, 2_500_000_000] {
        let said = words(&at(now).unwrap_err(), SETTINGS.ca_file);
        assert!(said.contains("out of date"), "{said}");
    }
}

#[test]
fn an_unconfigured_version_1_certificate_is_refused_by_version() {
    for system in [&[AUTHORITY][..], &[VERSION_1]] {
        let refused = judge(VERSION_1, system, &[], "localhost", IN_TIME).unwrap_err();
        let said = words(&refused, SETTINGS.ca_file);
        assert!(
            said.contains("version 1") && said.contains("SMTP_CA_FILE"),
            "{said}"
        );
        let said = words(&refused, None);
        assert!(
            said.contains("version 3") && !said.contains("the system"),
            "{said}"
        );
    }
}

/// Trusting such a certificate does not help, so it is not advised.
#[test]
fn an_unsupported_key_is_named_as_the_cause() {
    for (presented, what) in [(SMALL, "RSA with 1024 bits"), (P521, "not supported")] {
        for named in [presented, AUTHORITY] {
            let refused = judge(presented, &[], &[named], "mail.example.com", IN_TIME);
            let said = words(&refused.unwrap_err(), SETTINGS.ca_file);
            assert!(said.contains(what) && said.contains("P-384"), "{said}");
            assert!(!said.contains("CA_FILE"), "{said}");
        }
    }
}

#[test]
fn an_authority_in_the_systems_store_is_trusted_for_its_own_name() {
    let as_name = |name| judge(AUTHORITY, &[AUTHORITY], &[], name, IN_TIME);
    as_name("mail.example.com").unwrap();
    let said = words(&as_name("localhost").unwrap_err(), None);
    assert!(said.contains("another name"), "{said}");
    judge(AUTHORITY, &[], &[AUTHORITY], "localhost", IN_TIME).unwrap();
    let refused = judge(AUTHORITY, &[P521], &[], "mail.example.com", IN_TIME).unwrap_err();
    assert!(words(&refused, SETTINGS.ca_file).contains("name it in SMTP_CA_FILE"));
}
