//! Puts the settings together, and holds the rules between them: what production demands, what
//! follows from what, and what is odd enough for a warning.

use std::path::PathBuf;

use ipnet::IpNet;
use url::Url;

use super::address::{base_url, cookie_secure, service_url};
use super::faults::Refusal;
use super::reader::{Read, Reader, Reported};
use super::secrets::{self, Missing};
use super::value::{self, whole, word};
use super::{
    Argon2Settings, Config, DatabaseSource, EmailVerification, Environment, Redacted, Registration,
    admin, mail, rate_limits,
};

/// Reads everything. Each value is read before the first missing one ends the assembly, so that
/// the reader holds every fault.
pub(super) fn config(reader: &mut Reader<'_>, fill: &dyn Fn(&mut [u8])) -> Read<Config> {
    let environment = environment(reader);
    let production = environment == Ok(Environment::Production);
    let listen_addr = reader.value("LISTEN_ADDR", value::socket);
    let base_url = base_url(reader, environment, listen_addr);
    let metrics_addr = reader.optional("METRICS_ADDR", value::socket);
    let keep_alive_seconds = reader.value("KEEP_ALIVE_SECONDS", |text| whole(text, 1..=3600));
    let max_connections = reader.value("MAX_CONNECTIONS", |text| whole(text, 1..=1_000_000));
    let log_filter = reader.value("RUST_LOG", value::log_filter);
    let data_dir = data_dir(reader);
    let database = database(reader, data_dir.as_ref().ok());
    let database_pool_size = reader.value("DATABASE_POOL_SIZE", |text| whole(text, 1..=1000));

    let jwt_audience = reader.optional("JWT_AUDIENCE", value::audience);
    let jwt_leeway_seconds = reader.value("JWT_LEEWAY_SECONDS", |text| whole(text, 0..=300));
    let access_token_minutes =
        reader.value("ACCESS_TOKEN_EXPIRE_MINUTES", |text| whole(text, 1..=1440));
    let refresh_token_days = reader.value("REFRESH_TOKEN_EXPIRE_DAYS", |text| whole(text, 1..=365));
    let refresh_grace_seconds = reader.value("REFRESH_GRACE_SECONDS", |text| whole(text, 0..=300));
    let session_max_days = reader.value("SESSION_MAX_DAYS", |text| whole(text, 1..=365));
    let sessions_per_user = reader.value("SESSIONS_PER_USER", |text| whole(text, 1..=1000));
    warn_of_short_sessions(reader, refresh_token_days.ok(), session_max_days.ok());

    let smtp_from = mail::sender(reader, production, base_url.as_ref().ok());
    let smtp = mail::smtp(reader, production, smtp_from.clone());
    let cookie_secure = cookie_secure(reader, base_url.as_ref().ok());
    let cors_origins = reader.optional("CORS_ORIGINS", |text| value::list(text, value::origin));
    let trusted_proxies = trusted_proxies(reader);

    let registration = registration(reader);
    let email_verification = email_verification(reader);
    let first_admin = admin::first_admin(reader);
    let password_min_length = reader.value("PASSWORD_MIN_LENGTH", |text| whole(text, 8..=128));
    let breach_check = breach_check(reader, production);
    let argon2 = argon2(reader, production);
    let hashing_concurrency = reader.optional("HASHING_CONCURRENCY", |text| whole(text, 1..=256));
    let rate_limits = rate_limits::read(reader);
    let audit_retention_days =
        reader.optional("AUDIT_RETENTION_DAYS", |text| whole(text, 1..=36_500));
    let unverified_days = reader.value("UNVERIFIED_DAYS", |text| whole(text, 0..=3650));

    let missing = match (environment, &database, &data_dir) {
        (Ok(_), Ok(DatabaseSource::Url { .. }), _) => Missing::Refuse {
            because: "DATABASE_URL may be shared with other nodes, which need the same value",
        },
        (Ok(Environment::Production), ..) => Missing::Refuse {
            because: "ENVIRONMENT is production",
        },
        (Ok(Environment::Development), Ok(DatabaseSource::Embedded { .. }), Ok(data_dir)) => {
            Missing::Keep {
                data_dir,
                root: reader.source.root,
            }
        }
        _ => Missing::Undecided,
    };
    let secrets = secrets::read(reader, missing, fill);
    let changed = reader.changed();

    Ok(Config {
        changed,
        environment: environment?,
        base_url: base_url?,
        listen_addr: listen_addr?,
        metrics_addr: metrics_addr?,
        max_connections: max_connections?,
        keep_alive_seconds: keep_alive_seconds?,
        log_filter: log_filter?,
        database: database?,
        database_pool_size: database_pool_size?,
        data_dir: data_dir?,
        secrets: secrets?,
        jwt_audience: jwt_audience?,
        jwt_leeway_seconds: jwt_leeway_seconds?,
        access_token_minutes: access_token_minutes?,
        refresh_token_days: refresh_token_days?,
        refresh_grace_seconds: refresh_grace_seconds?,
        session_max_days: session_max_days?,
        sessions_per_user: sessions_per_user?,
        cookie_secure: cookie_secure?,
        smtp: smtp?,
        smtp_from: smtp_from?,
        cors_origins: cors_origins?.unwrap_or_default(),
        trusted_proxies: trusted_proxies?.unwrap_or_default(),
        registration: registration?,
        email_verification: email_verification?,
        first_admin: first_admin?,
        password_min_length: password_min_length?,
        breach_check: breach_check?,
        argon2: argon2?,
        hashing_concurrency: hashing_concurrency?.unwrap_or_else(cores),
        rate_limits: rate_limits?,
        audit_retention_days: audit_retention_days?,
        unverified_days: Some(unverified_days?).filter(|days| *days > 0),
    })
}

