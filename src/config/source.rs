//! The sources of settings: the process environment first, then a `.env` file. The file does not change
//! the environment of the process.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::faults::Fault;

/// The raw input of the settings. It is read once, so that everything after it is a pure function.
#[derive(Clone)]
pub struct Source {
    /// The variables of the process.
    pub env: BTreeMap<String, OsString>,
    /// The `.env` file to read; one that does not exist counts as empty.
    pub dotenv: Option<PathBuf>,
    /// Whether the process runs as root, which moves the default data directory.
    pub root: bool,
}

impl Source {
    /// The environment of this process and a settings file, by default `.env` in its working directory.
    /// Only this function reads the environment.
    pub fn from_process(env_file: Option<&Path>) -> Self {
        let env = std::env::vars_os()
            .filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value)))
            .collect();
        Self {
            env,
            dotenv: Some(env_file.unwrap_or(Path::new(".env")).to_owned()),
            root: rustix::process::geteuid().is_root(),
        }
    }

    /// A variable of the process that is not one of our settings, such as `HOME`. An empty one counts as
    /// unset.
    pub(super) fn surrounding(&self, name: &str) -> Option<OsString> {
        self.env
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    }
}

/// The variables of a `.env` file, and warnings about the file itself.
#[derive(Default)]
pub(super) struct Dotenv {
    pub(super) values: BTreeMap<String, String>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
}

/// Reads a `.env` file. Faults name the line and never quote it, because it may contain a secret.
pub(super) fn read_dotenv(path: &Path) -> Dotenv {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mut dotenv = parse_dotenv(&path.display().to_string(), &text);
            dotenv.warnings.extend(open_to_all(path));
            dotenv
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Dotenv::default(),
        Err(error) => Dotenv {
            faults: vec![Fault {
                setting: path.display().to_string(),
                problem: format!("cannot be read: {error}"),
                remedy: "Make it a readable text file in UTF-8, or move it away.".to_owned(),
            }],
            ..Dotenv::default()
        },
    }
}

fn parse_dotenv(file: &str, text: &str) -> Dotenv {
    let mut dotenv = Dotenv::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok((name, value)) => match dotenv.values.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => dotenv.faults.push(Fault {
                    setting: place.key().clone(),
                    problem: format!("is set more than once in {file}"),
                    remedy: "Keep the line that is meant and remove the others.".to_owned(),
                }),
            },
            Err(error) => dotenv.faults.push(malformed(file, text, &error)),
        }
    }
    dotenv
}

/// The line of a malformed entry. The parser returns the text of the entry, which may span lines if a
/// quote is not closed. Its beginning determines the line.
fn malformed(file: &str, text: &str, error: &dotenvy::Error) -> Fault {
    let place = match error {
        dotenvy::Error::LineParse(entry, _) => text.find(entry.as_str()),
        _ => None,
    };
    let problem = match place {
        Some(start) => format!(
            "is malformed at line {}",
            1 + text[..start].matches('\n').count()
        ),
        None => "is malformed".to_owned(),
    };
    Fault {
        setting: file.to_owned(),
        problem,
        remedy: "Write each line as NAME=value; put a value with spaces, quotes, # or $ into \
                 'single quotes'."
            .to_owned(),
    }
}

/// A warning if every account of the machine can read the file.
fn open_to_all(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o004 != 0).then(|| {
        let path = path.display();
        format!("{path} can be read by every account of this machine; `chmod 600 {path}` keeps its secrets.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, String)> {
        let faults = parse_dotenv(".env", text).faults;
        faults
            .into_iter()
            .map(|fault| (fault.setting, fault.problem))
            .collect()
    }

    #[test]
    fn a_malformed_line_is_named_by_number_and_never_quoted() {
        let text = "BASE_URL=http://a\n\n# a comment\nSMTP_PASSWORD=hunter two\nSMTP_HOST=a\n";
        assert_eq!(
            faults(text),
            [(".env".to_owned(), "is malformed at line 4".to_owned())]
        );
        let unclosed = "A=1\nSMTP_PASSWORD='hunter\nB=2\n";
        assert_eq!(
            faults(unclosed),
            [(".env".to_owned(), "is malformed at line 2".to_owned())]
        );
    }

    #[test]
    fn lines_around_a_malformed_one_still_count() {
        let dotenv = parse_dotenv(
            ".env",
            "\u{feff}A=1\nno equals sign\r\nB='two words' # note\r\n",
        );
        assert_eq!(dotenv.values.get("A").map(String::as_str), Some("1"));
        assert_eq!(
            dotenv.values.get("B").map(String::as_str),
            Some("two words")
        );
        assert_eq!(dotenv.faults.len(), 1);
    }

    #[test]
    fn a_name_set_twice_is_a_fault() {
        let problem = "is set more than once in .env".to_owned();
        assert_eq!(faults("A=1\nA=2\n"), [("A".to_owned(), problem)]);
    }

    #[test]
    fn a_missing_file_is_empty_and_a_directory_is_a_fault() {
        assert!(
            read_dotenv(Path::new("/nonexistent/.env"))
                .faults
                .is_empty()
        );
        assert_eq!(read_dotenv(Path::new("/")).faults.len(), 1);
    }
}
