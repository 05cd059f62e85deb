//! What the documents name exists: files, headings, scripts, and the packages of this version.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document, by its path. `docs/mails` is generated.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["", "docs", "packaging"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder of documents");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        for path in paths.filter(|path| path.extension().is_some_and(|kind| kind == "md")) {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.push((path, text));
        }
    }
    found
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, open: &str, close: char) -> Vec<&'a str> {
    let after = text.split(open).skip(1);
    after.filter_map(|rest| rest.split(close).next()).collect()
}

/// The anchor of a heading, as forges make it.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().map(|c| if c == ' ' { '-' } else { c });
    kept.filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect()
}

#[test]
fn every_link_of_a_document_leads_to_a_file_and_a_heading() {
    let mut count = 0;
    for (path, text) in documents() {
        let mut links = between(&text, "](", ')');
        links.extend(between(&text, " src=\"", '"'));
        for link in links.iter().filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().expect("a folder").join(file),
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !heading.is_empty() {
                let text = fs::read_to_string(&target).expect("UTF-8");
                let known = text.lines().filter(|line| line.starts_with('#'));
                let leads = known.map(anchor).any(|known| known == heading);
                assert!(leads, "{}: no heading for {link}", path.display());
            }
            count += 1;
        }
    }
    assert!(count > 50, "{count} links");
}

#[test]
fn every_script_of_a_document_is_there() {
    for (path, text) in documents() {
        let is_name = |c: char| c.is_ascii_lowercase() || "-.".contains(c);
        for rest in text.split("script/").skip(1) {
            let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
            let script = root().join("script").join(name.trim_end_matches('.'));
            assert!(script.is_file(), "{}: script/{name}", path.display());
        }
    }
}

#[test]
fn the_named_packages_are_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let mut count = 0;
    for (path, text) in documents() {
        for mark in ["vestibule_", "vestibule-"] {
            for rest in text.split(mark).skip(1) {
                if rest.starts_with(|c: char| c.is_ascii_digit()) {
                    assert!(rest.starts_with(version), "{}: {rest:.20}", path.display());
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 3, "{count} names of packages");
}

/// Every clone and every visitor of the README loads them.
#[test]
fn the_screenshots_are_small() {
    for name in ["sign-in", "account"] {
        let file = root().join(format!("docs/screenshots/{name}.png"));
        let size = fs::metadata(&file).expect("script/screenshots").len();
        assert!(size < 100_000, "{name}.png has {size} bytes");
    }
}
