//! No two files need each other, directly or through other files: each can be read knowing only what it
//! imports.
//!
//! A re-exported name (`pub use`) counts for the file that defines it. A file may use the names of the file
//! above it: a folder and the file that it is named after count as one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::paths::{SourcePath, paths};
use crate::sources;

type Module = Vec<String>;

/// The files of `src/` by their module, and the paths in them.
struct Files(BTreeMap<Module, Vec<SourcePath>>);

impl Files {
    fn of(sources: &[(String, String)]) -> Self {
        let module = |file: &str| {
            let parts = file.trim_end_matches(".rs").split('/');
            parts
                .filter(|part| !matches!(*part, "mod" | "lib"))
                .map(str::to_owned)
                .collect::<Module>()
        };
        let product = sources.iter().filter(|(file, _)| !file.contains("tests"));
        Self(
            product
                .map(|(file, source)| (module(file), paths(source)))
                .collect(),
        )
    }

    /// The path from the root, for a path that is written in `module`.
    fn path_from_root(&self, module: &Module, path: &SourcePath) -> Option<Module> {
        let names: Vec<&str> = module.iter().map(String::as_str).collect();
        path.path_from_root(&names).or_else(|| {
            // A path that begins with the name of a submodule; the name alone is its declaration.
            let [first, rest @ ..] = path.segments.as_slice() else {
                return None;
            };
            let below: Module = module.iter().chain([first]).cloned().collect();
            let is_path = !rest.is_empty() && self.0.contains_key(&below);
            is_path.then(|| below.into_iter().chain(rest.iter().cloned()).collect())
        })
    }

    /// The file that defines what a path from the root names.
    fn home(&self, path: &Module, depth: usize) -> Option<Module> {
        let file = (0..=path.len()).rev().map(|end| path[..end].to_vec());
        let file = file
            .into_iter()
            .find(|module| self.0.contains_key(module))?;
        let Some(name) = path.get(file.len()).filter(|_| depth < 8) else {
            return Some(file);
        };
        let given_on = self.0[&file].iter().filter(|path| path.gives_on);
        let given_on = given_on.filter(|path| path.segments.last() == Some(name));
        let further = given_on
            .filter_map(|path| self.path_from_root(&file, path))
            .find(|further| further != path);
        match further {
            Some(further) => self.home(&further, depth + 1),
            None => Some(file),
        }
    }

    fn needs(&self, module: &Module) -> BTreeSet<Module> {
        let paths = self.0[module].iter().filter(|path| !path.gives_on);
        paths
            .filter_map(|path| self.home(&self.path_from_root(module, path)?, 0))
            .filter(|home| !module.starts_with(home))
            .collect()
    }

    /// The files that need each other, a set for each circle.
    fn circles(&self) -> Vec<BTreeSet<Module>> {
        let needs: BTreeMap<&Module, BTreeSet<Module>> = self
            .0
            .keys()
            .map(|module| (module, self.needs(module)))
            .collect();
        let reached = |from: &Module| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = open.pop() {
                for next in needs.get(&module).into_iter().flatten() {
                    if seen.insert(next.clone()) {
                        open.push(next.clone());
                    }
                }
            }
            seen
        };
        let reach: BTreeMap<&Module, BTreeSet<Module>> = self
            .0
            .keys()
            .map(|module| (module, reached(module)))
            .collect();
        let mut circles: Vec<BTreeSet<Module>> = Vec::new();
        for (module, reached) in &reach {
            if reached.contains(*module) && !circles.iter().any(|circle| circle.contains(*module)) {
                let back = reached
                    .iter()
                    .filter(|other| reach[other].contains(*module));
                circles.push(back.cloned().collect());
            }
        }
        circles
    }
}

fn circle_text(circle: &BTreeSet<Module>) -> String {
    let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
    names.join(" ")
}

#[test]
fn no_files_need_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &root, &mut files);
    let circles = Files::of(&files).circles();
    let found: Vec<String> = circles.iter().map(circle_text).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn circles_are_found() {
    let circles = |files: &[(&str, &str)]| {
        let owned = |(file, source): &(&str, &str)| ((*file).to_owned(), (*source).to_owned());
        let files: Vec<_> = files.iter().map(owned).collect();
        Files::of(&files)
            .circles()
            .iter()
            .map(circle_text)
            .collect::<Vec<_>>()
    };
    let parent = ("a.rs", "mod b; pub use b::B; pub struct A;");
    assert_eq!(
        circles(&[parent, ("a/b.rs", "pub struct B;")]),
        Vec::<String>::new()
    );
    assert_eq!(
        circles(&[parent, ("a/b.rs", "use super::A;")]),
        Vec::<String>::new()
    );
    let uses = ("a.rs", "mod b; use b::B; pub struct A(B);");
    assert_eq!(
        circles(&[uses, ("a/b.rs", "use super::A;")]),
        Vec::<String>::new()
    );
    // Through a re-exported name.
    let files = [
        ("a.rs", "mod b; mod c; pub use b::B; pub use c::C;"),
        ("a/b.rs", "use super::C; pub struct B;"),
        ("a/c.rs", "use crate::a::B; pub struct C;"),
    ];
    assert_eq!(circles(&files), ["a/b a/c"]);
    assert_eq!(circles(&files[..2]), Vec::<String>::new());
}
