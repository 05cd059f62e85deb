//! The description of the API: where it is served, and that it matches the code.
//!
//! Every test of the API checks that its answers are described (`harness::described`).
//! `tests/nodes/schemathesis.rs` checks the schemas.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use reqwest::Method;
use serde_json::Value;
use vestibule::internals::web::{problem::codes, routes};

use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::http,
    described::{DESCRIPTION, codes_of, resolved},
    settings::HOST,
};

type Names = BTreeSet<String>;

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_public_and_cacheable() {
    let app = TestApp::start().await;
    let url = app.url() + "/api/openapi.json";
    let get = || http().get(&url).header("host", HOST);
    let first = Answer::of(get()).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    let document: Value = serde_json::from_str(&first.body).unwrap();
    assert_eq!(document, *DESCRIPTION);

    let etag = first.header("etag").unwrap();
    let again = Answer::of(get().header("if-none-match", etag)).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(etag));
    let other = Answer::of(get().header("if-none-match", "\"other\"")).await;
    assert_eq!(other.status, 200);
    let small = Answer::of(get().header("accept-encoding", "gzip"));
    assert_eq!(small.await.header("content-encoding"), Some("gzip"));

    let wrong = Reply::of(http().post(&url).header("host", HOST)).await;
    assert_eq!(wrong.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn described_paths_match_the_routes() {
    let app = TestApp::start().await;
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let described: Names = paths.keys().cloned().collect();
    let routed: Names = routes::api_paths().map(|(path, _)| path).collect();
    assert_eq!(routed, described);

    for (path, item) in paths {
        for (method, call) in item.as_object().unwrap() {
            assert!(
                call["tags"].is_array() && call["summary"] != "",
                "{method} {path}"
            );
        }
        let methods = item.as_object().unwrap().keys();
        let mut described: Names = methods.map(|m| m.to_ascii_uppercase()).collect();
        // A route with GET also accepts HEAD (RFC 9110, 9.3.2), which is not described separately.
        if described.contains("GET") {
            described.insert("HEAD".to_owned());
        }
        for unused in [Method::TRACE, Method::PUT] {
            let request = http().request(unused, app.url() + path);
            let reply = Reply::of(request.header("host", HOST)).await;
            assert_eq!(reply.status, 405, "{path}");
            let allowed = reply.answer.header("allow").unwrap();
            let allowed: Names = allowed.split(", ").map(str::to_owned).collect();
            assert_eq!(allowed, described, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_try_calls_exists_only_in_development() {
    let app = TestApp::start().await;
    let get = |path: &str| http().get(app.url() + path).header("host", HOST);
    let page = Answer::of(get("/api/docs")).await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'; connect-src 'self'"));
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let forms = paths.keys().map(|path| format!("data-path=\"{path}\""));
    for form in forms {
        assert!(page.body.contains(&form), "{form}");
    }
    let (_, script) = page.body.split_once("<script src=\"").unwrap();
    let script = Answer::of(get(script.split('"').next().unwrap())).await;
    assert_eq!(script.status, 200);
    assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="));
    let elsewhere = Answer::of(get("/login")).await;
    let policy = elsewhere.header("content-security-policy").unwrap();
    assert!(!policy.contains("connect-src"), "{policy}");

    let production = [("ENVIRONMENT", "production"), ("SMTP_HOST", "localhost")];
    let app = TestApp::with(&production).await;
    let gone = http().get(app.url() + "/api/docs").header("host", HOST);
    assert_eq!(Reply::of(gone).await.code(), "not_found");
}

/// `status code` of every refusal that the API has.
fn in_the_code() -> Names {
    let line = |code: &codes::Code| format!("{} {}", code.status.as_u16(), code.word);
    codes::API.iter().map(line).collect()
}

#[test]
fn described_codes_match_the_code() {
    let mut described = Names::new();
    for item in DESCRIPTION["paths"].as_object().unwrap().values() {
        for call in item.as_object().unwrap().values() {
            for (status, response) in call["responses"].as_object().unwrap() {
                let content = &resolved(response)["content"];
                if let Some(problem) = content.get("application/problem+json") {
                    let codes = codes_of(&problem["schema"]);
                    described.extend(codes.iter().map(|code| format!("{status} {code}")));
                }
            }
        }
    }
    // No call returns these; paths and methods without a call do.
    described.extend([
        "404 not_found".to_owned(),
        "405 method_not_allowed".to_owned(),
    ]);
    assert_eq!(described, in_the_code());
}

#[test]
fn the_api_document_lists_the_same_codes() {
    let page = fs::read_to_string(root().join("docs/api.md")).unwrap();
    let (_, table) = page.split_once("| status | code | when |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut listed = Names::new();
    for row in table.lines().filter(|line| line.contains('`')) {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let (statuses, codes) = (cells.next().unwrap(), cells.next().unwrap());
        for status in statuses.split(", ") {
            let words = codes.split(", ").map(|code| code.trim_matches('`'));
            listed.extend(words.map(|code| format!("{status} {code}")));
        }
    }
    assert_eq!(listed, in_the_code());
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Each call lists in `refuses` exactly the refusals that its handler makes. Those of extractors and
/// middlewares are not listed.
#[test]
fn handlers_describe_the_refusals_they_make() {
    let folder = root().join("src/web/api");
    let refusals = fs::read_to_string(root().join("src/web/problem/refusals.rs")).unwrap();
    let mut compared = 0;
    let mut calls = Vec::new();
    files_below(&folder, &mut calls);
    for path in calls {
        let source = fs::read_to_string(&path).unwrap();
        if path.ends_with("call.rs") || !source.contains("-> Call {") {
            continue;
        }
        let mut described = Names::new();
        let mut code = String::new();
        for (at, part) in source.split(".refuses(&[").enumerate() {
            let (own, rest) = part.split_once("])").unwrap_or(("", part));
            if at == 0 {
                code.push_str(part);
                continue;
            }
            code.push_str(rest);
            described.extend(named_after(own, "codes::"));
        }
        for from_elsewhere in ["UNAUTHORIZED", "PASSWORD_CHANGE_REQUIRED"] {
            described.remove(from_elsewhere);
        }
        let mut made: Names = named_after(&code, "codes::").collect();
        for function in named_after(&code, "refusals::") {
            let (_, body) = refusals.split_once(&format!("fn {function}(")).unwrap();
            let body = body.split("\n}\n").next().unwrap();
            made.extend(named_after(body, "codes::"));
        }
        // For every call with a body, for every call for admins, and for every call of a session.
        for from_elsewhere in [
            "INVALID_INPUT",
            "ADMIN_REQUIRED",
            "PASSWORD_CHANGE_REQUIRED",
        ] {
            made.remove(from_elsewhere);
        }
        assert_eq!(described, made, "{}", path.display());
        compared += 1;
    }
    assert!(compared > 8, "{compared}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names that follow a prefix.
fn named_after(source: &str, prefix: &str) -> impl Iterator<Item = String> {
    source.split(prefix).skip(1).filter_map(|rest| {
        let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let end = rest.find(ends).unwrap_or(rest.len());
        Some(rest[..end].to_owned()).filter(|name| !name.is_empty())
    })
}
