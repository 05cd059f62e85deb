//! The settings of the process: where it listens, its public address, and what it logs.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use url::Url;

use crate::config::{
    Environment, TlsFiles,
    address::base_url,
    faults::Refusal,
    reader::{Read, Reader},
    setting::{Optional, Setting, settings},
    value::{Parsed, log_filter, path, readable_file, socket, whole, word},
};

settings! {
    "The server";

    /// `development` or `production`. Production refuses to start on a missing or short secret,
    /// an http BASE_URL, or no mail server, and logs JSON lines.
    ENVIRONMENT: Setting<Environment> = fixed("development", environment);

    /// The address that browsers use: scheme, host and port, without a path. Links in mails are
    /// built from it, tokens carry it as issuer, requests for another host are refused, and its
    /// scheme decides how cookies are set. Changing it signs everyone out.
    BASE_URL: Optional<Url> = computed(
        "in development http:// (https:// with TLS_CERT_FILE) and LISTEN_ADDR; production has none",
        "http://127.0.0.1:8080",
        base_url,
    );

    /// The socket address to serve on; port 0 takes a free one. Put a proxy that ends TLS in front
    /// of it, or set TLS_CERT_FILE and TLS_KEY_FILE.
    LISTEN_ADDR: Setting<SocketAddr> = fixed("127.0.0.1:8080", socket);

    /// The certificate for TLS without a proxy, with those that lead to its authority (PEM); goes with
    /// TLS_KEY_FILE. Both files are read again a few seconds after they change.
    TLS_CERT_FILE: Optional<PathBuf> = unset("/etc/vestibule/fullchain.pem", readable_file);

    /// The key of that certificate (PEM), which only the service should be able to read.
    TLS_KEY_FILE: Optional<PathBuf> = unset("/etc/vestibule/privkey.pem", readable_file);

    /// The socket address of a second listener, which serves /metrics for Prometheus and nothing
    /// else: figures without personal data, for anyone who can reach it. docs/metrics.md lists them.
    METRICS_ADDR: Optional<SocketAddr> = unset("127.0.0.1:9090", socket);

    /// Connections at the same time, 1 to 1000000; more wait to be taken. Each holds 32 KiB, and up to
    /// 128 KiB while a client sends endless headers. The limit of open files is raised if allowed.
    MAX_CONNECTIONS: Setting<usize> = fixed("10000", |text| whole(text, 1..=1_000_000));

    /// Seconds for which an idle connection stays open, 1 to 3600. Must be longer than a proxy in
    /// front keeps idle connections, or the proxy sends a request into a closed connection.
    KEEP_ALIVE_SECONDS: Setting<Duration> = fixed(
        "75",
        |text| whole(text, 1..=3600).map(Duration::from_secs),
    );

    /// The folder of the embedded database and of the secrets made in development.
    DATA_DIR: Optional<PathBuf> = computed(
        "/var/lib/vestibule for root, else $XDG_DATA_HOME/vestibule, else ~/.local/share/vestibule",
        "/var/lib/vestibule",
        path,
    );

    /// What to log: a level (error, warn, info, debug, trace) or a list of `target=level`.
    /// actix_http and webauthn_rs_core would log what strangers send as errors of ours.
    RUST_LOG: Setting<String> = fixed("info,actix_http=off,webauthn_rs_core=off", log_filter);
}

fn environment(text: &str) -> Parsed<Environment> {
    let words = [
        ("development", Environment::Development),
        ("production", Environment::Production),
    ];
    word(text, &words)
}

/// The public address. Development derives it from the listener, so that another port needs only one setting.
pub(in crate::config) fn public_url(
    reader: &mut Reader<'_>,
    environment: Read<Environment>,
) -> Read<Url> {
    let remedy =
        "Set it to the https address that browsers use, such as https://sign-in.example.org.";
    let written = reader.optional(&BASE_URL)?;
    match (written, environment?) {
        (Some(url), Environment::Production) if url.scheme() != "https" => Err(reader.refuse(
            &BASE_URL,
            Refusal::new("is not https, and ENVIRONMENT is production", remedy),
        )),
        (Some(url), _) => Ok(url),
        (None, Environment::Production) => Err(reader.refuse(
            &BASE_URL,
            Refusal::new("is not set, and ENVIRONMENT is production", remedy),
        )),
        (None, Environment::Development) => {
            let mut address = reader.value(&LISTEN_ADDR)?;
            if address.ip().is_unspecified() {
                address.set_ip(Ipv4Addr::LOCALHOST.into());
            }
            if address.port() == 0 {
                address.set_port(8080);
            }
            let scheme = match reader.optional(&TLS_CERT_FILE)? {
                Some(_) => "https",
                None => "http",
            };
            base_url(&format!("{scheme}://{address}"))
                .map_err(|refusal| reader.refuse(&BASE_URL, refusal))
        }
    }
}

/// The files of TLS without a proxy: both, or neither.
pub(in crate::config) fn tls(reader: &mut Reader<'_>) -> Read<Option<TlsFiles>> {
    let certificate = reader.optional(&TLS_CERT_FILE)?;
    let key = reader.optional(&TLS_KEY_FILE)?;
    let (missing, problem) = match (certificate, key) {
        (Some(certificate), Some(key)) => return Ok(Some(TlsFiles { certificate, key })),
        (None, None) => return Ok(None),
        (Some(_), None) => (&TLS_KEY_FILE, "is not set, and TLS_CERT_FILE is"),
        (None, Some(_)) => (&TLS_CERT_FILE, "is not set, and TLS_KEY_FILE is"),
    };
    let remedy = "Set both, or neither behind a proxy that ends TLS.";
    Err(reader.refuse(missing, Refusal::new(problem, remedy)))
}

/// `DATA_DIR`; else `vestibule` in the XDG data folder; else, for root or without a home folder (as in many
/// containers), `/var/lib/vestibule`. The start fails with a clear message if that folder is not writable.
pub(in crate::config) fn data_dir(reader: &mut Reader<'_>) -> Read<PathBuf> {
    if let Some(written) = reader.optional(&DATA_DIR)? {
        return Ok(written);
    }
    let folder = |name| {
        reader
            .source
            .surrounding(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let shared =
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    Ok(match shared {
        Some(shared) if !reader.source.root => shared.join("vestibule"),
        _ => PathBuf::from("/var/lib/vestibule"),
    })
}