/// Sessions that end before their refresh tokens are odd, and allowed.
fn warn_of_short_sessions(reader: &mut Reader<'_>, refresh: Option<i64>, session: Option<i64>) {
    if refresh
        .zip(session)
        .is_some_and(|(refresh, session)| refresh > session)
    {
        reader.warn(
            "REFRESH_TOKEN_EXPIRE_DAYS is longer than SESSION_MAX_DAYS, which ends sessions first.",
        );
    }
}

fn trusted_proxies(reader: &mut Reader<'_>) -> Read<Option<Vec<IpNet>>> {
    let trusted_proxies =
        reader.optional("TRUSTED_PROXIES", |text| value::list(text, value::network));
    if let Ok(Some(networks)) = &trusted_proxies
        && networks.iter().any(|network| network.prefix_len() == 0)
    {
        reader
            .warn("TRUSTED_PROXIES trusts every address, so any client can name its own address.");
    }
    trusted_proxies
}

fn environment(reader: &mut Reader<'_>) -> Read<Environment> {
    let words = [
        ("development", Environment::Development),
        ("production", Environment::Production),
    ];
    reader.value("ENVIRONMENT", |text| word(text, &words))
}

fn registration(reader: &mut Reader<'_>) -> Read<Registration> {
    let words = [
        ("open", Registration::Open),
        ("invite", Registration::Invite),
        ("closed", Registration::Closed),
    ];
    reader.value("REGISTRATION", |text| word(text, &words))
}

fn email_verification(reader: &mut Reader<'_>) -> Read<EmailVerification> {
    let words = [
        ("optional", EmailVerification::Optional),
        ("required", EmailVerification::Required),
    ];
    reader.value("EMAIL_VERIFICATION", |text| word(text, &words))
}

/// The data directory: as told, or the platform's (XDG Base Directory Specification). Without a
/// home folder, as in many containers, it is root's, where a start says if it cannot be written.
fn data_dir(reader: &mut Reader<'_>) -> Read<PathBuf> {
    if let Some(told) = reader.optional("DATA_DIR", value::path)? {
        return Ok(told);
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

fn database(reader: &mut Reader<'_>, data_dir: Option<&PathBuf>) -> Read<DatabaseSource> {
    let url = reader.optional("DATABASE_URL", value::database_url);
    let ca_file = reader.optional("DATABASE_CA_FILE", value::readable_file);
    let bin_dir = reader.optional("PG_BIN_DIR", value::folder);
    if let Some(url) = url? {
        return Ok(DatabaseSource::Url {
            url: Redacted::new(url),
            ca_file: ca_file?,
        });
    }
    if ca_file?.is_some() {
        reader.warn("DATABASE_CA_FILE has no effect without DATABASE_URL.");
    }
    Ok(DatabaseSource::Embedded {
        data_dir: data_dir.cloned().ok_or(Reported)?,
        bin_dir: bin_dir?,
        search_path: reader.source.surrounding("PATH").unwrap_or_default(),
    })
}

/// Where passwords are looked up. The address is read where the check is off, too: a slip of the
/// pen shows before the day it is turned on.
fn breach_check(reader: &mut Reader<'_>, production: bool) -> Read<Option<Url>> {
    let told = reader.optional("HIBP_ENABLED", |text| {
        word(text, &[("true", true), ("false", false)])
    });
    let url = reader.value("HIBP_API_URL", service_url)?;
    Ok(told?.unwrap_or(production).then_some(url))
}

fn argon2(reader: &mut Reader<'_>, production: bool) -> Read<Argon2Settings> {
    let memory_kib = reader.value("ARGON2_MEMORY_KIB", |text| whole(text, 8..=1_048_576));
    let iterations = reader.value("ARGON2_ITERATIONS", |text| whole(text, 1..=64));
    let parallelism = reader.value("ARGON2_PARALLELISM", |text| whole(text, 1..=16));
    let settings = Argon2Settings {
        memory_kib: memory_kib?,
        iterations: iterations?,
        parallelism: parallelism?,
    };
    let least = 8 * settings.parallelism;
    if settings.memory_kib < least {
        let problem = format!("is below 8 KiB for each of {} lanes", settings.parallelism);
        let remedy = format!("Set it to {least} or more (RFC 9106), better to its default.");
        return Err(reader.refuse("ARGON2_MEMORY_KIB", Refusal::new(problem, remedy)));
    }
    // OWASP's weakest choice is 7168 KiB with five passes; all its choices cost about as much.
    let work = u64::from(settings.memory_kib) * u64::from(settings.iterations);
    if production && (settings.memory_kib < 7168 || work < 7168 * 5) {
        reader.warn("ARGON2_MEMORY_KIB and ARGON2_ITERATIONS are weaker than OWASP recommends.");
    }
    Ok(settings)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
