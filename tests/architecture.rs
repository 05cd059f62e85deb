//! Guards the layers: which part of `src/` may import which, and where each framework lives.
//!
//! ```text
//! main -> cli -> app -> {web, worker} -> flows -> {db, mail, throttle, hashing, judging, breach, webauthn}
//!     -> outbound -> domain
//! ```
//!
//! An arrow may skip layers downwards, never point up or sideways. Paths are read from the source text
//! (imports, groups, inline), so the check needs neither a build nor another tool.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/documents.rs"]
mod documents;
#[path = "architecture/log_targets.rs"]
mod log_targets;
#[path = "architecture/paths.rs"]
mod paths;

use std::fs;
use std::path::Path;

use paths::{SourcePath, paths};

/// A layer may import those of lower rank. Layers of equal rank must not import each other.
const RANKS: &[(&str, u8)] = &[
    ("main", 7),
    ("cli", 6),
    ("app", 5),
    ("web", 4),
    ("worker", 4),
    ("flows", 3),
    ("db", 2),
    ("mail", 2),
    ("throttle", 2),
    ("hashing", 2),
    ("judging", 2),
    ("breach", 2),
    ("webauthn", 2),
    ("outbound", 1),
    ("domain", 0),
];

/// Modules beside the chain: who may import them, and what they may import.
const ASIDE: &[(&str, &[&str], &[&str])] = &[
    ("config", &["cli", "app"], &["domain", "files"]),
    ("telemetry", &["main", "cli", "app"], &["domain"]),
    ("metrics", &["app", "web", "worker", "flows"], &[]),
    ("local_postgres", &["cli", "app"], &[]),
    ("files", &["config", "app", "db", "mail"], &[]),
];

/// Frameworks, and the only modules that may name them.
const HOMES: &[(&[&str], &[&str])] = &[
    (
        &["actix_web", "actix_session", "actix_multipart"],
        &["web", "app"],
    ),
    (&["diesel", "diesel_async", "diesel_migrations"], &["db"]),
    (&["tokio_postgres"], &["db", "local_postgres"]),
    (&["lettre"], &["mail"]),
    (&["webauthn_rs_core"], &["webauthn"]),
    (&["hyper", "hyper_util"], &["outbound", "app"]),
];

/// Paths that the pure layer must not name, by their start or their end.
const IMPURE: &[&[&str]] = &[
    &["actix_web"],
    &["actix_session"],
    &["diesel"],
    &["diesel_async"],
    &["lettre"],
    &["webauthn_rs_core"],
    &["tokio"],
    &["tokio_postgres"],
    &["std", "env"],
    &["SystemTime"],
    &["Instant", "now"],
    &["Utc", "now"],
];

fn rank(layer: &str) -> Option<u8> {
    RANKS
        .iter()
        .find(|(name, _)| *name == layer)
        .map(|(_, rank)| *rank)
}

/// Whether code of layer `from` may name layer `to`.
fn may_import(from: &str, to: &str) -> bool {
    if let Some((_, importers, _)) = ASIDE.iter().find(|(name, ..)| *name == to) {
        return importers.contains(&from);
    }
    if let Some((_, _, imports)) = ASIDE.iter().find(|(name, ..)| *name == from) {
        return imports.contains(&to);
    }
    matches!((rank(from), rank(to)), (Some(from), Some(to)) if from > to)
}

/// The violations in one file; `file` is its path within `src/`.
fn offences(file: &str, source: &str) -> Vec<String> {
    let module: Vec<&str> = file
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| !matches!(*part, "mod" | "lib"))
        .collect();
    // Tests may import everything, inline or in separate files.
    if module.contains(&"tests") {
        return Vec::new();
    }
    // `lib.rs` is the module list and may name everything.
    let layer = module.first().copied().unwrap_or("lib");
    let known =
        layer == "lib" || rank(layer).is_some() || ASIDE.iter().any(|(name, ..)| *name == layer);
    if !known {
        return vec![format!(
            "src/{file}: `{layer}` is no layer that tests/architecture.rs knows"
        )];
    }
    paths(source)
        .iter()
        .filter_map(|path| {
            let fault = crossing(layer, &module, path)
                .or_else(|| misplaced_framework(layer, path))
                .or_else(|| impurity(layer, path))?;
            Some(format!("src/{file}:{}: {fault}", path.line))
        })
        .collect()
}

/// An import against the arrows.
fn crossing(layer: &str, module: &[&str], path: &SourcePath) -> Option<String> {
    let target = path.target(module)?;
    let allowed = layer == "lib" || target == layer || may_import(layer, &target);
    (!allowed).then(|| format!("{layer} must not import {target} ({path})"))
}

/// A framework outside its home.
fn misplaced_framework(layer: &str, path: &SourcePath) -> Option<String> {
    let name = path.segments.first()?;
    let (_, homes) = HOMES
        .iter()
        .find(|(names, _)| names.contains(&name.as_str()))?;
    (!homes.contains(&layer)).then(|| format!("{name} belongs in {} ({path})", homes.join(" and ")))
}

/// A clock, the environment or a framework in the pure layer.
fn impurity(layer: &str, path: &SourcePath) -> Option<String> {
    let impure = layer == "domain"
        && IMPURE.iter().any(|words| {
            path.segments
                .windows(words.len())
                .enumerate()
                .any(|(at, window)| {
                    // A crate is named at the start of a path; a type may follow any prefix.
                    (at == 0 || words[0].starts_with(char::is_uppercase)) && window == *words
                })
        });
    impure.then(|| format!("domain must stay pure ({path})"))
}

