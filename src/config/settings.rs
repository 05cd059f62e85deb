//! Every setting, with a file for each section: its declaration, and its rules with other settings.

pub(super) mod accounts;
pub(super) mod audit;
pub(super) mod browsers;
pub(super) mod database;
pub(super) mod mail;
pub(super) mod passwords;
pub(super) mod phone;
pub(super) mod rate_limits;
pub(super) mod secrets;
pub(super) mod server;
pub(super) mod site;
pub(super) mod tokens;

use super::setting::{Declared, Row, Section};

/// Every section, in the order of `.env.example`.
pub(super) static SECTIONS: [&Section; 12] = [
    &server::SECTION,
    &site::SECTION,
    &database::SECTION,
    &secrets::SECTION,
    &tokens::SECTION,
    &mail::SECTION,
    &browsers::SECTION,
    &accounts::SECTION,
    &passwords::SECTION,
    &phone::SECTION,
    &audit::SECTION,
    &rate_limits::SECTION,
];

/// Every setting, in the order of `.env.example`.
pub(super) fn all() -> impl Iterator<Item = &'static dyn Declared> {
    SECTIONS
        .into_iter()
        .flat_map(|section| section.settings.iter().copied())
}

/// Every setting without its type.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    all().map(Declared::row)
}

/// Whether a name is that of a setting, or of the variable that names its file.
pub(super) fn is_known(name: &str) -> bool {
    is_setting(name) || name.strip_suffix("_FILE").is_some_and(is_setting)
}

fn is_setting(name: &str) -> bool {
    rows().any(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_shaped_like_names() {
        let mut seen = BTreeSet::new();
        for row in rows() {
            assert!(seen.insert(row.name), "{} is there twice", row.name);
            let shaped = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            assert!(row.name.chars().all(shaped), "{}", row.name);
            let by_file = format!("{}_FILE", row.name);
            assert!(!is_setting(&by_file), "{by_file} has two meanings");
        }
    }

    #[test]
    fn meanings_are_sentences_of_readable_width() {
        for row in rows() {
            let ends = row.meaning.last().is_some_and(|line| line.ends_with('.'));
            assert!(ends, "{}", row.name);
            let readable = |line: &&str| line.trim_start().chars().count() <= 96;
            assert!(row.meaning.iter().all(readable), "{}", row.name);
        }
    }
}
