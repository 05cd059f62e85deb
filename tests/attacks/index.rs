//! The tables of `docs/security.md` name tests that exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_test_that_the_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("tests"), &mut files);
    sources(&root.join("src"), &mut files);
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| {
            let module = path.file_stem().unwrap().to_string_lossy().into_owned();
            (module, fs::read_to_string(path).unwrap())
        })
        .collect();
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    let mut named = 0;
    for (module, test) in quoted.filter_map(|name| name.split_once("::")) {
        let function = format!("fn {test}()");
        let is_there = |(of, text): &(String, String)| of == module && text.contains(&function);
        assert!(texts.iter().any(is_there), "{module}::{test} is not there");
        named += 1;
    }
    assert!(named > 100, "{named}");
}
