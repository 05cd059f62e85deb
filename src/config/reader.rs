//! Reads settings: the process environment first, then systemd's credentials, then `.env`, then the secrets kept in
//! development, then the default. In the environment and in `.env`, `NAME_FILE` may name a file that holds the value
//! of `NAME`. Collects every fault instead of stopping at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::faults::{Fault, Refusal};
use super::setting::{Declared, Optional, Preset, Row, Setting};
use super::source::{Dotenv, Source, read_dotenv};
use super::value::Parsed;
use crate::files;

/// The placeholder of `vestibule init --production` for values that only the operator knows.
pub(super) const PLACEHOLDER: &str = "CHANGE_ME";

/// The most bytes of a file that holds a value.
const LONGEST: usize = 64 * 1024;

/// Takes the place of a value that could not be read; its fault is recorded in the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// A value, or the statement that its fault has been recorded.
pub(super) type Read<T> = Result<T, Reported>;

/// One read of all settings.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    dotenv: BTreeMap<String, String>,
    kept: BTreeMap<String, String>,
    faults: Vec<Fault>,
    warnings: Vec<String>,
    asked: BTreeSet<&'static str>,
    /// The contents of the `NAME_FILE` files, each read once.
    files: BTreeMap<String, Read<String>>,
}

impl<'a> Reader<'a> {
    /// Opens the sources; faults of the `.env` file come first.
    pub(super) fn new(source: &'a Source) -> Self {
        let dotenv = source
            .dotenv
            .as_deref()
            .map(read_dotenv)
            .unwrap_or_default();
        Self {
            source,
            dotenv: dotenv.values,
            kept: BTreeMap::new(),
            faults: dotenv.faults,
            warnings: dotenv.warnings,
            asked: BTreeSet::new(),
            files: BTreeMap::new(),
        }
    }

    /// Checks the value of every setting. The reader then has every fault of a single value, and the
    /// assembly may stop at the first one.
    pub(super) fn check(&mut self, settings: impl Iterator<Item = &'static dyn Declared>) {
        for setting in settings {
            let _ = self.parsed(setting.row(), |text| setting.check(text));
        }
        self.asked.clear();
    }

    /// The value, or the default if the setting is unset.
    pub(super) fn value<T>(&mut self, setting: &'static Setting<T>) -> Read<T> {
        if let Some(value) = self.parsed(&setting.row, setting.parse)? {
            return Ok(value);
        }
        (setting.parse)(setting.default).map_err(|refusal| self.refuse(setting, refusal))
    }

    /// The value, or `None` if the setting is unset.
    pub(super) fn optional<T>(&mut self, setting: &'static Optional<T>) -> Read<Option<T>> {
        self.parsed(&setting.row, setting.parse)
    }

    fn parsed<T>(
        &mut self,
        row: &'static Row,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Read<Option<T>> {
        self.asked.insert(row.name);
        let Some(text) = self.text(row.name)? else {
            return Ok(None);
        };
        let value = if text.trim().contains(PLACEHOLDER) {
            Err(Refusal::new(
                format!("still holds {PLACEHOLDER}"),
                "Fill in its value, or remove the line where it is not needed.",
            ))
        } else if row.keeps_spaces {
            parse(&text)
        } else {
            parse(text.trim())
        };
        value
            .map(Some)
            .map_err(|refusal| self.record(row.name, refusal))
    }

    /// Records a fault of that setting.
    pub(super) fn refuse(&mut self, setting: &dyn Declared, refusal: Refusal) -> Reported {
        self.record(setting.row().name, refusal)
    }

    fn record(&mut self, name: &str, refusal: Refusal) -> Reported {
        let fault = Fault {
            setting: name.to_owned(),
            problem: refusal.problem,
            remedy: refusal.remedy,
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        Reported
    }

    /// Adds values for settings that are set neither in the environment nor in `.env`.
    pub(super) fn fall_back_on(&mut self, kept: Dotenv) {
        self.kept = kept.values;
        self.faults.extend(kept.faults);
        self.warnings.extend(kept.warnings);
    }

    /// Records a warning.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Whether the setting has a value.
    pub(super) fn is_set(&mut self, setting: &dyn Declared) -> bool {
        matches!(self.text(setting.row().name), Ok(Some(_)) | Err(Reported))
    }

    /// The names of the settings with a value other than their default.
    pub(super) fn changed(
        &mut self,
        settings: impl Iterator<Item = &'static Row>,
    ) -> Vec<&'static str> {
        let is_changed = |row: &&Row| match (self.text(row.name), row.preset) {
            (Ok(Some(text)), Preset::Fixed(default)) => text.trim() != default,
            (Ok(Some(_)), _) => true,
            _ => false,
        };
        settings.filter(is_changed).map(|row| row.name).collect()
    }

