//! Operators filter the log by its targets (`RUST_LOG`), so a target stays the same when its module moves:
//! the module then names it with `target: LOG`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::sources;

/// Every target that the log has.
const TARGETS: [&str; 41] = [
    "vestibule::app::first_admin",
    "vestibule::app::metrics",
    "vestibule::app::tls",
    "vestibule::breach",
    "vestibule::cli::serve",
    "vestibule::cli::setup",
    "vestibule::cli::user::import",
    "vestibule::db::connect",
    "vestibule::db::connect::watched",
    "vestibule::flows::admin_bulk",
    "vestibule::flows::audit_seals",
    "vestibule::flows::audit_waiting",
    "vestibule::flows::authenticate",
    "vestibule::flows::authenticators::recovery::due",
    "vestibule::flows::breach_checks",
    "vestibule::flows::contradiction",
    "vestibule::flows::deliver",
    "vestibule::flows::import_arrivals",
    "vestibule::flows::import_run",
    "vestibule::flows::import_users",
    "vestibule::flows::second_factor",
    "vestibule::flows::services",
    "vestibule::flows::sessions",
    "vestibule::hashing",
    "vestibule::local_postgres",
    "vestibule::local_postgres::access",
    "vestibule::local_postgres::cluster",
    "vestibule::local_postgres::log",
    "vestibule::local_postgres::orphans",
    "vestibule::local_postgres::server",
    "vestibule::local_postgres::supervisor",
    "vestibule::telemetry::panics",
    "vestibule::web::cookies",
    "vestibule::web::error",
    "vestibule::web::health",
    "vestibule::web::middleware::host",
    "vestibule::web::middleware::identify",
    "vestibule::web::middleware::trace",
    "vestibule::web::pages::admin_export",
    "vestibule::web::session",
    "vestibule::worker",
];

/// The macros that write to the log.
const MACROS: [&str; 7] = [
    "error!(", "warn!(", "info!(", "debug!(", "trace!(", "_span!(", "event!(",
];

/// The target of each macro of a file.
fn targets(file: &str, source: &str) -> BTreeSet<String> {
    // Doc comments and tests have none.
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = product
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let product: String = lines.flat_map(|line| [line, "\n"]).collect();
    let own = file
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .replace('/', "::");
    let named = |name: &str| {
        let (_, after) = product
            .split_once(&format!("const {name}: &str = \""))
            .unwrap_or_else(|| panic!("src/{file}: no const {name}"));
        after.split('"').next().unwrap_or_default().to_owned()
    };
    let mut found = BTreeSet::new();
    for name in MACROS {
        for (at, _) in product.match_indices(name) {
            let before = product[..at].chars().next_back();
            if name != "_span!(" && before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let arguments = product[at + name.len()..].trim_start();
            found.insert(match arguments.strip_prefix("target: ") {
                Some(text) if text.starts_with('"') => {
                    text.split('"').nth(1).unwrap_or_default().to_owned()
                }
                Some(text) => named(text.split(',').next().unwrap_or_default()),
                None => format!("vestibule::{own}"),
            });
        }
    }
    found
}

#[test]
fn the_targets_of_the_log_stay_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &root, &mut files);
    let found: BTreeSet<String> = files
        .iter()
        .flat_map(|(file, source)| targets(file, source))
        .collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, TARGETS);
}

#[test]
fn a_target_is_read_as_it_is_written() {
    let of = |source: &str| {
        targets("flows/mail/deliver.rs", source)
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("tracing::warn!(%why, \"late\");"),
        ["vestibule::flows::mail::deliver"]
    );
    assert_eq!(
        of("tracing::warn!(target: \"vestibule::old\", \"late\");"),
        ["vestibule::old"]
    );
    let named = "const LOG: &str = \"vestibule::old\";\ntracing::info!(\n    target: LOG,\n    \"sent\"\n);";
    assert_eq!(of(named), ["vestibule::old"]);
    assert_eq!(
        of("// tracing::warn!(x)\nmy_error!(1)"),
        Vec::<String>::new()
    );
}