/// Every `.rs` file below `folder`, as its path within `root` and its text.
fn sources(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("src/ is readable") {
        let path = entry.expect("src/ is readable").path();
        if path.is_dir() {
            sources(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path
                .strip_prefix(root)
                .expect("below src/")
                .to_str()
                .expect("UTF-8");
            found.push((
                name.to_owned(),
                fs::read_to_string(&path).expect("readable"),
            ));
        }
    }
}

#[test]
fn imports_follow_the_arrows_and_frameworks_stay_in_their_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &root, &mut files);
    assert!(
        files.iter().any(|(name, _)| name == "main.rs"),
        "no sources found"
    );
    let found: Vec<String> = files
        .iter()
        .flat_map(|(name, text)| offences(name, text))
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn bad_imports_are_found() {
    for (file, source) in [
        ("domain/user.rs", "use crate::db::users;"),
        ("domain/user.rs", "fn f() { crate::config::get() }"),
        ("domain/user.rs", "use super::super::flows::Services;"),
        ("domain/mod.rs", "use super::*;"),
        ("db/users.rs", "use crate::{domain::Email, mail::Message};"),
        (
            "mail/outbox.rs",
            "use crate::{domain::{Email, User}, db::outbox};",
        ),
        (
            "throttle/mod.rs",
            "impl From<crate::hashing::Busy> for X {}",
        ),
        ("flows/sign_in.rs", "use crate::web::error::WebError;"),
        ("flows/sign_in.rs", "use crate::config::Config;"),
        ("web/pages/login.rs", "use crate::worker;"),
        ("worker.rs", "use crate::app::App;"),
        (
            "worker.rs",
            "mod inner { fn f() { super::super::web::x() } }",
        ),
        ("web/mod.rs", "use crate::telemetry::id;"),
        ("app.rs", "use crate::cli;"),
        ("config.rs", "use crate::mail::Smtp;"),
        ("local_postgres.rs", "use crate::domain::Clock;"),
        ("telemetry.rs", "use crate::db;"),
        ("db/mod.rs", "use crate::local_postgres;"),
        ("web/mod.rs", "use crate::Unknown;"),
        ("elsewhere.rs", ""),
    ] {
        assert_eq!(offences(file, source).len(), 1, "{file}: {source}");
    }
}

#[test]
fn frameworks_outside_their_layer_are_found() {
    for (file, source) in [
        ("flows/sign_in.rs", "use actix_web::HttpResponse;"),
        ("cli/serve.rs", "#[actix_web::main] async fn main() {}"),
        ("web/pages/login.rs", "use diesel_async::RunQueryDsl;"),
        (
            "flows/error.rs",
            "enum E { Db(#[from] diesel::result::Error) }",
        ),
        ("local_postgres.rs", "use diesel::prelude::*;"),
        (
            "app.rs",
            "fn f() -> Result<(), tokio_postgres::Error> { todo!() }",
        ),
        ("worker.rs", "let m: lettre::Message = x;"),
        ("domain/clock.rs", "use tokio::time;"),
        ("domain/clock.rs", "use std::{fmt, env};"),
        ("domain/clock.rs", "use std::time::{Duration, SystemTime};"),
        ("domain/clock.rs", "let t = chrono::Utc::now();"),
        ("domain/clock.rs", "let t = Utc::now();"),
        ("domain/clock.rs", "let t = std::time::Instant::now();"),
    ] {
        assert_eq!(offences(file, source).len(), 1, "{file}: {source}");
    }
}

#[test]
fn good_code_passes() {
    for (file, source) in [
        (
            "main.rs",
            "use vestibule::{cli, telemetry}; fn main() { vestibule::cli::run() }",
        ),
        ("lib.rs", "pub mod web; pub use crate::domain::Email;"),
        (
            "app.rs",
            "use crate::{config::Config, web, worker, flows::Services, local_postgres};",
        ),
        (
            "web/pages/login.rs",
            "use crate::domain::Email; use super::super::error::WebError;",
        ),
        (
            "web/pages/login.rs",
            "use actix_web::{HttpResponse, web::Data};",
        ),
        ("worker.rs", "use crate::{db, flows, mail};"),
        ("config/tests/mail.rs", "use lettre::message::Mailbox;"),
        ("db.rs", "pub mod users; use diesel::Connection;"),
        (
            "db/users.rs",
            "pub(crate) struct U; pub(in crate::db) fn f() {} use diesel::prelude::*;",
        ),
        ("local_postgres/probe.rs", "use tokio_postgres::NoTls;"),
        (
            "domain/user.rs",
            "// crate::db is elsewhere\n/* use /* nested */ crate::db; */ struct User;",
        ),
        (
            "domain/user.rs",
            r##"const S: &str = "crate::db \" crate::web"; const R: &str = r#"crate::"web"#;"##,
        ),
        (
            "domain/user.rs",
            "fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' || c == 'x' } struct A<'a>(&'a str);",
        ),
        (
            "domain/user.rs",
            "#[cfg(test)] mod tests { use crate::db; fn f() { std::env::args(); } }\nstruct After;",
        ),
        (
            "domain/user.rs",
            "use chrono::{DateTime, Utc}; use super::password::Rules; fn f(env: &E) { env.get() }",
        ),
        (
            "domain/mod.rs",
            "mod a { use super::b::C; } mod b { pub struct C; }",
        ),
    ] {
        assert_eq!(
            offences(file, source),
            Vec::<String>::new(),
            "{file}: {source}"
        );
    }
}

#[test]
fn code_after_a_test_module_is_still_read() {
    let source = "#[cfg(test)] mod tests { fn f() { if x { y } } }\nuse crate::web;";
    assert_eq!(offences("domain/user.rs", source).len(), 1);
}