    /// Whether a fault has been recorded.
    pub(super) fn is_faulty(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The names in `.env`.
    pub(super) fn dotenv_names(&self) -> impl Iterator<Item = &str> {
        self.dotenv.keys().map(String::as_str)
    }

    /// Everything that was found: faults, warnings, and the names that were read.
    pub(super) fn finish(self) -> (Vec<Fault>, Vec<String>, BTreeSet<&'static str>) {
        (self.faults, self.warnings, self.asked)
    }

    /// The text of a setting. One that is empty or only spaces counts as unset, so that a
    /// compose file may pass on variables that were not filled in.
    fn text(&mut self, name: &'static str) -> Read<Option<String>> {
        let by_file = file_name_of(name);
        let (text, file) = (self.in_environment(name)?, self.in_environment(&by_file)?);
        if let Some(text) = self.one_of(name, text, file)? {
            return Ok(Some(text));
        }
        if let Some(text) = self.credential(name)? {
            return Ok(Some(text));
        }
        let (text, file) = (written(&self.dotenv, name), written(&self.dotenv, &by_file));
        match self.one_of(name, text, file)? {
            Some(text) => Ok(Some(text)),
            None => Ok(written(&self.kept, name)),
        }
    }

    /// The file of that name among the credentials of a systemd unit (`LoadCredential=`).
    fn credential(&mut self, name: &'static str) -> Read<Option<String>> {
        let Some(folder) = self.source.surrounding("CREDENTIALS_DIRECTORY") else {
            return Ok(None);
        };
        let path = Path::new(&folder).join(name);
        if !path.exists() {
            return Ok(None);
        }
        let text = self.of_file(name, &path.to_string_lossy())?;
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    fn in_environment(&mut self, name: &str) -> Read<Option<String>> {
        match self.source.env.get(name).map(|raw| raw.to_str()) {
            None => Ok(None),
            Some(Some(text)) => Ok(Some(text.to_owned()).filter(|text| !text.trim().is_empty())),
            Some(None) => {
                let refusal = Refusal::new("is not valid UTF-8", "Set it to plain text.");
                Err(self.record(name, refusal))
            }
        }
    }

    /// The value itself, or the content of the file that is named instead of it.
    fn one_of(
        &mut self,
        name: &'static str,
        text: Option<String>,
        file: Option<String>,
    ) -> Read<Option<String>> {
        match (text, file) {
            (text, None) => Ok(text),
            (None, Some(path)) => {
                let text = self.of_file(&file_name_of(name), path.trim())?;
                Ok(Some(text).filter(|text| !text.trim().is_empty()))
            }
            (Some(_), Some(_)) => {
                let problem = format!("is set, and {} as well", file_name_of(name));
                let refusal = Refusal::new(problem, "Keep the one that is meant.");
                Err(self.record(name, refusal))
            }
        }
    }

    /// The content of a file, without the line break at its end. A fault contains only the path.
    fn of_file(&mut self, name: &str, path: &str) -> Read<String> {
        if let Some(known) = self.files.get(name) {
            return known.clone();
        }
        let text = files::read(Path::new(path), LONGEST)
            .and_then(|text| String::from_utf8(text).map_err(io::Error::other));
        let read = match text {
            Ok(text) => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
            }
            Err(error) => {
                let problem = format!(
                    "names {}, which cannot be read: {error}",
                    path.escape_debug()
                );
                let remedy =
                    "Name a text file in UTF-8 that holds the value, readable by the service.";
                Err(self.record(name, Refusal::new(problem, remedy)))
            }
        };
        self.files.insert(name.to_owned(), read.clone());
        read
    }
}

fn written(values: &BTreeMap<String, String>, name: &str) -> Option<String> {
    let text = values.get(name);
    text.filter(|text| !text.trim().is_empty()).cloned()
}

/// The name of the variable with the path of the file that contains a setting's value.
fn file_name_of(name: &str) -> String {
    format!("{name}_FILE")
}
