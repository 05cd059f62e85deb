//! Fills the policies with the settings. Rules between settings are checked before the first error
//! returns, so that all faults are reported.

use std::path::PathBuf;

use super::reader::{Read, Reader};
use super::secrets::{self, Missing};
use super::settings::{
    self, accounts, audit, browsers, database, mail, passwords, phone, rate_limits, server, site,
    tokens,
};
use super::{Config, DatabaseSource, Environment};
use crate::domain::policy::Policy;

/// Why no secret is created.
const SHARED: &str = "DATABASE_URL may be shared with other nodes, which need the same value";
const PRODUCTION: &str = "ENVIRONMENT is production";

/// How missing secrets are handled.
fn missing<'a>(
    environment: Read<Environment>,
    database: &Read<DatabaseSource>,
    data_dir: &'a Read<PathBuf>,
    root: bool,
) -> Missing<'a> {
    match (environment, database, data_dir) {
        (Ok(_), Ok(DatabaseSource::Url { .. }), _) => Missing::Refuse { because: SHARED },
        (Ok(Environment::Production), ..) => Missing::Refuse {
            because: PRODUCTION,
        },
        (Ok(Environment::Development), Ok(_), Ok(data_dir)) => Missing::Keep { data_dir, root },
        _ => Missing::Undecided,
    }
}

/// Reads everything. `fill` provides random bytes for the secrets that development creates.
pub(super) fn config(reader: &mut Reader<'_>, fill: &dyn Fn(&mut [u8])) -> Read<Config> {
    reader.check(settings::all());
    let environment = reader.value(&server::ENVIRONMENT);
    let production = environment == Ok(Environment::Production);
    let base_url = server::public_url(reader, environment);
    let url = base_url.as_ref().map_err(|reported| *reported);
    let tls = server::tls(reader);
    let data_dir = server::data_dir(reader);
    let database = database::source(reader, data_dir.as_deref().ok());
    let policy = policy(reader);
    let branding = site::branding(reader);
    let name = branding
        .as_ref()
        .map_err(|reported| *reported)
        .map(|branding| &branding.name);
    let smtp_from = mail::sender(reader, production, url, name);
    let smtp = mail::server(reader, production, smtp_from.clone());
    let sms = phone::gateway(reader);
    let cookie_secure = browsers::cookie_secure(reader, url);
    let relying_party = browsers::relying_party(reader, url);
    let trusted_proxies = browsers::trusted_proxies(reader);
    let first_admin = accounts::first_admin(reader);
    let argon2 = passwords::argon2(reader, production);
    let limits = rate_limits::limits(reader);
    let tokens = tokens::tokens(reader, url);

    let missing = missing(environment, &database, &data_dir, reader.source.root);
    let secrets = secrets::read(reader, missing, fill);

    Ok(Config {
        changed: reader.changed(settings::rows()),
        environment: environment?,
        base_url: base_url?,
        listen_addr: reader.value(&server::LISTEN_ADDR)?,
        tls: tls?,
        metrics_addr: reader.optional(&server::METRICS_ADDR)?,
        max_connections: reader.value(&server::MAX_CONNECTIONS)?,
        keep_alive: reader.value(&server::KEEP_ALIVE_SECONDS)?,
        log_filter: reader.value(&server::RUST_LOG)?,
        database: database?,
        database_pool_size: reader.value(&database::DATABASE_POOL_SIZE)?,
        data_dir: data_dir?,
        secrets: secrets?,
        tokens: tokens?,
        cookie_secure: cookie_secure?,
        smtp: smtp?,
        smtp_from: smtp_from?,
        sms: sms?,
        cors_origins: reader
            .optional(&browsers::CORS_ORIGINS)?
            .unwrap_or_default(),
        relying_party: relying_party?,
        trusted_proxies: trusted_proxies?,
        branding: branding?,
        policy: policy?,
        first_admin: first_admin?,
        breach_check: passwords::breach_check(reader, production)?,
        argon2: argon2?,
        hashing_concurrency: passwords::hashing_concurrency(reader)?,
        limits: limits?,
        limit_scale: reader.value(&rate_limits::RATE_LIMIT_SCALE)?,
    })
}

fn policy(reader: &mut Reader<'_>) -> Read<Policy> {
    let sessions = tokens::sessions(reader);
    Ok(Policy {
        registration: reader.value(&accounts::REGISTRATION)?,
        email_verification: reader.value(&accounts::EMAIL_VERIFICATION)?,
        passwords: passwords::policy(reader)?,
        sessions: sessions?,
        audit_retention_days: reader.optional(&audit::AUDIT_RETENTION_DAYS)?,
        unverified_after: reader.value(&accounts::UNVERIFIED_DAYS)?,
        deletion_grace: reader.value(&accounts::DELETION_GRACE_DAYS)?,
        recovery_delay: reader.value(&accounts::RECOVERY_DELAY_HOURS)?,
    })
}
